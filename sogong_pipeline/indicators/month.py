"""The facts of one month: what each district and region had, in all, by industry and by size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from sogong_pipeline.districts.registry import District
from sogong_pipeline.engine import Engine, query
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.indicators.breaks import is_watched, watched_since
from sogong_pipeline.lake import Built
from sogong_pipeline.nps.contribution import contribution_for
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.regions.reference import regions

WHOLE = ("fact_district_month", "fact_region_month")
PARTS = (
    "fact_district_industry_month",
    "fact_district_size_month",
    "fact_region_industry_month",
    "fact_region_size_month",
)


def measure_month(member: Path, districts: Sequence[District], month: Month, workspace: Path) -> Built:
    """Sum a matched month by district and region, in all and by part.

    Args:
        member: matched rows (sql/matched/district_member).
        districts: the districts the month was matched against; each gets a row.
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
                    "district_id": pa.array([district.district_id for district in districts], pa.string()),
                    "has_place": pa.array(
                        [bool(district.legal_dong_codes) for district in districts], pa.bool_()
                    ),
                }
            ),
        )
        engine.connection.register("outside_roll_out", outside_roll_out(districts, month.quarter))
        engine.variables({"data_month": str(month), "rate_bp": law.rate_bp, "ceiling_krw": law.ceiling_krw})
        for table, path in files.items():
            engine.write(query("measured", table), path)
        for table in WHOLE:
            engine.view(table, files[table])
        nation = engine.rows("FROM fact_region_month WHERE region_code = '00'")[0]
        in_districts = engine.value("SELECT coalesce(sum(workplaces), 0) FROM fact_district_month")
    parts = int(in_districts) + nation["ambiguous_workplaces"] + nation["unassigned_workplaces"]
    if nation["workplaces"] != parts:
        raise RefusedError(
            f"{month}: the nation has {nation['workplaces']} workplaces but districts, ambiguous and unassigned "
            f"ones add up to {parts}; nothing was kept, please report this month"
        )
    return Built(
        files=files,
        facts={
            "workplaces": nation["workplaces"],
            "matched": nation["matched_workplaces"],
            "ambiguous": nation["ambiguous_workplaces"],
            "unassigned": nation["unassigned_workplaces"],
        },
    )


def outside_roll_out(districts: Sequence[District], quarter: Quarter) -> pa.Table:
    """The areas that nobody watches yet in a quarter, districts and regions, one column `area`."""
    outside = [district.district_id for district in districts if not is_watched(district.sido_code, quarter)]
    outside += [
        region.region_code
        for region in regions()
        if region.sido_code in watched_since() and not is_watched(region.sido_code, quarter)
    ]
    return pa.table({"area": pa.array(outside, pa.string())})
