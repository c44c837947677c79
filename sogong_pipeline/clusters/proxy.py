"""Corporations with three to nine subscribers in the pension file: the only early, monthly sign, and a partial one.

The file does not cover sole proprietors, most of the small manufacturers, comparably; the proxy is shown with its
coverage.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sogong_pipeline.clusters.places import Place
from sogong_pipeline.periods import Month

LEAST_SUBSCRIBERS, MOST_SUBSCRIBERS = 3, 9
ProxyArea = Literal["own", "legal_dong", "none"]


@dataclass(frozen=True, slots=True)
class Seen:
    """Proxy of a dong and division.

    Attributes:
        count: Corporations in the newest month.
        month: That month.
        year_ago: Corporations twelve months before; None if that month is not loaded.
        area: `own` for a count of the dong itself, `legal_dong` for one of the legal dong it is cut from.
        series: Corporations by month, oldest first.
    """

    count: int
    month: Month
    year_ago: int | None
    area: ProxyArea
    series: tuple[tuple[Month, int], ...]

    @property
    def change(self) -> int | None:
        """Difference from twelve months before."""
        return None if self.year_ago is None else self.count - self.year_ago


class Proxy:
    """Corporations by month, legal dong (first eight digits of today's code) and division."""

    def __init__(self, months: Mapping[Month, Iterable[tuple[str, str, int]]]) -> None:
        """Take counts by month as (legal dong, division, corporations)."""
        self.months = sorted(months)
        self._counts: dict[tuple[str, str], dict[Month, int]] = defaultdict(dict)
        for month, counts in months.items():
            for code, division, count in counts:
                self._counts[code, division][month] = count

    def of(self, place: Place, division: str) -> Seen | None:
        """Return the proxy of a dong and division; None without a loaded month or a known legal dong."""
        if not self.months or not place.legal_codes:
            return None
        series = tuple(
            (month, sum(self._counts.get((code, division), {}).get(month, 0) for code in place.legal_codes))
            for month in self.months
        )
        by_month = dict(series)
        newest = self.months[-1]
        area: ProxyArea = "own" if place.basis in {"eup_myeon", "legal_dong"} else "legal_dong"
        return Seen(by_month[newest], newest, by_month.get(newest.shift(-12)), area, series)
