"""Write the trend of a quarter to a folder or a bucket."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.lake.store import FolderStore, open_reports
from sogong_pipeline.pages.parts import Format
from sogong_pipeline.periods import Quarter
from sogong_pipeline.renderers.published import Published, write_pages
from sogong_pipeline.renderers.registry import FINAL
from sogong_pipeline.trends.collect import collect_trend
from sogong_pipeline.trends.model import build_pages
from sogong_pipeline.trends.outside import outside_tables

FOLDER = "trend"


def publish_trend(
    catalogue: Catalogue, quarter: Quarter, out: Path | None = None, formats: Sequence[Format] = FINAL
) -> Published:
    """Write the nation's page and one per 시도, from the quarter's latest edition.

    Args:
        catalogue: the installation.
        quarter: the quarter.
        out: a folder; by default `<quarter>/trend` in the reports folder of the settings.
        formats: output formats of each page.

    Raises:
        RefusedError: when the quarter was never proposed or is held.
    """
    pages = build_pages(collect_trend(catalogue, quarter), outside_tables(catalogue, quarter))
    place = FolderStore(out) if out else open_reports(catalogue.settings, f"{quarter}/{FOLDER}")
    return write_pages(pages, place, formats)
