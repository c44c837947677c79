"""Decision periods: the half-years in which councils meet."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Self

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import FIRST_YEAR, LAST_YEAR, Quarter


@dataclass(frozen=True, order=True, slots=True)
class HalfYear:
    """A half-year; its text form `2026-H2` sorts the way it sorts in time."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026-H2`.

        Raises:
            RefusedError: when the text is not a half-year between 2015-H1 and 2099-H2.
        """
        match = re.fullmatch(r"(\d{4})-?[Hh]([12])", text.strip())
        if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
            raise RefusedError(f"{text!r} is not a decision period; write it as 2026-H2")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.year:04d}-H{self.number}"

    @property
    def quarters(self) -> tuple[Quarter, Quarter]:
        """Its two quarters, in order."""
        last = Quarter(self.year, 2 * self.number)
        return last.shift(-1), last

    @property
    def last_day(self) -> dt.date:
        """Its last day, until which councils decide unless a sheet says otherwise."""
        return self.quarters[-1].last_day

    @property
    def said(self) -> str:
        """`2026년 하반기`."""
        return period_ko(str(self))


def period_of(quarter: Quarter) -> HalfYear:
    """The half-year that a quarter lies in."""
    return HalfYear(quarter.year, (quarter.number + 1) // 2)


def period_ko(period: str) -> str:
    """`2026년 하반기`, of `2026-H2`."""
    year, _, half = period.partition("-H")
    return f"{year}년 {'상반기' if half == '1' else '하반기'}"
