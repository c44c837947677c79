"""The gate: runs the suites of `expectations/` over a staged month with Great Expectations."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

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
        profile = pd.DataFrame(engine.rows(query("checked", "month_profile")))
    frames = {"workplace": _rows_of(staged), "month_profile": profile}
    rows = [
        {"data_month": str(month), "vintage": vintage, "table": table, **result}
        for table in CHECKED
        for result in _run(table, frames[table])
    ]
    target = workspace / "quality_check.parquet"
    pq.write_table(pa.Table.from_pylist(rows, RESULT), target, compression="zstd")
    failed = [row for row in rows if not row["passed"]]
    return Built(
        files={"quality_check": target},
        facts={
            "failed_critical": [_told(row) for row in failed if row["severity"] == "critical"],
            "failed_warning": [_told(row) for row in failed if row["severity"] == "warning"],
        },
    )


def _suite(table: str) -> list[dict[str, Any]]:
    """The expectations of a table as written."""
    text = (SUITES / f"{table}.yaml").read_text(encoding="utf-8")
    expectations: list[dict[str, Any]] = yaml.safe_load(text)["expectations"]
    return expectations


def _rows_of(staged: Path) -> pd.DataFrame:
    """A month's rows with the columns the suite looks at; 600,000 rows take about 0.2 GB."""
    columns = sorted({entry["column"] for entry in _suite("workplace")})
    frame: pd.DataFrame = pq.read_table(staged, columns=columns).to_pandas()
    return frame


def _run(table: str, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """One result per expectation, in the order of the suite."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # nothing leaves this machine
    import great_expectations as gx  # noqa: PLC0415 - takes seconds; only a month to be checked pays for it
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415
    from great_expectations.expectations.registry import get_expectation_impl  # noqa: PLC0415

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    batch = (
        context.data_sources.add_pandas("month")
        .add_dataframe_asset(table)
        .add_batch_definition_whole_dataframe("whole")
        .get_batch({"dataframe": frame})
    )
    entries = _suite(table)
    expectations = [
        get_expectation_impl(entry["expect"])(
            **{name: value for name, value in entry.items() if name not in {"expect", "reason"}}
        )
        for entry in entries
    ]
    validation = batch.validate(gx.ExpectationSuite(name=table, expectations=expectations))
    return [
        {
            "check": f"{entry['expect'].removeprefix('expect_column_values_to_')}({entry['column']})",
            "severity": entry["severity"],
            "passed": bool(result.success),
            "observed": _observed(result, frame, entry["column"]),
            "reason": entry["reason"],
        }
        for entry, result in zip(entries, validation.results, strict=True)
    ]


def _observed(result: Any, frame: pd.DataFrame, column: str) -> str:
    """What was seen: the value itself in a profile, the share of offending rows otherwise."""
    if result.exception_info.get("raised_exception"):
        return str(result.exception_info["exception_message"])
    if len(frame) == 1:
        value = frame[column].iloc[0]
        return "none" if pd.isna(value) else f"{value:.6g}"
    return f"{result.result['unexpected_count']} of {result.result['element_count']} rows"


def _told(row: dict[str, Any]) -> str:
    return f"{row['check']}: {row['observed']}"
