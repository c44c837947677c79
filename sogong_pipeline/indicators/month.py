"""The facts of one month: what each district and region had."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from sogong_pipeline.districts.registry import District, Slice
from sogong_pipeline.engine import Engine, query
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake import Built
from sogong_pipeline.nps.contribution import contribution_for
from sogong_pipeline.periods import Month


def measure_month(member: Path, districts: Slice, month: Month, workspace: Path) -> Built:
    """Sum a matched month by district and region.

    Args:
        member: matched rows (sql/matched/district_member).
        districts: what the month was matched against; each district gets a row.
        month: the data month, which fixes the contribution rate.
        workspace: an empty folder to write in.

    Returns:
        `fact_district_month` and `fact_region_month`; amounts in won a month, people in heads.

    Raises:
        RefusedError: when the nation is not the sum of matched, ambiguous and unassigned workplaces.
    """
    district_month, region_month = (
        workspace / "fact_district_month.parquet",
        workspace / "fact_region_month.parquet",
    )
    with Engine(workspace) as engine:
        engine.view("district_member", member)
        engine.connection.register(
            "district",
            pa.table(
                {
                    "district_id": pa.array([one.district_id for one in districts.districts], pa.string()),
                    "has_place": pa.array(
                        [can_match(one, districts) for one in districts.districts], pa.bool_()
                    ),
                }
            ),
        )
        engine.variables({"data_month": str(month), "rate_bp": contribution_for(month).rate_bp})
        engine.write(query("measured", "fact_district_month"), district_month)
        engine.write(query("measured", "fact_region_month"), region_month)
        engine.view("fact_district_month", district_month)
        engine.view("fact_region_month", region_month)
        nation = engine.rows("FROM fact_region_month WHERE region_code = '00'")[0]
        in_districts = engine.value("SELECT coalesce(sum(workplaces), 0) FROM fact_district_month")
    parts = int(in_districts) + nation["ambiguous_workplaces"] + nation["unassigned_workplaces"]
    if nation["workplaces"] != parts:
        raise RefusedError(
            f"{month}: the nation has {nation['workplaces']} workplaces but districts, ambiguous and unassigned "
            f"ones add up to {parts}; nothing was kept, please report this month"
        )
    return Built(
        files={"fact_district_month": district_month, "fact_region_month": region_month},
        facts={
            "workplaces": nation["workplaces"],
            "matched": nation["matched_workplaces"],
            "ambiguous": nation["ambiguous_workplaces"],
            "unassigned": nation["unassigned_workplaces"],
            **{grade: nation[f"{grade}_workplaces"] for grade in ("high", "medium", "not_assignable")},
        },
    )


def can_match(district: District, districts: Slice) -> bool:
    """Whether the registry says enough of a district for nobody in it to mean nobody."""
    has_list = any(placement.district_id == district.district_id for placement in districts.placements)
    return has_list or bool(district.legal_dong_codes and not district.needs_list)
