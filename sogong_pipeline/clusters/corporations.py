"""Count the corporations of a staged month that approximate small manufacturers: three to nine subscribers."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from sogong_pipeline.clusters.proxy import LEAST_SUBSCRIBERS, MOST_SUBSCRIBERS
from sogong_pipeline.industries.divisions import divisions, rule_table
from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.regions.crosswalk import today_of_codes
from sogong_pipeline.sql_engine import Engine, query

TABLE = "corporate_small_manufacturer"


def count_corporations(workplace: Path, workspace: Path) -> Built:
    """Count a staged month by division and today's legal dong.

    Args:
        workplace: staged rows (sql/staged/workplace).
        workspace: empty folder for the output file.

    Returns:
        `corporate_small_manufacturer` (sql/corporations).
    """
    target = workspace / f"{TABLE}.parquet"
    made = [name for name, division in divisions().items() if division.is_manufacturing]
    with Engine(workspace) as engine:
        engine.view("workplace", workplace)
        engine.connection.register("dong_today", today_of_codes())
        engine.connection.register("industry_rule", rule_table())
        engine.connection.register("manufacturing", pa.table({"division": pa.array(made, pa.string())}))
        engine.variables({"least_subscribers": LEAST_SUBSCRIBERS, "most_subscribers": MOST_SUBSCRIBERS})
        rows = engine.write(query("corporations", TABLE), target)
    return Built({TABLE: target}, {"rows": rows})
