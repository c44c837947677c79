"""Reconcile the national totals of a month, recounted from the received bytes, with everything derived from them.

Compares the file with its staged and quarantined rows and with the measured nation, the nation with its districts,
and the measured facts with the warehouse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from sogong_pipeline.districts.loaded import measured_in_force
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import Partition, sha256_of
from sogong_pipeline.periods import Month
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.upkeep.recount import Recount, Totals, recount
from sogong_pipeline.vocabulary import NATION
from sogong_pipeline.warehouse.load import Warehouse
from sogong_pipeline.warehouse.rows import source_file
from sogong_pipeline.warehouse.tables import schemas

MEASURES = ("workplaces", "workers", "billed_amount_krw")
FACTS = ("fact_region_month", "fact_district_month")


@dataclass(frozen=True)
class Parts:
    """Workplaces of the nation: in one district, claimed by several, in none."""

    districts: int
    ambiguous: int
    unassigned: int


@dataclass(frozen=True)
class Account:
    """Totals of a month's file, and a line with the remedy for each disagreement.

    `file` is None if the stored bytes are not the received ones; nothing else can be checked then. `parts` is None if
    the month is not measured under the registry in force; it is then compared as far as it was processed.
    """

    month: Month
    vintage: str
    file: Recount | None
    parts: Parts | None
    differences: tuple[str, ...]


def landed(installation: Installation) -> list[Month]:
    """Return the months with a file, oldest first."""
    months = map(Month.parse, installation.lake.children("raw"))
    return [month for month in months if installation.vintages(month)]


def reconcile(installation: Installation, warehouse: Warehouse, month: Month) -> Account:
    """Recount a month's file and compare it with all derived data; read-only.

    Args:
        installation: the installation. Uses the vintage in force, or the last one if the gate stopped all.
        warehouse: its warehouse.
        month: the month.

    Raises:
        RefusedError: when the month has no file, or one that cannot be counted.
    """
    vintages = installation.vintages(month)
    if not vintages:
        raise RefusedError(f"{month} is not in; run `sogong ingest {month}`")
    in_force = installation.vintage_of(month)
    key = (str(month), in_force or vintages[0])
    raw, staged = installation.lake.require("raw", *key), installation.lake.find("staged", *key)
    file, lake = raw.path("file"), installation.lake.store.address
    if not _is_as_received(file, raw):
        rotten = f"{file} is not what was received; restore it from the backup, then reconcile again"
        return Account(month, key[1], None, None, (rotten,))
    measured = measured_in_force(installation, month)
    counted = recount(file, str(raw.facts["file_name"]), _quarantined(staged))
    again = f"run `sogong ingest {month} --from {file}`"

    def differences() -> Iterator[str]:
        if staged is None:
            yield f"the file was never staged; {again}"
            return
        for problem in _against_staged(counted, staged):
            yield f"{problem}; delete {lake}/{staged.folder} and {again}"
        listed = source_file(raw, staged, is_in_force=in_force is not None)
        if measured is not None:
            for problem in _against_measured(counted.kept, measured):
                yield f"{problem}; delete {lake}/{measured.folder} and {lake}/matched/{'/'.join(key)} and {again}"
        for problem in _against_warehouse(warehouse, month, listed, measured):
            yield f"{problem}; run `sogong warehouse rebuild`"

    return Account(month, key[1], counted, _parts(measured) if measured else None, tuple(differences()))


def _is_as_received(file: Path, raw: Partition) -> bool:
    try:
        return sha256_of(file) == str(raw.manifest["inputs"]["sha256"])
    except FileNotFoundError:
        return False


def _quarantined(staged: Partition | None) -> frozenset[int]:
    """Return the numbers of the rows in quarantine."""
    if staged is None:
        return frozenset()
    return frozenset(
        pq.read_table(staged.path("quarantine"), columns=["row_number"])["row_number"].to_pylist()
    )


def _against_staged(counted: Recount, staged: Partition) -> Iterator[str]:
    """Compare the rows of the file with the staged rows, the quarantine and the counts in the manifest."""
    if counted.unreadable:
        first = counted.unreadable[0]
        yield f"{len(counted.unreadable):,} staged rows have no figures in the file, row {first:,} first"
    workplace = pq.read_table(
        staged.path("workplace"), columns=["status", "subscribers", "billed_amount_krw"]
    )
    is_counted = pc.and_(pc.equal(workplace["status"], 1), pc.greater_equal(workplace["subscribers"], 1))
    enrolled = workplace.filter(is_counted)
    yield from _unequal(
        "the staged rows",
        {
            "rows": workplace.num_rows,
            "workplaces": enrolled.num_rows,
            "workers": pc.sum(enrolled["subscribers"]).as_py() or 0,
            "billed_amount_krw": pc.sum(enrolled["billed_amount_krw"]).as_py() or 0,
        },
        asdict(counted.kept),
    )
    yield from _unequal(
        "the manifest of staging",
        {name: staged.facts[name] for name in ("rows", "staged_rows", "quarantined_rows")},
        {
            "rows": counted.rows,
            "staged_rows": counted.kept.rows,
            "quarantined_rows": len(_quarantined(staged)),
        },
    )


def _against_measured(totals: Totals, measured: Partition) -> Iterator[str]:
    """Compare the rows of the file with the measured nation, and the nation with its parts."""
    nation, parts = _nation(measured), _parts(measured)
    yield from _unequal(
        "the measured nation",
        {name: nation[name] for name in MEASURES},
        {name: value for name, value in asdict(totals).items() if name in MEASURES},
    )
    if nation["matched_workplaces"] != parts.districts:
        yield (
            f"the measured nation has {nation['matched_workplaces']:,} workplaces in districts, "
            f"the districts have {parts.districts:,}"
        )
    if nation["workplaces"] != (total := sum(asdict(parts).values())):
        yield (
            f"the measured nation has {nation['workplaces']:,} workplaces, districts, ambiguous and unassigned ones "
            f"add up to {total:,}"
        )


def _against_warehouse(
    warehouse: Warehouse, month: Month, source_file: dict[str, Any], measured: Partition | None
) -> Iterator[str]:
    """Compare the rows of a month in the lake with those of the warehouse, one by one."""
    period = {"data_month": str(month)}
    expected = {"source_file": ({**period, "vintage": source_file["vintage"]}, [source_file])}
    if measured is not None:
        for table in FACTS:
            expected[table] = (period, pq.read_table(measured.path(table)).to_pylist())
    for table, (key, rows) in expected.items():
        yield from _unequal_rows(table, rows, warehouse.rows(table, key))


def _nation(measured: Partition) -> dict[str, Any]:
    """Return the measured row of the nation."""
    regions = pq.read_table(measured.path("fact_region_month"), filters=[("region_code", "=", NATION)])
    nation: dict[str, Any] = regions.to_pylist()[0]
    return nation


def _parts(measured: Partition) -> Parts:
    nation = _nation(measured)
    districts = pq.read_table(measured.path("fact_district_month"), columns=["workplaces"])["workplaces"]
    return Parts(
        pc.sum(districts).as_py() or 0, nation["ambiguous_workplaces"], nation["unassigned_workplaces"]
    )


def _unequal(what: str, observed: dict[str, int], expected: dict[str, int]) -> Iterator[str]:
    """Yield a line per figure that differs from the file."""
    for name, figure in expected.items():
        if observed[name] != figure:
            yield f"{what}: {name} {observed[name]:,}, the file has {figure:,}"


def _unequal_rows(
    table: str, expected: list[dict[str, Any]], observed: list[dict[str, Any]]
) -> Iterator[str]:
    """Yield one line on all rows of a table that differ from the lake, naming the first."""
    grain = schemas()[table]["grain"]
    in_lake, in_warehouse = (
        {tuple(row[column] for column in grain): row for row in rows} for rows in (expected, observed)
    )
    unequal = [key for key in sorted({*in_lake, *in_warehouse}) if in_lake.get(key) != in_warehouse.get(key)]
    if not unequal:
        return
    first = unequal[0]
    there, here = in_warehouse.get(first), in_lake.get(first)
    if there is None or here is None:
        difference = "is missing" if there is None else "is not in the lake"
    else:
        column = next(column for column in here if there[column] != here[column])
        difference = f"has {column} {there[column]}, the lake has {here[column]}"
    yield f"warehouse {table}: {len(unequal):,} of {len(in_lake):,} rows differ, {' '.join(first)} {difference}"
