"""Writes the bulletins of a month into a folder or a bucket."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from sogong_pipeline.periods import Month
from sogong_pipeline.pipeline import Pipeline
from sogong_pipeline.reports.bulletin import bulletins
from sogong_pipeline.reports.bulletin_source import MEAN_MONTHS, YEAR, collect
from sogong_pipeline.reports.html import render
from sogong_pipeline.reports.publish import Published
from sogong_pipeline.storage import FolderStore, open_reports

FOLDER = "monthly"


def publish_bulletins(pipeline: Pipeline, month: Month, out: Path | None = None) -> Published:
    """Write the bulletins of the nation (`index.html`) and of the 13 offices (`<office code>.html`).

    Args:
        pipeline: the installation.
        month: a month that is in.
        out: a folder; when None, `monthly/<month>` where the settings have the reports.

    Raises:
        RefusedError: when the month is not in, or no registry is loaded.
    """
    place = FolderStore(out) if out else open_reports(pipeline.settings, f"{FOLDER}/{month}")
    published = Published(place.address, [])
    for page in bulletins(collect(pipeline, month)):
        published.files.append(f"{page.stem}.html")
        place.write(PurePosixPath(published.files[-1]), render(page, "bulletin"))
    return published


def publish_again(pipeline: Pipeline, month: Month) -> list[Month]:
    """Write a month's bulletins, and again those of later months that show it; returns the months."""
    shown = open_reports(pipeline.settings, FOLDER).folders(PurePosixPath())
    later = (month.shift(distance) for distance in range(1, YEAR + MEAN_MONTHS))
    written = [month, *(each for each in later if str(each) in shown and pipeline.months.vintage_of(each))]
    for each in written:
        publish_bulletins(pipeline, each)
    return written
