"""Publication of the quality pages: one per month, and an index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.lake.store import open_reports
from sogong_pipeline.pages.parts import Page
from sogong_pipeline.periods import Month
from sogong_pipeline.quality.stopped import FOLDER
from sogong_pipeline.quality_pages.history import TREND_MONTHS, History
from sogong_pipeline.quality_pages.month_index import index_page
from sogong_pipeline.quality_pages.page import month_page
from sogong_pipeline.renderers.published import Published, write_pages


def publish_quality(catalogue: Catalogue, months: Iterable[Month]) -> Published:
    """Write the pages of checked months, including stopped ones.

    Later months are rewritten where their trends reach back to one of them: the pages do not depend on the order of
    ingestion.

    Returns:
        The location and the names of the pages written, `index.html` last; none when no month was checked.
    """
    history, place = History(catalogue), open_reports(catalogue.settings, FOLDER)
    return write_pages(_pages(history, sorted(set(months))), place)


def _pages(history: History, months: list[Month]) -> Iterator[Page]:
    for month in (checked := history.months()):
        if any(changed <= month < changed.shift(TREND_MONTHS) for changed in months):
            yield month_page(history, month)
    if checked:
        yield index_page(history)
