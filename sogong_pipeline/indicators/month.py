"""Facts of one month: totals of each district and region, and by industry, size and grade of the match."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from sogong_pipeline.districts.evidence import BY_LIST, claims_of
from sogong_pipeline.districts.registry import District, Slice
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.indicators.offices import JEJU, JEJU_SIDO, areas_of, office_areas
from sogong_pipeline.indicators.series_breaks import is_watched, watched_since
from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.rates.contribution import contribution_for
from sogong_pipeline.regions.reference import offices, regions
from sogong_pipeline.sql_engine import SHIPPED, Engine, query

WHOLE = ("fact_district_month", "fact_region_month", "fact_office_month")
PARTS = (
    "fact_district_industry_month",
    "fact_district_size_month",
    "fact_district_grade_month",
    "fact_region_industry_month",
    "fact_region_size_month",
    "fact_region_grade_month",
)
SUMS = ("district_sums", "region_sums", "part_measures")


def measure_month(member: Path, districts: Slice, month: Month, workspace: Path) -> Built:
    """Sum a matched month by district and region, in total and by part.

    Args:
        member: matched rows (sql/matched/district_member).
        districts: the districts that the month was matched against; each gets a row.
        month: the data month, which fixes the contribution rate and the income ceiling.
        workspace: an empty folder to write in.

    Returns:
        The tables of `WHOLE` and `PARTS`; amounts in won a month, people in heads.

    Raises:
        RefusedError: when the nation is not the sum of matched, ambiguous and unassigned workplaces.
    """
    files = {table: workspace / f"{table}.parquet" for table in (*WHOLE, *PARTS)}
    law = contribution_for(month)
    with Engine(workspace) as engine:
        engine.view("district_member", member)
        engine.connection.register(
            "district",
            pa.table(
                {
                    "district_id": pa.array([one.district_id for one in districts.districts], pa.string()),
                    "has_place": pa.array(_can_tell(districts), pa.bool_()),
                }
            ),
        )
        engine.connection.register("outside_roll_out", outside_roll_out(districts.districts, month.quarter))
        engine.connection.register("office_area", office_areas(districts.districts))
        engine.variables({"data_month": str(month), "rate_bp": law.rate_bp, "ceiling_krw": law.ceiling_krw})
        add_up(engine)
        for table, path in files.items():
            engine.write(query("measured", table), path)
        for table in WHOLE:
            engine.view(table, files[table])
        nation = engine.rows("FROM fact_region_month WHERE region_code = '00'")[0]
        account = engine.rows(_ACCOUNT)[0]
    _require_account(account, month)
    return Built(
        files=files,
        facts={
            "workplaces": nation["workplaces"],
            "matched": nation["matched_workplaces"],
            "ambiguous": nation["ambiguous_workplaces"],
            "unassigned": nation["unassigned_workplaces"],
            **{grade: nation[f"{grade}_workplaces"] for grade in ("high", "medium", "low", "not_assignable")},
        },
    )


def add_up(engine: Engine) -> None:
    """Sum the view `district_member` once, by area and by part; each table of a month takes its rows from that."""
    for sums in SUMS:
        engine.table(sums, query("measured", sums))


def outside_roll_out(districts: Sequence[District], quarter: Quarter) -> pa.Table:
    """Return the areas not yet monitored in a quarter, one column `area`: districts, regions and offices."""
    outside = [district.district_id for district in districts if not is_watched(district.sido_code, quarter)]
    outside += [
        region.region_code
        for region in regions()
        if region.sido_code in watched_since() and not is_watched(region.sido_code, quarter)
    ]
    sido_codes = {office.code: office.sido_codes for office in offices()} | {JEJU: (JEJU_SIDO,)}
    outside += areas_of(
        office for office, codes in sido_codes.items() if not any(is_watched(code, quarter) for code in codes)
    )
    return pa.table({"area": pa.array(outside, pa.string())})


_ACCOUNT = """
    WITH outside AS (FROM district_member WHERE is_counted AND grade NOT IN ('high', 'medium', 'low'))
    SELECT
        nation.workplaces - (SELECT coalesce(sum(workplaces), 0) FROM fact_district_month)
            - (SELECT count(*) FROM outside) AS workplaces_unaccounted,
        nation.workers - (SELECT coalesce(sum(workers), 0) FROM fact_district_month)
            - (SELECT coalesce(sum(subscribers), 0) FROM outside) AS workers_unaccounted,
        nation.billed_amount_krw - (SELECT coalesce(sum(billed_amount_krw), 0) FROM fact_district_month)
            - (SELECT coalesce(sum(billed_amount_krw), 0) FROM outside) AS won_unaccounted
    FROM fact_region_month AS nation WHERE region_code = '00'
"""


def _require_account(account: dict[str, int], month: Month) -> None:
    """Compare the sums with the limits of `expectations/month_account.yaml`.

    Raises:
        RefusedError: when the nation is not the sum of districts, ambiguous and unassigned ones.
    """
    failed = []
    for entry in _account_limits():
        value, least, most = int(account[entry["column"]]), entry["min_value"], entry["max_value"]
        if not least <= value <= most:
            failed.append(
                f"{entry['check']}: {value:,}, expected at least {least:,} and at most {most:,} ({entry['reason']})"
            )
    if failed:
        raise RefusedError(f"{month}: {'; '.join(failed)}; nothing was stored, please report this month")


@cache
def _account_limits() -> list[dict[str, Any]]:
    text = (SHIPPED / "expectations" / "month_account.yaml").read_text(encoding="utf-8")
    limits: list[dict[str, Any]] = yaml.safe_load(text)["expectations"]
    return limits


def _can_tell(districts: Slice) -> list[bool]:
    """Return, for each district, True when the registry describes it well enough for an empty district to mean zero."""
    listed = {placement.district_id for placement in districts.placements}
    return [
        one.district_id in listed or any(source not in BY_LIST for *_, source in claims_of(one))
        for one in districts.districts
    ]
