"""Write the reports of a quarter into a folder or a bucket."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from sogong_pipeline.lake.store import FolderStore, open_reports
from sogong_pipeline.periods import Quarter
from sogong_pipeline.renderers.publishing import Published, write_pages
from sogong_pipeline.reports.collect import collect
from sogong_pipeline.reports.model import build_models
from sogong_pipeline.steps.installation import Pipeline


def publish_draft(
    pipeline: Pipeline, quarter: Quarter, out: Path | None = None, known: dt.datetime | None = None
) -> Published:
    """Write the reports of a quarter's latest edition as the councils get them, before they decide.

    Args:
        pipeline: the installation.
        quarter: the quarter.
        out: a folder; when None, `<quarter>/draft` where the settings have the reports.
        known: the load time as of which the quarter was rebuilt; then `<quarter>/as-known-on-<day>`.

    Raises:
        RefusedError: when the quarter was never proposed.
    """
    models = build_models(collect(pipeline, quarter, draft=True, known=known))
    folder = f"as-known-on-{known.date()}" if known else "draft"
    return write_pages(
        models, FolderStore(out) if out else open_reports(pipeline.settings, f"{quarter}/{folder}")
    )
