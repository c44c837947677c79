"""The gate: runs the suites of `expectations/` over a staged month with Great Expectations."""

from __future__ import annotations

import gc
import hashlib
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.lake.partitions import SHORT, Built, sha256_of
from sogong_pipeline.periods import Month
from sogong_pipeline.quality import SUITES
from sogong_pipeline.quality.profiles import Profiles, profile
from sogong_pipeline.quality.staged_schema import columns_amiss
from sogong_pipeline.regions.reference import data_path

if TYPE_CHECKING:
    from sogong_pipeline.quality.suite import Result

CHECKED = ("workplace", "month_profile", "sido_profile")
FIGURE = pa.decimal128(18, 6)
RESULT = pa.schema(
    [
        ("table", pa.string()),
        ("data_month", pa.string()),
        ("vintage", pa.string()),
        ("check", pa.string()),
        ("severity", pa.string()),
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


@cache
def suites_version() -> str:
    """A digest of the suites, their bounds and the codes they know; a changed one has months checked again."""
    digest = hashlib.sha256()
    for path in sorted(SUITES.glob("*.yaml")):
        digest.update(path.read_bytes())
    for table in ("region.csv", "legal_dong.csv.gz"):
        digest.update(sha256_of(data_path(table)).encode())
    return digest.hexdigest()[:SHORT]


def check_month(
    staged: Path, quarantine: Path, before: Path | None, month: Month, vintage: str, *, workspace: Path
) -> Built:
    """Check a staged month.

    Args:
        staged: its typed rows.
        quarantine: its rows that could not be typed, with their reasons.
        before: the typed rows of the month before, where that month is in.
        month: the data month.
        vintage: which file of the month it is.
        workspace: an empty folder to write in.

    Returns:
        `quality_check` (sql/operations/quality_check) and `sido_profile`, with the failed checks in the facts.
    """
    amiss = columns_amiss(staged)
    profiles = (
        Profiles({"columns_amiss": len(amiss)}, [])
        if amiss
        else profile(staged, quarantine, before, month, workspace)
    )
    results = _results(staged, profiles, amiss)
    # What Great Expectations leaves in cycles, 200 MB of a month's text, would lie beside what the next steps take.
    gc.collect()
    pa.default_memory_pool().release_unused()
    quality_check, sido_profile = workspace / "quality_check.parquet", workspace / "sido_profile.parquet"
    rows = [
        {"data_month": str(month), "vintage": vintage, "table": table, **asdict(result)}
        for table, found in results.items()
        for result in found
    ]
    pq.write_table(pa.Table.from_pylist(rows, RESULT), quality_check, compression="zstd")
    pq.write_table(pa.Table.from_pylist(profiles.sidos), sido_profile, compression="zstd")
    failed = [result for found in results.values() for result in found if not result.passed]
    return Built(
        files={"quality_check": quality_check, "sido_profile": sido_profile},
        facts={
            "compared_with_month_before": before is not None,
            "failed_critical": [result.told for result in failed if result.severity == "critical"],
            "failed_warning": [result.told for result in failed if result.severity == "warning"],
        },
    )


def _results(staged: Path, profiles: Profiles, amiss: list[str]) -> dict[str, list[Result]]:
    """The results by table; only the columns where they are amiss, since nothing else can be looked at then."""
    from sogong_pipeline.quality import suite  # noqa: PLC0415 - pandas and great-expectations take seconds

    if amiss:
        entries = [entry for entry in suite.entries("month_profile") if entry["check"] == "columns_amiss"]
        return {"month_profile": suite.of_figures(entries, profiles.month, "; ".join(amiss))}
    return {
        "workplace": suite.of_rows(suite.entries("workplace"), staged),
        "month_profile": suite.of_figures(suite.entries("month_profile"), profiles.month),
        "sido_profile": suite.of_regions(suite.entries("sido_profile"), profiles.sidos),
    }
