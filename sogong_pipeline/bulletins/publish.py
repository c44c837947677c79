"""Writes the bulletins of a month into a folder or a bucket."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from sogong_pipeline.bulletins.collect import MEAN_MONTHS, YEAR, collect
from sogong_pipeline.bulletins.model import bulletins
from sogong_pipeline.cli.progress import steps
from sogong_pipeline.lake.store import open_reports
from sogong_pipeline.periods import Month
from sogong_pipeline.renderers.html import render
from sogong_pipeline.reports.publish import Published
from sogong_pipeline.steps.installation import Pipeline

FOLDER = "monthly"


def publish_bulletins(pipeline: Pipeline, month: Month) -> Published:
    """Write the bulletins of the nation (`index.html`) and of the 13 offices (`<office code>.html`).

    Args:
        pipeline: the installation.
        month: a month that is in; they go to `monthly/<month>` where the settings have the reports.

    Raises:
        RefusedError: when the month is not in, or no registry is loaded.
    """
    place = open_reports(pipeline.settings, f"{FOLDER}/{month}")
    published = Published(place.address, [])
    for page in bulletins(collect(pipeline, month)):
        published.files.append(f"{page.stem}.html")
        place.write(PurePosixPath(published.files[-1]), render(page, "bulletin"))
    return published


def publish_again(pipeline: Pipeline, months: Iterable[Month]) -> dict[Month, Published]:
    """Write the bulletins of months, and again those of later months that show them; in their order.

    Raises:
        RefusedError: as `publish_bulletins` does, at the first month that it refuses.
    """
    asked = set(months)
    shown = {Month.parse(name) for name in open_reports(pipeline.settings, FOLDER).folders(PurePosixPath())}
    later = {month.shift(distance) for month in asked for distance in range(1, YEAR + MEAN_MONTHS)}
    wanted = sorted(asked | {month for month in later & shown if pipeline.months.vintage_of(month)})
    with steps(len(wanted)) as progress:
        written = {}
        for month in wanted:
            progress.begin(str(month))
            written[month] = publish_bulletins(pipeline, month)
            progress.done()
    return written
