"""The gate: runs the suites of `expectations/` over a staged month with Great Expectations."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.engine import SQL, Engine, query
from sogong_pipeline.lake import SHORT, Built
from sogong_pipeline.nps.contribution import contribution_for
from sogong_pipeline.periods import Month

SUITES = SQL.parent / "expectations"
CHECKED = ("workplace", "month_profile")
RESULT = pa.schema(
    [
        ("table", pa.string()),
        ("data_month", pa.string()),
        ("vintage", pa.string()),
        ("check", pa.string()),
        ("severity", pa.string()),
        ("passed", pa.bool_()),
        ("observed", pa.string()),
        ("reason", pa.string()),
    ]
)


@cache
def suites_version() -> str:
    """A digest of the suites; a changed suite has months checked again."""
    digest = hashlib.sha256()
    for table in CHECKED:
        digest.update((SUITES / f"{table}.yaml").read_bytes())
    return digest.hexdigest()[:SHORT]


def check_month(
    staged: Path, before: Path | None, month: Month, vintage: str, quarantined_rows: int, *, workspace: Path
) -> Built:
    """Check a staged month.

    Args:
        staged: its typed rows.
        before: the typed rows of the month before, where that month is in.
        month: the data month.
        vintage: which file of the month it is.
        quarantined_rows: how many rows of the file could not be typed.
        workspace: an empty folder to write in.

    Returns:
        `quality_check` (sql/operations/quality_check), with the failed critical ones in the facts.
    """
    from sogong_pipeline.quality.suite import run, suite  # noqa: PLC0415 - pandas and great-expectations take seconds

    contribution = contribution_for(month)
    with Engine(workspace) as engine:
        engine.view("workplace", [staged, before] if before else staged)
        engine.variables(
            {
                "data_month": str(month),
                "quarantined_rows": quarantined_rows,
                "billed_at_ceiling_krw": contribution.billed_at_ceiling_krw,
                "billed_at_floor_krw": contribution.billed_at_floor_krw,
            }
        )
        profiles = engine.rows(query("checked", "month_profile"))
    results = {
        "workplace": run(suite("workplace"), staged),
        "month_profile": run(suite("month_profile"), profiles[0]),
    }
    rows = [
        {"data_month": str(month), "vintage": vintage, "table": table, **result}
        for table in CHECKED
        for result in results[table]
    ]
    target = workspace / "quality_check.parquet"
    pq.write_table(pa.Table.from_pylist(rows, RESULT), target, compression="zstd")
    failed = [row for row in rows if not row["passed"]]
    return Built(
        files={"quality_check": target},
        facts={
            "compared_with_month_before": before is not None,
            "failed_critical": [_told(row) for row in failed if row["severity"] == "critical"],
            "failed_warning": [_told(row) for row in failed if row["severity"] == "warning"],
        },
    )


def _told(row: dict[str, Any]) -> str:
    return f"{row['check']}: {row['observed']} ({row['reason']})"
