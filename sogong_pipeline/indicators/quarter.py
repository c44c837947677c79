"""The facts of one quarter: levels as means of its months, changes against three bases, the nation beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from sogong_pipeline.engine import Engine, query
from sogong_pipeline.nps.contribution import coverage_breaks
from sogong_pipeline.periods import Month, Quarter

TREND_MONTHS = 36
"""How far back a report shows a district."""


@dataclass(frozen=True)
class Comparison:
    """A base a quarter is compared with, and which workplaces may be compared across the two."""

    base: str
    base_quarter: Quarter
    scope: str


def comparisons(quarter: Quarter) -> list[Comparison]:
    """The three bases of a quarter: the quarter before, the same one a year and two years before.

    Where the file's coverage changed inside the span of the two, only corporations can be compared.
    """
    found = []
    for base, distance in (("quarter", 1), ("year", 4), ("two_years", 8)):
        base_quarter = quarter.shift(-distance)
        spans_a_break = any(
            base_quarter.months[0] < month <= quarter.months[-1] for month in coverage_breaks()
        )
        found.append(Comparison(base, base_quarter, "corporations" if spans_a_break else "all"))
    return found


def window(quarter: Quarter) -> list[Month]:
    """Every month a quarter's edition depends on, oldest first: three years, which hold all three bases."""
    last = quarter.months[-1]
    return [last.shift(-back) for back in range(TREND_MONTHS - 1, -1, -1)]


def measure_quarter(
    months: Mapping[Month, tuple[Path, Path]], quarter: Quarter, edition: str, workspace: Path
) -> dict[str, Path]:
    """Compute the quarter's tables from the months that are in.

    Args:
        months: per month of `window(quarter)` that is in, its district and region facts (Parquet).
        quarter: the quarter judged.
        edition: the digest of the inputs, carried by every row.
        workspace: an empty folder to write in.

    Returns:
        The written files: `fact_region_quarter`, `fact_district_quarter`, `district_trend`.
    """
    targets = {
        table: workspace / f"{table}.parquet"
        for table in ("fact_region_quarter", "fact_district_quarter", "district_trend")
    }
    bases = comparisons(quarter)
    with Engine(workspace) as engine:
        engine.view("fact_district_month", [district for district, _ in months.values()])
        engine.view("fact_region_month", [region for _, region in months.values()])
        engine.connection.register(
            "calendar",
            pa.table(
                {
                    "data_month": [str(month) for month in months],
                    "quarter": [str(month.quarter) for month in months],
                }
            ),
        )
        engine.connection.register(
            "comparison",
            pa.table(
                {
                    "base": [entry.base for entry in bases],
                    "base_quarter": [str(entry.base_quarter) for entry in bases],
                    "scope": [entry.scope for entry in bases],
                }
            ),
        )
        for view, table, key in (
            ("district_month", "fact_district_month", "district_id"),
            ("region_month", "fact_region_month", "region_code"),
        ):
            engine.connection.execute(
                f"CREATE TEMP TABLE {view} AS SELECT *, {key} AS area FROM {table} JOIN calendar USING (data_month)"
            )
        engine.variables({"quarter": str(quarter), "edition": edition})
        engine.write(query("editions", "fact_region_quarter"), targets["fact_region_quarter"])
        engine.view("fact_region_quarter", targets["fact_region_quarter"])
        engine.write(query("editions", "fact_district_quarter"), targets["fact_district_quarter"])
        engine.write(query("editions", "district_trend"), targets["district_trend"])
    return targets
