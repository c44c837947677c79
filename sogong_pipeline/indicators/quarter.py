"""Facts of one quarter: levels as means of its months, changes against three bases, beside those of the nation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from sogong_pipeline.districts.registry import District
from sogong_pipeline.indicators.month import outside_roll_out
from sogong_pipeline.indicators.office_noise import office_noise
from sogong_pipeline.indicators.offices import broken_offices, office_areas
from sogong_pipeline.indicators.pay_chain import register_chains
from sogong_pipeline.indicators.series_breaks import area_breaks
from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.rates.contribution import contribution_for, coverage_breaks
from sogong_pipeline.sql_engine import Engine, query

TREND_MONTHS = 36
"""Number of quarters of a district shown in a report."""
AREAS = ("district", "region")
CUTS = ("", "_industry", "_size")
GATHERED = ("area_month", "area_months", "area_break")
"""Tables of the months compared: known months, and the breaks between them."""
MEASURED = ("area_quarter", "scoped_quarter", "area_change", "quarter_fact")
"""Tables from those to the facts of every area, cut and part; each is the query of its folder in `sql/editions`."""
OFFICES = "fact_office_quarter"


@dataclass(frozen=True)
class Comparison:
    """A base that a quarter is compared with, and the workplaces comparable across the two."""

    base: str
    base_quarter: Quarter
    scope: str


@dataclass(frozen=True)
class MonthIn:
    """An ingested month: its matched rows and its measured facts."""

    matched: Partition
    measured: Partition


def comparisons(quarter: Quarter) -> list[Comparison]:
    """Return the three bases of a quarter: the quarter before, the same one a year and two years before.

    Where the file's coverage changed inside the span of the two, only corporations can be compared.
    """
    bases = []
    for base, distance in (("quarter", 1), ("year", 4), ("two_years", 8)):
        base_quarter = quarter.shift(-distance)
        spans_a_break = any(
            base_quarter.months[0] < month <= quarter.months[-1] for month in coverage_breaks()
        )
        bases.append(Comparison(base, base_quarter, "corporations" if spans_a_break else "all"))
    return bases


def window(quarter: Quarter) -> list[Month]:
    """Return the months that a quarter's edition depends on, oldest first: three years, which hold all three bases."""
    last = quarter.months[-1]
    return [last.shift(-back) for back in range(TREND_MONTHS - 1, -1, -1)]


def measure_quarter(
    months: Mapping[Month, MonthIn],
    districts: Sequence[District],
    quarter: Quarter,
    edition: str,
    workspace: Path,
) -> dict[str, Path]:
    """Compute the quarter's tables from the months that are in.

    Args:
        months: the months of `window(quarter)` that are in.
        districts: the districts judged.
        quarter: the quarter judged.
        edition: the digest of the inputs, carried by every row.
        workspace: an empty folder to write in.

    Returns:
        The written files: the quarter's facts of districts and regions, in all, by industry and by size, of offices
        in all, contributions to changes by part (`contribution`) and by large workplace (`largest_contributor`),
        `district_trend` and `pay_chain`; and `paired_workplace`, the input of `bootstrap.draw`.
    """
    facts = [f"fact_{area}{cut}" for area in AREAS for cut in CUTS]
    tables = [*(f"{fact}_quarter" for fact in facts), "contribution"]
    of_workplaces = ("paired_workplace", "largest_contributor")
    files = {
        table: workspace / f"{table}.parquet"
        for table in (*tables, OFFICES, "district_trend", "pay_chain", *of_workplaces)
    }
    compared = {quarter, *(entry.base_quarter for entry in comparisons(quarter))}
    needed = [month for month in months if month.quarter in compared]
    with Engine(workspace) as engine:
        _register(engine, months, districts, quarter)
        engine.variables(
            {
                "quarter": str(quarter),
                "edition": edition,
                "first_month": str(quarter.months[0]),
                "last_month": str(quarter.months[-1]),
            }
        )
        for fact in facts:
            engine.view(f"{fact}_month", [months[month].measured.path(f"{fact}_month") for month in needed])
        make_tables(engine, (*GATHERED, *MEASURED))
        for table in tables:
            engine.write(query("editions", table), files[table])
        engine.view("compared_member", [months[month].matched.path("district_member") for month in needed])
        for table in of_workplaces:
            engine.write(query("editions", table), files[table])
        bases = [entry.base for entry in comparisons(quarter)]
        noise = office_noise(files["paired_workplace"], districts, bases, quarter, workspace)
        engine.connection.register("office_noise", noise)
        engine.write(query("editions", OFFICES), files[OFFICES])
        linked = register_chains(engine, quarter, list(months)) or needed[:1]  # a view needs a file
        engine.view("july_member", [months[month].matched.path("district_member") for month in linked])
        for table in ("fact_district_month", "fact_region_month"):
            engine.view(table, [one.measured.path(table) for one in months.values()])
        for table in ("pay_chain", "district_trend"):
            engine.write(query("editions", table), files[table])
    return files


def make_tables(engine: Engine, tables: Iterable[str]) -> None:
    """Create tables that later queries of the same run read, each by its query, in the order given."""
    for table in tables:
        engine.table(table, query("editions", table))


def _register(
    engine: Engine, months: Iterable[Month], districts: Sequence[District], quarter: Quarter
) -> None:
    """Register the views beside the facts: calendar, comparisons, monitored areas, and unfollowable areas."""
    reforms = area_breaks(districts)
    reforms += list(broken_offices(reforms, districts))
    now, bases = contribution_for(quarter.months[0]), comparisons(quarter)
    before = [contribution_for(entry.base_quarter.months[0]) for entry in bases]
    views = {
        "calendar": {
            "data_month": [str(month) for month in months],
            "quarter": [str(month.quarter) for month in months],
        },
        "comparison": {
            "base": [entry.base for entry in bases],
            "base_quarter": [str(entry.base_quarter) for entry in bases],
            "base_first_month": [str(entry.base_quarter.months[0]) for entry in bases],
            "scope": [entry.scope for entry in bases],
            "rate_bp": [now.rate_bp for _ in bases],
            "base_rate_bp": [law.rate_bp for law in before],
            "ceiling_krw": [law.ceiling_krw for law in before],
            "floor_krw": [law.floor_krw for law in before],
            "ceiling_rise_krw": [max(now.ceiling_krw - law.ceiling_krw, 0) for law in before],
        },
        "reform": {
            "area": [area for area, _, _ in reforms],
            "from_month": [month for _, month, _ in reforms],
            "evidence": [evidence for _, _, evidence in reforms],
        },
    }
    for name, columns in views.items():
        engine.connection.register(name, pa.table(columns))
    engine.connection.register("outside_roll_out", outside_roll_out(districts, quarter))
    engine.connection.register("office_area", office_areas(districts))
