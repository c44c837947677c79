"""Values of an indicator in the lake: append-only vintages, each with the new values of one call or file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.lake.partitions import SHORT, Built, Lake, Partition, digest_of

LAYER, TABLE = "outside", "outside_indicator"
DECIMALS = 6
CONTENT = ("level", "area_code", "data_month", "value", "unit", "source")
"""Columns that identify a vintage."""
SCHEMA = pa.schema(
    [
        *(
            (name, pa.string())
            for name in ("indicator", "level", "area_code", "sido_code", "area_name", "data_month")
        ),
        ("vintage", pa.int64()),
        ("value", pa.decimal128(24, DECIMALS)),
        *((name, pa.string()) for name in ("unit", "source", "retrieved_at")),
        ("replaces", pa.int64()),
    ]
)


@dataclass(frozen=True, slots=True)
class Value:
    """A value of an area and month; schema.yaml describes the fields of its row."""

    indicator: str
    level: str
    area_code: str
    sido_code: str
    area_name: str
    data_month: str
    value: Decimal
    unit: str
    source: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Key of the value within its indicator: level, area and month."""
        return self.level, self.area_code, self.data_month


@dataclass(frozen=True, slots=True)
class Row:
    """A value as stored in the lake."""

    value: Value
    vintage: int
    retrieved_at: str
    replaces: int | None


@dataclass(frozen=True, slots=True)
class Added:
    """Result of storing a call or a file.

    Attributes:
        vintage: The added vintage; None without new values.
        values: Number of values.
        new: Values of areas and months that had none.
        revised: Values that differ from those before.
        absent: Values in force of the same months that are no longer included; they stay.
        newest: Its newest month.
    """

    indicator: str
    vintage: int | None
    values: int
    new: int
    revised: int
    absent: int
    newest: str

    @property
    def line(self) -> str:
        """Format the result as one line."""
        gone = f", {self.absent:,} no longer included but retained" if self.absent else ""
        stored = f"vintage {self.vintage}" if self.vintage else "nothing new"
        return (
            f"{self.indicator}: {self.values:,} values to {self.newest}, {self.new:,} new, "
            f"{self.revised:,} revised{gone}; {stored}"
        )


def vintages(catalogue: Catalogue, indicator: str, known: dt.datetime | None = None) -> list[Partition]:
    """Return the vintages of an indicator, oldest first, optionally as known at a moment."""
    return [
        partition
        for partition in catalogue.lake.partitions(LAYER, indicator)
        if known is None or dt.datetime.fromisoformat(partition.manifest["recorded_at"]) <= known
    ]


def in_force(
    catalogue: Catalogue, indicator: str, known: dt.datetime | None = None
) -> dict[tuple[str, str, str], Row]:
    """Return the newest vintage of every value of an indicator, by level, area and month."""
    newest: dict[tuple[str, str, str], Row] = {}
    for partition in vintages(catalogue, indicator, known):
        newest.update({row.value.key: row for row in _rows(partition)})
    return newest


def add(
    catalogue: Catalogue,
    indicator: str,
    values: Sequence[Value],
    source_file: Mapping[str, Path],
) -> Added:
    """Store new and revised values as a vintage of their own, with the response or file that contained them.

    Args:
        catalogue: the installation.
        indicator: its id.
        values: all values of a call or a file, one per area and month.
        source_file: files that contained them, by name.
    """
    before = in_force(catalogue, indicator)
    fresh = [value for value in values if not _is_same(before.get(value.key), value)]
    months, keys = {value.data_month for value in values}, {value.key for value in values}
    absent = sum(key not in keys and key[2] in months for key in before)
    number = 1 + len(vintages(catalogue, indicator))
    if fresh:
        now = catalogue.now()
        rows = _as_rows(fresh, before, number, now)
        _write(catalogue.lake, rows, now, source_file)
    revised = sum(value.key in before for value in fresh)
    return Added(
        indicator=indicator,
        vintage=number if fresh else None,
        values=len(values),
        new=len(fresh) - revised,
        revised=revised,
        absent=absent,
        newest=max(months),
    )


def _is_same(row: Row | None, value: Value) -> bool:
    """Return True if the value in force is equal, ignoring the spelling of its area."""
    return row is not None and (row.value.value, row.value.unit, row.value.source) == (
        value.value,
        value.unit,
        value.source,
    )


def _as_rows(
    fresh: Iterable[Value], before: Mapping[tuple[str, str, str], Row], number: int, now: str
) -> list[dict[str, Any]]:
    return [
        {
            **asdict(value),
            "vintage": number,
            "retrieved_at": now,
            "replaces": before[value.key].vintage if value.key in before else None,
        }
        for value in sorted(fresh, key=lambda one: one.key)
    ]


def _write(lake: Lake, rows: Sequence[dict[str, Any]], now: str, source_file: Mapping[str, Path]) -> None:
    """Write the rows of a vintage and its source files as a partition."""
    indicator, number = str(rows[0]["indicator"]), int(rows[0]["vintage"])

    def build(folder: Path) -> Built:
        pq.write_table(pa.Table.from_pylist(rows, SCHEMA), folder / f"{TABLE}.parquet", compression="zstd")
        files = {TABLE: folder / f"{TABLE}.parquet"}
        for name, file in source_file.items():
            files[name] = folder / f"{name}{file.suffix}"
            files[name].write_bytes(file.read_bytes())
        return Built(files, {"indicator": indicator, "vintage": number, "rows": len(rows)})

    digest = digest_of([[str(row[name]) for name in CONTENT] for row in rows])
    lake.ensure(
        LAYER,
        (indicator, f"{number:04d}-{digest[:SHORT]}"),
        inputs={"values": digest},
        recorded_at=now,
        build=build,
    )


def _rows(partition: Partition) -> list[Row]:
    rows = []
    for row in pq.read_table(partition.path(TABLE)).to_pylist():
        own = {name: row.pop(name) for name in ("vintage", "retrieved_at", "replaces")}
        rows.append(Row(Value(**row), **own))
    return rows
