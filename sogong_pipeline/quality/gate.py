"""The gate: runs the suites of `expectations/` over a staged month with Great Expectations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Month
from sogong_pipeline.quality.profiles import Before, Profiles, profile
from sogong_pipeline.quality.row_counts import count_rows
from sogong_pipeline.quality.staged_schema import columns_amiss

if TYPE_CHECKING:
    from sogong_pipeline.quality.suite import Result

CHECKED = ("workplace", "month_profile", "sido_profile", "column_profile")
FIGURE = pa.decimal128(18, 6)
RESULT = pa.schema(
    [
        ("table", pa.string()),
        ("data_month", pa.string()),
        ("vintage", pa.string()),
        ("check", pa.string()),
        ("severity", pa.string()),
        ("holds", pa.bool_()),
        ("passed", pa.bool_()),
        ("observed", pa.string()),
        ("figure", FIGURE),
        ("least", FIGURE),
        ("most", FIGURE),
        ("unit", pa.string()),
        ("reason", pa.string()),
        ("title_ko", pa.string()),
        ("reason_ko", pa.string()),
    ]
)


def check_month(
    staged: Path, quarantine: Path, before: Before | None, month: Month, vintage: str, *, workspace: Path
) -> Built:
    """Check a staged month.

    Args:
        staged: its typed rows.
        quarantine: its rows that could not be typed, with their reasons.
        before: the last month that counts before it, where one is near enough to tell anything.
        month: the data month.
        vintage: which file of the month it is.
        workspace: an empty folder to write in.

    Returns:
        `quality_check` (sql/operations/quality_check) and `sido_profile`, with the failed checks in the facts.
    """
    amiss = columns_amiss(staged)
    profiles = (
        Profiles({"columns_amiss": len(amiss)}, [], [])
        if amiss
        else profile(staged, quarantine, before, month, workspace)
    )
    results = _results(staged, profiles, amiss, workspace)
    sido_profile = workspace / "sido_profile.parquet"
    pq.write_table(pa.Table.from_pylist(profiles.sidos), sido_profile, compression="zstd")
    return Built(
        files={
            "quality_check": write_results(results, month, vintage, workspace),
            "sido_profile": sido_profile,
        },
        facts={
            "compared_with_month_before": before is not None,
            "compared_with": str(before.month) if before else None,
            "counted_workplaces": int(profiles.month.get("counted_workplaces") or 0),
            **failures(results),
        },
    )


def write_results(
    results: Mapping[str, Sequence[Result]], month: Month, vintage: str, workspace: Path
) -> Path:
    """Write what checks found as rows of `quality_check`; results by table, in the order of the suites."""
    target = workspace / "quality_check.parquet"
    rows = [
        {"data_month": str(month), "vintage": vintage, "table": table, **asdict(result)}
        for table, of_table in results.items()
        for result in of_table
    ]
    pq.write_table(pa.Table.from_pylist(rows, RESULT), target, compression="zstd")
    return target


def failures(results: Mapping[str, Sequence[Result]]) -> dict[str, list[str]]:
    """The failed checks for a manifest: a line each by severity, and the names of those that stop and that hold."""
    failed = [result for of_table in results.values() for result in of_table if not result.passed]
    critical = [result for result in failed if result.severity == "critical"]
    return {
        "failed_critical": [result.told for result in critical],
        "failed_warning": [result.told for result in failed if result.severity == "warning"],
        "stopping": [result.check for result in critical],
        "holding": [result.check for result in failed if result.holds],
    }


def _results(staged: Path, profiles: Profiles, amiss: list[str], workspace: Path) -> dict[str, list[Result]]:
    """The results by table; only the columns where they are amiss, since nothing else can be looked at then."""
    from sogong_pipeline.quality import suite  # noqa: PLC0415 - pandas and great-expectations take seconds

    if amiss:
        entries = [entry for entry in suite.entries("month_profile") if entry["check"] == "columns_amiss"]
        return suite.judge({"month_profile": suite.of_figures(entries, profiles.month, "; ".join(amiss))})
    of_rows = suite.entries("workplace")
    return suite.judge(
        {
            "workplace": suite.of_rows(of_rows, count_rows(of_rows, staged, workspace)),
            "month_profile": suite.of_figures(suite.entries("month_profile"), profiles.month),
            "sido_profile": suite.of_regions(suite.entries("sido_profile"), profiles.sidos),
            "column_profile": suite.of_regions(suite.entries("column_profile"), profiles.columns),
        }
    )
