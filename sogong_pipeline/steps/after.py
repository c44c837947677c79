"""The pages that follow a month once its file has landed and passed; for command line and DAG alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sogong_pipeline.bulletins.collect import districts_of, months_shown
from sogong_pipeline.bulletins.publish import publish_bulletins, shown_later
from sogong_pipeline.districts.loaded import registry_in_force
from sogong_pipeline.periods import Month, newest_due
from sogong_pipeline.quality_pages.publish import publish_quality
from sogong_pipeline.renderers.published import Published
from sogong_pipeline.steps.installation import Installation

NEWS_MONTHS = 3
"""Bulletins are written unasked for the newest month that is due and the ones before it, so many in all.

An older one is no news, and costs most: the 13 months it shows are matched under the districts of its own quarter.
"""
Progress = Callable[[str], None]


def _silent(_: str) -> None:
    """Shows nothing."""


def after_months(installation: Installation, months: Sequence[Month], progress: Progress = _silent) -> None:
    """Write the quality pages of months and, once a registry is loaded, bulletins; see `write_news`.

    The warehouse is loaded by whoever ingests, month by month, so that a stopped run leaves it as far as it came.
    """
    publish_quality(installation, months)
    if registry_in_force(installation) is not None:
        write_news(installation, months, progress)


def write_news(
    installation: Installation, months: Iterable[Month], progress: Progress = _silent
) -> dict[Month, Published]:
    """Write the bulletins that new data of some months call for; `sogong bulletin` writes others.

    Those are bulletins of months among the `NEWS_MONTHS` newest that are due, and again every bulletin that is written
    and shows one of the months.

    Args:
        installation: the installation; a registry is loaded.
        months: the months; those that are not in are left out.
        progress: called with the name of each month before it is written.
    """
    since = newest_due(installation.settings.clock().date()).shift(1 - NEWS_MONTHS)
    return write_bulletins(
        installation, [month for month in months if installation.vintage_of(month)], progress, since
    )


def write_bulletins(
    installation: Installation,
    months: Iterable[Month],
    progress: Progress = _silent,
    since: Month | None = None,
) -> dict[Month, Published]:
    """Write the bulletins of months, and again those of later months that show them; in their order.

    Args:
        installation: the installation.
        months: months that are in.
        progress: called with the name of each month before it is written.
        since: when given, earlier months are written only if they were before.

    Raises:
        RefusedError: at the first month that is not in, or when no registry is loaded.
    """
    written = {}
    for month in shown_later(installation, months, since):
        progress(str(month))
        measure_shown(installation, month)
        written[month] = publish_bulletins(installation, month)
    return written


def measure_shown(installation: Installation, month: Month) -> None:
    """Measure the months that the bulletins of a month show under its districts, where they are in and are not yet.

    Raises:
        RefusedError: when no registry is loaded.
    """
    districts = districts_of(installation, month)
    for shown in months_shown(month):
        if installation.vintage_of(shown) is not None:
            installation.months.measure(shown, districts)
