"""Matching: every workplace of a month is placed in its regions and, with a grade, in a district or in none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa

from sogong_pipeline.districts import evidence
from sogong_pipeline.districts.registry import Slice
from sogong_pipeline.factories.evidence import dong_tables, thresholds
from sogong_pipeline.industries.divisions import rule_table
from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Month
from sogong_pipeline.regions.crosswalk import sigungu_on
from sogong_pipeline.regions.reference import regions
from sogong_pipeline.sql_engine import Engine, query

GRADES = ("high", "medium", "low", "ambiguous", "not_assignable", "none")
"""Surest first; only the first three place a workplace in a district."""


@dataclass(frozen=True)
class Book:
    """The evidence of factory registers as files: `address_evidence` and `learned_place` (sql/book)."""

    address_evidence: Path
    learned_place: Path


def match(
    workplace: Path, trace: Path, districts: Slice, month: Month, workspace: Path, *, book: Book | None = None
) -> Built:
    """Match a staged month against the districts of one day.

    Args:
        workplace: staged rows (sql/staged/workplace).
        trace: who they are (sql/traced/workplace_trace).
        districts: the districts and placements that count in the quarter judged.
        month: the data month, for the regions of its time.
        workspace: an empty folder to write in.
        book: what registers say in that quarter; None without a register.

    Returns:
        `district_member`: one row per staged row, in its order (sql/matched/district_member).
    """
    target = workspace / "district_member.parquet"
    if book is None:
        return Built({"district_member": target}, {"rows": place(workplace, trace, districts, month, target)})
    placed = workspace / "placed.parquet"
    place(workplace, trace, districts, month, placed)
    rows = weigh(workplace, placed, book, target)
    placed.unlink()
    return Built({"district_member": target}, {"rows": rows})


def place(workplace: Path, trace: Path, districts: Slice, month: Month, target: Path) -> int:
    """Place the rows of a month by hand and by their addresses alone; returns how many rows."""
    with Engine(target.parent) as engine:
        engine.view("workplace", workplace)
        engine.view("workplace_trace", trace)
        for name, table in _tables(districts, month).items():
            engine.connection.register(name, table)
        by_industry = any(district.industry_codes for district in districts.districts)
        engine.variables({"by_industry": by_industry})
        return engine.write(query("matched", "district_member"), target)


def weigh(workplace: Path, placed: Path, book: Book, target: Path) -> int:
    """Place the rows of a month by everything that is known; returns how many rows.

    Args:
        workplace: staged rows.
        placed: the same rows as `place` places them.
        book: what registers say.
        target: the Parquet file to write, as `placed`, in the same order.
    """
    with Engine(target.parent) as engine:
        engine.view("workplace", workplace)
        engine.view("placed", placed)
        engine.view("address_evidence", book.address_evidence)
        engine.view("learned_place", book.learned_place)
        engine.variables(thresholds())
        return engine.write(query("matched", "weighed_member"), target)


def _tables(districts: Slice, month: Month) -> dict[str, pa.Table]:
    """What the query joins the rows with."""
    return {
        "claim": evidence.claims(districts.districts),
        "road": evidence.roads(districts.districts),
        "name": evidence.names(districts.districts),
        "nest": evidence.nests(districts.districts),
        "habit": evidence.habits(districts.districts),
        "placement": evidence.placements(districts.placements),
        **dong_tables(),
        "sigungu_then": sigungu_on(month.last_day),
        "region": _regions(),
        "industry_rule": rule_table(),
    }


@cache
def _regions() -> pa.Table:
    """Old and living codes of 시도 and 시군구 with today's code where the change was one to one."""
    return pa.table(
        {
            "region_code": pa.array([region.region_code for region in regions()], pa.string()),
            "successor_code": pa.array([region.successor_code for region in regions()], pa.string()),
        }
    )
