"""Writes the bulletins of a month into a folder or a bucket."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from sogong_pipeline.bulletins.collect import MEAN_MONTHS, YEAR, collect
from sogong_pipeline.bulletins.model import bulletins
from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.lake.store import open_reports
from sogong_pipeline.periods import Month
from sogong_pipeline.renderers.published import Published, write_pages

FOLDER = "monthly"


def publish_bulletins(catalogue: Catalogue, month: Month) -> Published:
    """Write the bulletins of the nation (`index`) and of the 13 offices (named by their codes).

    Args:
        catalogue: the installation.
        month: a month that is in; they go to `monthly/<month>` where the settings have the reports.

    Raises:
        RefusedError: when the month is not in, or no registry is loaded.
    """
    place = open_reports(catalogue.settings, f"{FOLDER}/{month}")
    return write_pages(bulletins(collect(catalogue, month)), place)


def shown_later(catalogue: Catalogue, months: Iterable[Month], since: Month | None = None) -> list[Month]:
    """Months with those later ones whose bulletins are written and show one of them, in order.

    Args:
        catalogue: the installation.
        months: the months.
        since: when given, months before this one count only if their bulletins are written.
    """
    asked = set(months)
    names = open_reports(catalogue.settings, FOLDER).folders(PurePosixPath())
    written = {Month.parse(name) for name in names}
    later = {month.shift(distance) for month in asked for distance in range(1, YEAR + MEAN_MONTHS)}
    new = {month for month in asked if since is None or month >= since or month in written}
    return sorted(new | {month for month in later & written if catalogue.vintage_of(month)})
