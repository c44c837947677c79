"""Who is who: every row of a month gets the number of the workplace it was in the months before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Month
from sogong_pipeline.sql_engine import Engine, query

MEMORY_MONTHS = 3
"""How long a workplace that is gone may still come back, move or register anew."""


@dataclass(frozen=True)
class Past:
    """What is known from before a month: the nearest earlier month, its rows, who they were, who was gone."""

    month: Month
    workplace: Path
    workplace_trace: Path
    absent: Path


def trace_month(workplace: Path, month: Month, past: Past | None, workspace: Path) -> Built:
    """Find for every row the workplace it was, by the rules of sql/traced/workplace_trace.

    Args:
        workplace: staged rows (sql/staged/workplace).
        month: their data month.
        past: the nearest month before, at most `MEMORY_MONTHS` back; None where the series begins.
        workspace: an empty folder to write in.

    Returns:
        `workplace_trace`, one row per staged row in its order, and `absent_workplace`, who is gone but not forgotten.
    """
    trace, absent = workspace / "workplace_trace.parquet", workspace / "absent_workplace.parquet"
    with Engine(workspace) as engine:
        engine.variables(
            {
                "data_month": str(month),
                "month_before": str(past.month.first_day) if past else None,
                "oldest_month": str(month.shift(-MEMORY_MONTHS - 1).first_day),
            }
        )
        engine.view("workplace", workplace)
        engine.view("before", past.workplace if past else workplace)
        if past:
            engine.view("workplace_trace", past.workplace_trace)
            engine.view("absent", past.absent)
        else:
            _nothing_known(engine)
        engine.execute(f"CREATE TEMP TABLE known AS {query('traced', 'known_workplace')}")
        rows = engine.write(query("traced", "workplace_trace"), trace)
        engine.view("workplace_trace", trace)
        gone = engine.write(query("traced", "absent_workplace"), absent)
        links = engine.rows("SELECT link, count(*) AS rows FROM workplace_trace GROUP BY link ORDER BY link")
    return Built(
        files={"workplace_trace": trace, "absent_workplace": absent},
        facts={"rows": rows, "absent": gone, "links": {row["link"]: row["rows"] for row in links}},
    )


def _nothing_known(engine: Engine) -> None:
    """Let the series begin."""
    engine.execute(
        "CREATE VIEW workplace_trace AS SELECT NULL::BIGINT AS row_number, NULL::VARCHAR AS workplace_id WHERE false"
    )
    engine.execute(
        "CREATE VIEW absent AS SELECT NULL::VARCHAR AS workplace_id, NULL::VARCHAR AS workplace_name, "
        "NULL::VARCHAR AS prefix, NULL::VARCHAR AS place, NULL::DATE AS enrolled_on, NULL::INTEGER AS legal_form, "
        "NULL::VARCHAR AS industry_code, NULL::VARCHAR AS road, NULL::INTEGER AS subscribers, "
        "NULL::DATE AS last_seen, NULL::VARCHAR AS data_month, NULL::BOOLEAN AS is_withdrawn WHERE false"
    )
