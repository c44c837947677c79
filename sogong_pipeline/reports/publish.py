"""Write the reports of a quarter into a folder or a bucket."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.lake.store import FolderStore, Store, open_reports
from sogong_pipeline.periods import Quarter
from sogong_pipeline.renderers.html import render
from sogong_pipeline.renderers.published import Published
from sogong_pipeline.reports.collect import collect
from sogong_pipeline.reports.model import ReportModel, build_models


def publish_draft(
    catalogue: Catalogue,
    quarter: Quarter,
    out: Path | None = None,
    known: dt.datetime | None = None,
    edition: Partition | None = None,
) -> Published:
    """Write the reports of a quarter's latest edition as the councils get them, before they decide.

    Args:
        catalogue: the installation.
        quarter: the quarter.
        out: a folder; when None, `<quarter>/draft` where the settings have the reports.
        known: the load time as of which `edition` was rebuilt; then `<quarter>/as-known-on-<day>`.
        edition: the edition reported; the latest when None.

    Raises:
        RefusedError: when the quarter was never proposed.
    """
    models = build_models(collect(catalogue, quarter, draft=True, known=known, edition=edition))
    folder = f"as-known-on-{known.date()}" if known else "draft"
    return write_reports(
        models, FolderStore(out) if out else open_reports(catalogue.settings, f"{quarter}/{folder}")
    )


def write_reports(models: Iterable[ReportModel], place: Store) -> Published:
    """Write one HTML file per report; a reader never meets half a file, and nothing else there is touched."""
    published = Published(place.address, [])
    for model in models:
        name = f"{model.stem}.html"
        place.write(PurePosixPath(name), render(model))
        published.files.append(name)
    return published
