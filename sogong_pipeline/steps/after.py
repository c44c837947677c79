"""The pages that follow a month once its file has landed and passed; for command line and DAG alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sogong_pipeline.bulletins.collect import districts_of, months_shown
from sogong_pipeline.bulletins.publish import publish_bulletins, shown_later
from sogong_pipeline.districts.loaded import registry_in_force
from sogong_pipeline.periods import Month
from sogong_pipeline.quality_pages.publish import publish_quality
from sogong_pipeline.renderers.published import Published
from sogong_pipeline.steps.installation import Installation

Progress = Callable[[str], None]


def _silent(_: str) -> None:
    """Shows nothing."""


def after_months(installation: Installation, months: Sequence[Month], progress: Progress = _silent) -> None:
    """Write the quality pages of months and, once a registry is loaded, their bulletins.

    The warehouse is loaded by whoever ingests, month by month, so that a stopped run leaves it as far as it came.
    """
    publish_quality(installation, months)
    if registry_in_force(installation) is not None:
        write_bulletins(installation, [month for month in months if installation.vintage_of(month)], progress)


def write_bulletins(
    installation: Installation, months: Iterable[Month], progress: Progress = _silent
) -> dict[Month, Published]:
    """Write the bulletins of months, and again those of later months that show them; in their order.

    Args:
        installation: the installation.
        months: months that are in.
        progress: called with the name of each month before it is written.

    Raises:
        RefusedError: at the first month that is not in, or when no registry is loaded.
    """
    written = {}
    for month in shown_later(installation, months):
        progress(str(month))
        districts = districts_of(installation, month)
        for shown in months_shown(month):
            if installation.vintage_of(shown) is not None:
                installation.months.measure(shown, districts)
        written[month] = publish_bulletins(installation, month)
    return written
