"""Reconciling: a month's national totals, counted anew from the bytes received, against all that was made of them.

The file is compared with its staged and quarantined rows, with the measured nation, the nation with its districts, and
the measured facts with the warehouse.
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
    """The workplaces of the nation: in districts, claimed by several of them, by none."""

    districts: int
    ambiguous: int
    unassigned: int


@dataclass(frozen=True)
class Account:
    """What a month's file adds up to and what does not agree with it, a line each that says what to do.

    `file` is None where the kept bytes are not those received: then nothing else can be judged. `parts` is None where
    the month is not measured under the registry in force; it is compared as far as it came.
    """

    month: Month
    vintage: str
    file: Recount | None
    parts: Parts | None
    differences: tuple[str, ...]


def landed(installation: Installation) -> list[Month]:
    """The months that have a file, oldest first."""
    months = map(Month.parse, installation.lake.children("raw"))
    return [month for month in months if installation.vintages(month)]


def reconcile(installation: Installation, warehouse: Warehouse, month: Month) -> Account:
    """Count a month's file and compare it with everything made of it; changes nothing.

    Args:
        installation: the installation. The vintage in force is taken; where the gate stopped all, the last one.
        warehouse: its copy for analysts.
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
        for told in _against_staged(counted, staged):
            yield f"{told}; delete {lake}/{staged.folder} and {again}"
        listed = source_file(raw, staged, is_in_force=in_force is not None)
        if measured is not None:
            for told in _against_measured(counted.kept, measured):
                yield f"{told}; delete {lake}/{measured.folder} and {lake}/matched/{'/'.join(key)} and {again}"
        for told in _against_warehouse(warehouse, month, listed, measured):
            yield f"{told}; run `sogong warehouse rebuild`"

    return Account(month, key[1], counted, _parts(measured) if measured else None, tuple(differences()))


def _is_as_received(file: Path, raw: Partition) -> bool:
    try:
        return sha256_of(file) == str(raw.manifest["inputs"]["sha256"])
    except FileNotFoundError:
        return False


def _quarantined(staged: Partition | None) -> frozenset[int]:
    """The numbers of the rows in quarantine."""
    if staged is None:
        return frozenset()
    return frozenset(
        pq.read_table(staged.path("quarantine"), columns=["row_number"])["row_number"].to_pylist()
    )


def _against_staged(counted: Recount, staged: Partition) -> Iterator[str]:
    """The file's rows with those staged, those in quarantine and the account in the manifest."""
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


def _against_measured(kept: Totals, measured: Partition) -> Iterator[str]:
    """The file's rows with the measured nation, and the nation with its parts."""
    nation, parts = _nation(measured), _parts(measured)
    yield from _unequal(
        "the measured nation",
        {name: nation[name] for name in MEASURES},
        {name: value for name, value in asdict(kept).items() if name in MEASURES},
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
    """The lake's rows of a month with those of the warehouse, one by one."""
    period = {"data_month": str(month)}
    expected = {"source_file": ({**period, "vintage": source_file["vintage"]}, [source_file])}
    if measured is not None:
        for table in FACTS:
            expected[table] = (period, pq.read_table(measured.path(table)).to_pylist())
    for table, (key, rows) in expected.items():
        yield from _unequal_rows(table, rows, warehouse.rows(table, key))


def _nation(measured: Partition) -> dict[str, Any]:
    """The measured row of the nation."""
    regions = pq.read_table(measured.path("fact_region_month"), filters=[("region_code", "=", NATION)])
    nation: dict[str, Any] = regions.to_pylist()[0]
    return nation


def _parts(measured: Partition) -> Parts:
    nation = _nation(measured)
    districts = pq.read_table(measured.path("fact_district_month"), columns=["workplaces"])["workplaces"]
    return Parts(
        pc.sum(districts).as_py() or 0, nation["ambiguous_workplaces"], nation["unassigned_workplaces"]
    )


def _unequal(what: str, found: dict[str, int], expected: dict[str, int]) -> Iterator[str]:
    """A line per figure that is not what the file says."""
    for name, figure in expected.items():
        if found[name] != figure:
            yield f"{what}: {name} {found[name]:,}, the file has {figure:,}"


def _unequal_rows(table: str, expected: list[dict[str, Any]], found: list[dict[str, Any]]) -> Iterator[str]:
    """One line about all rows of a table that are not those of the lake, the first one named."""
    grain = schemas()[table]["grain"]
    in_lake, in_warehouse = (
        {tuple(row[column] for column in grain): row for row in rows} for rows in (expected, found)
    )
    unequal = [key for key in sorted({*in_lake, *in_warehouse}) if in_lake.get(key) != in_warehouse.get(key)]
    if not unequal:
        return
    first = unequal[0]
    there, here = in_warehouse.get(first), in_lake.get(first)
    if there is None or here is None:
        told = "is missing" if there is None else "is not in the lake"
    else:
        column = next(column for column in here if there[column] != here[column])
        told = f"has {column} {there[column]}, the lake has {here[column]}"
    yield f"warehouse {table}: {len(unequal):,} of {len(in_lake):,} rows differ, {' '.join(first)} {told}"
