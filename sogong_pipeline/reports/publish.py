"""Write the reports of a quarter into a folder or a bucket."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sogong_pipeline.lake.store import FolderStore, Store, open_reports
from sogong_pipeline.periods import Quarter
from sogong_pipeline.renderers.html import render
from sogong_pipeline.reports.collect import collect
from sogong_pipeline.reports.model import ReportModel, build_models
from sogong_pipeline.steps.installation import Pipeline


@dataclass(frozen=True)
class Published:
    """Where reports are, and their names: `index.html` for the nation first, `<office code>.html` for an office."""

    folder: str
    files: list[str]


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
    return write_reports(
        models, FolderStore(out) if out else open_reports(pipeline.settings, f"{quarter}/{folder}")
    )


def write_reports(models: Iterable[ReportModel], place: Store) -> Published:
    """Write one HTML file per report; a reader never meets half a file, and nothing else there is touched."""
    published = Published(place.address, [])
    for model in models:
        name = f"{model.stem}.html"
        place.write(PurePosixPath(name), render(model))
        published.files.append(name)
    return published
