"""The second gate: a month as it was placed and traced, beside the last month that counts before it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Month
from sogong_pipeline.quality.bounds import bounds
from sogong_pipeline.quality.gate import failures, write_results
from sogong_pipeline.sql_engine import Engine, query
from sogong_pipeline.vocabulary import NATION

TABLE = "placing_profile"


def check_placing(members: Path, members_before: Path, month: Month, vintage: str, workspace: Path) -> Built:
    """Check a matched month against an earlier one under the same districts.

    Args:
        members: its rows (sql/matched/district_member).
        members_before: those of the last month that counts before it.
        month: the data month.
        vintage: which file of the month it is.
        workspace: an empty folder to write in.

    Returns:
        `quality_check` and `placing_profile` (shares by area, 0 to 1), with the failed checks in the facts.
    """
    from sogong_pipeline.quality import suite  # noqa: PLC0415 - pandas and great-expectations take seconds

    of_sidos = bounds("sido_bounds")["bounds"]
    areas = [{"area": NATION, "name": "전국"}]
    areas += [{"area": bound["sido_code"], "name": bound["name"]} for bound in of_sidos]
    with Engine(workspace) as engine:
        engine.view("district_member", members)
        engine.view("district_member_before", members_before)
        engine.connection.register("area", pa.Table.from_pylist(areas))
        figures = engine.rows(query("placed", TABLE))
    results = suite.judge({TABLE: suite.of_regions(suite.entries(TABLE), figures)})
    profile = workspace / f"{TABLE}.parquet"
    pq.write_table(pa.Table.from_pylist(figures), profile, compression="zstd")
    return Built(
        files={"quality_check": write_results(results, month, vintage, workspace), TABLE: profile},
        facts=failures(results),
    )
