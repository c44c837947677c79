"""Matching: every workplace of a month is placed in a district, in its regions, or told to be ambiguous."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pyarrow as pa

from sogong_pipeline.districts.registry import District
from sogong_pipeline.engine import Engine, query
from sogong_pipeline.indicators.industry import rule_table
from sogong_pipeline.lake import SHORT, Built, sha256_of
from sogong_pipeline.regions.reference import data_path, regions


def match(workplace: Path, trace: Path, districts: Sequence[District], workspace: Path) -> Built:
    """Match a staged month against the districts of one day.

    Args:
        workplace: staged rows (sql/staged/workplace).
        trace: who they are (sql/traced/workplace_trace).
        districts: the registry's districts that count in the quarter judged.
        workspace: an empty folder to write in.

    Returns:
        `district_member`: one row per staged row, in its order (sql/matched/district_member).
    """
    target = workspace / "district_member.parquet"
    with Engine(workspace) as engine:
        engine.view("workplace", workplace)
        engine.view("workplace_trace", trace)
        engine.connection.register("place", _places(districts))
        engine.connection.register("region", _regions())
        engine.connection.register("industry_rule", rule_table())
        rows = engine.write(query("matched", "district_member"), target)
    return Built(files={"district_member": target}, facts={"rows": rows})


@cache
def regions_version() -> str:
    """A digest of the codes of regions; a changed one makes what was matched with it stale."""
    return sha256_of(data_path("region.csv"))[:SHORT]


def _places(districts: Sequence[District]) -> pa.Table:
    """One row per legal dong, and per postal code in it where the district names any."""
    rows = [
        (district.district_id, dong, postal_code)
        for district in districts
        for dong in district.legal_dong_codes
        for postal_code in (district.postal_codes or (None,))
    ]
    return pa.table(
        {
            "district_id": pa.array([row[0] for row in rows], pa.string()),
            "legal_dong_code": pa.array([row[1] for row in rows], pa.string()),
            "postal_code": pa.array([row[2] for row in rows], pa.string()),
        }
    )


def _regions() -> pa.Table:
    """Old and living codes of 시도 and 시군구 with today's code where the change was one to one."""
    return pa.table(
        {
            "region_code": pa.array([region.region_code for region in regions()], pa.string()),
            "successor_code": pa.array([region.successor_code for region in regions()], pa.string()),
        }
    )
