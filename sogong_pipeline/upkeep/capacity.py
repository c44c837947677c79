"""Measure the disk usage of an installation and forecast it."""

from __future__ import annotations

import shutil
import time
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass

from sogong_pipeline.lake.layers import LAYERS
from sogong_pipeline.lake.store import sizes_below
from sogong_pipeline.steps.installation import Installation

MONTHLY = tuple(layer.name for layer in LAYERS if layer.key[0] == "month")
QUARTERLY = tuple(layer.name for layer in LAYERS if layer.key[0] == "quarter" and layer.builder)
NEWEST_MONTHS, NEWEST_QUARTERS = 12, 4
"""Period of the mean: files grow, and the rate of corrections is that of the last year."""


@dataclass(frozen=True)
class Room:
    """Bytes used by the lake and the home (which may include the lake), free on its disk, and added per month."""

    lake: int
    home: int
    free: int
    a_month: int

    @property
    def a_year(self) -> int:
        """Bytes added by twelve months."""
        return 12 * self.a_month


class Outlook:
    """Forecast of time and space for the remaining months of a backfill, from those just processed."""

    def __init__(self, installation: Installation, months: int) -> None:
        self._installation = installation
        self._left = months
        self._moments: deque[float] = deque(maxlen=NEWEST_MONTHS + 1)

    def after_month(self) -> str:
        """Count a month as processed; return the forecast, or an empty text after the first and the last.

        The first month includes the time of the imports, so it is excluded.
        """
        self._left -= 1
        self._moments.append(time.monotonic())
        if not self._left or len(self._moments) == 1:
            return ""
        taken, pace = (
            room(self._installation),
            (self._moments[-1] - self._moments[0]) / (len(self._moments) - 1),
        )
        needed = self._left * taken.a_month
        return (
            f"{self._left} to go: about {self._left * pace / 60:,.1f} min and {needed / 1e9:,.2f} GB, "
            f"{'of' if needed <= taken.free else 'but the disk has only'} {taken.free / 1e9:,.1f} GB free"
        )


def room(installation: Installation) -> Room:
    """Measure an installation, excluding a PostgreSQL warehouse.

    A month adds the mean monthly size of the last year in the lake, a third of the size of a quarter, and its share of
    everything else below the home: warehouse, reports, local copies of a lake in a bucket.
    """
    home = installation.settings.home
    by_key: dict[str, defaultdict[str, int]] = {step: defaultdict(int) for step in (*MONTHLY, *QUARTERLY)}
    lake = 0
    for name, size in installation.lake.store.sizes():
        lake += size
        if name.parts[0] in by_key and len(name.parts) > 2:
            by_key[name.parts[0]][name.parts[1]] += size
    below_home = sum(size for _, size in sizes_below(home))
    months = sorted(by_key["raw"])
    newest = sum(by_key[step][month] for step in MONTHLY for month in months[-NEWEST_MONTHS:])
    by_quarter: defaultdict[str, int] = defaultdict(int)
    for layer in QUARTERLY:
        for quarter, size in by_key[layer].items():
            by_quarter[quarter] += size
    quarters = _newest(by_quarter.items())
    beside = below_home if installation.settings.lake_url else below_home - lake
    a_month = (
        _mean(newest, min(len(months), NEWEST_MONTHS))
        + _mean(sum(quarters), 3 * len(quarters))
        + _mean(beside, len(months))
    )
    return Room(lake, below_home, shutil.disk_usage(home).free, a_month)


def _newest(quarters: Iterable[tuple[str, int]]) -> list[int]:
    return [size for _, size in sorted(quarters)][-NEWEST_QUARTERS:]


def _mean(total: int, count: int) -> int:
    return total // count if count else 0
