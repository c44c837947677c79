"""Histories: quarterly sums of each workplace's months as files, and the panel built from several quarters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.industries.divisions import divisions
from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Month
from sogong_pipeline.rates.contribution import contribution_for
from sogong_pipeline.sql_engine import Engine, query
from sogong_pipeline.stages.likelihood.panel import ABSENT, Panel
from sogong_pipeline.stages.likelihood.parameters import Integers

TABLES = ("district_workplace_quarter", "nation_workplace_quarter")
CORPORATION = 1
UNKNOWN_DIVISION = 0


def sum_quarter(members: Mapping[Month, Path], workspace: Path) -> Built:
    """Sum up the matched rows of a quarter by workplace.

    Args:
        members: `district_member` of the months of the quarter that are in; at least one.
        workspace: An empty folder to write in.

    Returns:
        `district_workplace_quarter` and `nation_workplace_quarter`.
    """
    months = sorted(members)
    with Engine(workspace) as engine:
        engine.view("member", [members[month] for month in months])
        rates = {
            "data_month": [str(month) for month in months],
            "rate_bp": [contribution_for(month).rate_bp for month in months],
        }
        engine.connection.register("rate", pa.table(rates))
        engine.variables({"last_month": str(months[-1])})
        files = {table: workspace / f"{table}.parquet" for table in TABLES}
        rows = {table: engine.write(query("histories", table), path) for table, path in files.items()}
    return Built(files, {"months": [str(month) for month in months], "rows": sum(rows.values())})


def district_panel(
    quarters: Sequence[Path | None], district_ids: Sequence[str], coverage_quarter: int | None
) -> tuple[Panel, Integers]:
    """Assemble the panel of workplaces of some districts.

    Args:
        quarters: `district_workplace_quarter` by quarter, oldest first; None for a quarter without a month.
        district_ids: The districts, in the order of their numbers; rows of others are left out.
        coverage_quarter: Number of the quarter in which sole proprietors joined the file.

    Returns:
        The panel, and the key of each of its workplaces.
    """
    return _panel(quarters, "district_id", district_ids, coverage_quarter)


def nation_panel(quarters: Sequence[Path | None], coverage_quarter: int | None) -> tuple[Panel, Integers]:
    """Assemble the panel of all workplaces of the nation, by sigungu; arguments as in `district_panel`."""
    codes = sorted(
        {
            code
            for path in quarters
            if path
            for code in pq.read_table(path, columns=["sigungu_code"]).column(0).unique().to_pylist()
            if code
        }
    )
    return _panel(quarters, "sigungu_code", codes, coverage_quarter)


def _panel(
    quarters: Sequence[Path | None], place: str, places: Sequence[str], coverage_quarter: int | None
) -> tuple[Panel, Integers]:
    tables = [pq.read_table(path) if path else None for path in quarters]
    known = [table.column("workplace_key").to_numpy() for table in tables if table is not None]
    keys = np.unique(np.concatenate(known)) if known else np.zeros(0, dtype=np.uint64)
    shape = keys.size, len(tables)
    heads, payroll = (np.zeros(shape, order="F") for _ in range(2))
    months = np.zeros(shape, dtype=np.int8, order="F")
    where = np.full(shape, ABSENT, dtype=np.int32, order="F")
    is_last = np.zeros(shape, dtype=bool, order="F")
    division = np.zeros(keys.size, dtype=np.int64)
    corporate = np.zeros(keys.size, dtype=bool)
    number_of = {name: number for number, name in enumerate(places)}
    for quarter, table in enumerate(tables):
        if table is None:
            continue
        row = np.searchsorted(keys, table.column("workplace_key").to_numpy())
        count = table.column("months").to_numpy()
        numbers = _encoded(table.column(place), number_of, len(places))
        heads[row, quarter] = table.column("subscriber_months").to_numpy() / count
        payroll[row, quarter] = table.column("payroll_krw").to_numpy()
        months[row, quarter] = count
        where[row, quarter] = numbers
        is_last[row, quarter] = table.column("is_in_last_month").to_numpy(zero_copy_only=False)
        division[row] = _encoded(table.column("division"), _division_numbers(), UNKNOWN_DIVISION)
        corporate[row] = table.column("legal_form").to_numpy() == CORPORATION
    return (
        Panel(
            heads=heads,
            months=months,
            place=where,
            in_last_month=is_last,
            payroll=payroll,
            division=division,
            sector=_sections()[division],
            corporate=corporate,
            districts=len(places),
            coverage_quarter=coverage_quarter,
        ),
        keys.astype(np.uint64).astype(np.int64, copy=False),
    )


def _encoded(column: pa.ChunkedArray, numbers: Mapping[str, int], other: int) -> Integers:
    encoded = column.combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    lookup = np.array([*(numbers.get(name, other) for name in names), other], dtype=np.int64)
    indices = encoded.indices.fill_null(len(names)).to_numpy(zero_copy_only=False)
    return np.asarray(lookup[indices.astype(np.int64)])


def _division_numbers() -> dict[str, int]:
    return {code: int(code) for code in divisions() if code.isdigit()}


def _sections() -> Integers:
    """Return the section number of every division, shape (100,) by two-digit number.

    Placebo labels are exchanged within sections.
    """
    letters = sorted({division.section for division in divisions().values()})
    section_of = np.zeros(100, dtype=np.int64)
    for code, division in divisions().items():
        if code.isdigit():
            section_of[int(code)] = 1 + letters.index(division.section)
    return section_of
