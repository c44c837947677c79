"""The commands `trend`, `plan` and `release`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sogong_pipeline.cli.options import Json, open_lake_in_use
from sogong_pipeline.periods import Quarter

Formats = Annotated[str, typer.Option(metavar="LIST", help="Formats of the pages.")]
EVERY = "html,pdf,xlsx,hwpx"


def trend(
    quarter: Annotated[str, typer.Argument(help="2026-Q3")],
    formats: Formats = EVERY,
    out: Annotated[Path | None, typer.Option(help="Folder to write to.")] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Write the regional trend of a quarter: the nation and a page per 시도."""
    from sogong_pipeline.renderers.registry import parse_formats
    from sogong_pipeline.trends.publish import publish_trend

    published = publish_trend(open_lake_in_use(), Quarter.parse(quarter), out, parse_formats(formats))
    return {
        "quarter": quarter,
        "folder": published.folder,
        "files": published.files,
        "lines": [
            f"{published.pages} pages of {quarter} in {published.folder}",
            f"open {published.folder}/{published.files[0]}",
        ],
    }


def plan(
    period: Annotated[str, typer.Argument(help="2026-H2")],
    formats: Formats = "hwpx,html,pdf",
    out: Annotated[Path | None, typer.Option(help="Folder to write to.")] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Draft the prevention plans of a half-year: one per 시도, an extract per 시군구."""
    from sogong_pipeline.decisions.period import HalfYear
    from sogong_pipeline.plans.publish import draft_plans
    from sogong_pipeline.renderers.registry import parse_formats

    published, quarter = draft_plans(open_lake_in_use(), HalfYear.parse(period), out, parse_formats(formats))
    return {
        "period": period,
        "quarter": str(quarter),
        "folder": published.folder,
        "files": published.files,
        "lines": [f"{published.pages} drafts of {period} on {quarter} in {published.folder}"],
    }


def release(
    quarter: Annotated[str, typer.Argument(help="2026-Q3")],
    out: Annotated[
        str | None, typer.Option(metavar="PLACE", help="A folder or s3://BUCKET/PREFIX to release to.")
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Release a quarter for anybody: tables, codes, what changed; a new version where anything did."""
    from sogong_pipeline.steps.release import release as release_quarter

    done = release_quarter(open_lake_in_use(), Quarter.parse(quarter), out)
    made = f"{done.bytes / 1e6:,.1f} MB" if done.is_new else "nothing changed since"
    return {
        "quarter": quarter,
        "version": done.version.version,
        "version_status": done.version.status,
        "edition": done.version.edition,
        "folder": done.folder,
        "new": done.is_new,
        "changes": done.changed,
        "lines": [f"{done.version.version} ({done.version.status}) of {quarter} in {done.folder}: {made}"],
    }
