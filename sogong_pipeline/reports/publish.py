"""Write the reports of a quarter into a folder or a bucket."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.lake.store import FolderStore, open_reports
from sogong_pipeline.pages.parts import Format
from sogong_pipeline.periods import Quarter
from sogong_pipeline.renderers.published import Published, write_pages
from sogong_pipeline.renderers.registry import EVERYDAY
from sogong_pipeline.reports.collect import collect
from sogong_pipeline.reports.model import build_models


def publish_draft(  # noqa: PLR0917 - a place and formats beside what is reported
    catalogue: Catalogue,
    quarter: Quarter,
    out: Path | None = None,
    known: dt.datetime | None = None,
    edition: Partition | None = None,
    formats: Sequence[Format] = EVERYDAY,
) -> Published:
    """Write the reports of a quarter's latest edition as the councils get them, before they decide.

    Args:
        catalogue: the installation.
        quarter: the quarter.
        out: a folder; when None, `<quarter>/draft` where the settings have the reports.
        known: the load time as of which `edition` was rebuilt; then `<quarter>/as-known-on-<day>`.
        edition: the edition reported; the latest when None.
        formats: what each report is written in.

    Raises:
        RefusedError: when the quarter was never proposed.
    """
    models = build_models(collect(catalogue, quarter, draft=True, known=known, edition=edition))
    folder = f"as-known-on-{known.date()}" if known else "draft"
    place = FolderStore(out) if out else open_reports(catalogue.settings, f"{quarter}/{folder}")
    return write_pages(models, place, formats)
