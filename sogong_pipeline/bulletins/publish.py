"""Writes the bulletins of a month into a folder or a bucket."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from sogong_pipeline.bulletins.collect import MEAN_MONTHS, YEAR, collect
from sogong_pipeline.bulletins.model import bulletins
from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.lake.store import open_reports
from sogong_pipeline.periods import Month
from sogong_pipeline.renderers.html import render
from sogong_pipeline.renderers.published import Published

FOLDER = "monthly"


def publish_bulletins(catalogue: Catalogue, month: Month) -> Published:
    """Write the bulletins of the nation (`index.html`) and of the 13 offices (`<office code>.html`).

    Args:
        catalogue: the installation.
        month: a month that is in; they go to `monthly/<month>` where the settings have the reports.

    Raises:
        RefusedError: when the month is not in, or no registry is loaded.
    """
    place = open_reports(catalogue.settings, f"{FOLDER}/{month}")
    published = Published(place.address, [])
    for page in bulletins(collect(catalogue, month)):
        published.files.append(f"{page.stem}.html")
        place.write(PurePosixPath(published.files[-1]), render(page, "bulletin"))
    return published


def shown_later(catalogue: Catalogue, months: Iterable[Month]) -> list[Month]:
    """Months with those later ones whose bulletins are written and show one of them, in order."""
    asked = set(months)
    names = open_reports(catalogue.settings, FOLDER).folders(PurePosixPath())
    written = {Month.parse(name) for name in names}
    later = {month.shift(distance) for month in asked for distance in range(1, YEAR + MEAN_MONTHS)}
    return sorted(asked | {month for month in later & written if catalogue.vintage_of(month)})
