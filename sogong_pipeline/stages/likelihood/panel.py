"""Panel of a country's workplaces as columns: heads by quarter, and the area at the end of each quarter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogong_pipeline.stages.likelihood.parameters import Flags, Floats, Integers

ABSENT = -1
"""Area of a workplace that is not in the file of the last month of a quarter."""
Counts = NDArray[np.integer[Any]]
Amounts = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Panel:
    """Workplaces x quarters; arrays have shape (workplaces, quarters), a quarter in one piece, or (workplaces,).

    Attributes:
        heads: Mean subscribers over the months of a quarter in which a workplace is in sight, 0 where it is in none.
        months: Months of the quarter in which it is in sight.
        place: Number of its area in the last of these months, `ABSENT` without one. Districts are numbered from 0,
            places outside districts from `districts` on.
        in_last_month: Flags of presence in the file of the quarter's last month.
        payroll: Pay of the quarter's months, won; without columns where no rule set asks for it.
        division: Two digits of the KSIC.
        sector: Group of divisions within which placebo labels are exchanged.
        corporate: Flags of corporations.
        districts: Number of districts.
        coverage_quarter: Quarter in which sole proprietors joined the file, None when it is outside the panel.
    """

    heads: Floats
    months: Counts
    place: Counts
    in_last_month: Flags
    payroll: Floats
    division: Integers
    sector: Integers
    corporate: Flags
    districts: int
    coverage_quarter: int | None = None

    @property
    def quarters(self) -> int:
        """Return the number of quarters."""
        return int(self.heads.shape[1])

    def area(self, quarter: int) -> Integers:
        """Return the area of each workplace in the last month of a quarter, `ABSENT` when not in its file."""
        where = np.where(self.in_last_month[:, quarter], self.place[:, quarter], ABSENT)
        return np.asarray(where, dtype=np.int64)

    def is_known(self, quarter: int) -> bool:
        """Return True when a quarter lies in the panel and has at least one ingested month."""
        return 0 <= quarter < self.quarters and bool(self.in_last_month[:, quarter].any())

    def home(self) -> Integers:
        """Return the area in which each workplace was first seen."""
        first = (self.months > 0).argmax(axis=1)
        return np.asarray(self.place[np.arange(first.size), first], dtype=np.int64)

    def is_crossing(self, base: int, quarter: int) -> bool:
        """Return True when a comparison spans the quarter in which sole proprietors joined the file."""
        covered = self.coverage_quarter
        return covered is not None and base <= covered <= quarter and base != quarter

    def compared(self, base: int, quarter: int) -> Flags:
        """Return the workplaces that a comparison may use: corporations only across the change of coverage."""
        return self.corporate if self.is_crossing(base, quarter) else np.ones(self.corporate.size, dtype=bool)


def panel_of_months(
    subscribers: Counts,
    area: Counts,
    *,
    division: Integers,
    sector: Integers,
    districts: int,
    payroll: Amounts | None = None,
    corporate: Flags | None = None,
    coverage_quarter: int | None = None,
) -> Panel:
    """Build a panel from monthly figures.

    Args:
        subscribers: Subscribers by month, 0 where a workplace is out of the file, shape (workplaces, months); the first
            month begins a quarter and the last one ends one.
        area: Number of its area by month, same shape, or one for all months, shape (workplaces, 1).
        division: Two digits of the KSIC.
        sector: Group of divisions.
        districts: Number of districts.
        payroll: Pay by month, won, same shape as `subscribers`.
        corporate: Flags of corporations; all True by default.
        coverage_quarter: Quarter in which sole proprietors joined the file.

    Raises:
        ValueError: when the months do not fill whole quarters.
    """
    workplaces, months = subscribers.shape
    if months % 3:
        raise ValueError(f"{months} months do not fill whole quarters")
    by_month = subscribers.reshape(workplaces, -1, 3)
    seen = by_month > 0
    count = seen.sum(axis=2)
    where = np.broadcast_to(area, subscribers.shape).reshape(workplaces, -1, 3)
    place = np.full(count.shape, ABSENT, dtype=np.int32)
    for month in range(3):
        place = np.where(seen[:, :, month], where[:, :, month], place).astype(np.int32)
    paid = np.empty((workplaces, 0)) if payroll is None else payroll.reshape(workplaces, -1, 3).sum(axis=2)
    return Panel(
        heads=np.asfortranarray(by_month.sum(axis=2) / np.maximum(count, 1)),
        months=np.asfortranarray(count.astype(np.int8)),
        place=np.asfortranarray(place),
        in_last_month=np.asfortranarray(seen[:, :, 2]),
        payroll=np.asfortranarray(paid, dtype=np.float64),
        division=division,
        sector=sector,
        corporate=np.ones(workplaces, dtype=bool) if corporate is None else corporate,
        districts=districts,
        coverage_quarter=coverage_quarter,
    )
