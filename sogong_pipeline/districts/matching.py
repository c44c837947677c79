"""Matching: every workplace of a month is placed in its regions and, with a grade, in a district or in none."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyarrow as pa

from sogong_pipeline.districts import evidence
from sogong_pipeline.districts.registry import Slice
from sogong_pipeline.industries.divisions import rule_table
from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Month
from sogong_pipeline.regions.crosswalk import divided_codes, sigungu_on, today_of_codes, today_of_names
from sogong_pipeline.regions.reference import regions
from sogong_pipeline.sql_engine import Engine, query

GRADES = ("high", "medium", "low", "ambiguous", "not_assignable", "none")
"""Surest first; only the first three place a workplace in a district."""


def match(workplace: Path, trace: Path, districts: Slice, month: Month, workspace: Path) -> Built:
    """Match a staged month against the districts of one day.

    Args:
        workplace: staged rows (sql/staged/workplace).
        trace: who they are (sql/traced/workplace_trace).
        districts: the districts and placements that count in the quarter judged.
        month: the data month, for the regions of its time.
        workspace: an empty folder to write in.

    Returns:
        `district_member`: one row per staged row, in its order (sql/matched/district_member).
    """
    target = workspace / "district_member.parquet"
    with Engine(workspace) as engine:
        engine.view("workplace", workplace)
        engine.view("workplace_trace", trace)
        for name, table in _tables(districts, month).items():
            engine.connection.register(name, table)
        by_industry = any(district.industry_codes for district in districts.districts)
        engine.variables({"by_industry": by_industry})
        rows = engine.write(query("matched", "district_member"), target)
    return Built(files={"district_member": target}, facts={"rows": rows})


def _tables(districts: Slice, month: Month) -> dict[str, pa.Table]:
    """What the query joins the rows with."""
    return {
        "claim": evidence.claims(districts.districts),
        "road": evidence.roads(districts.districts),
        "name": evidence.names(districts.districts),
        "nest": evidence.nests(districts.districts),
        "habit": evidence.habits(districts.districts),
        "placement": evidence.placements(districts.placements),
        "dong_today": today_of_codes(),
        "dong_divided": divided_codes(),
        "name_today": today_of_names(),
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
