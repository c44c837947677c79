"""Months and quarters: periods of files and of proposals.

Text forms are `2026-09` and `2026-Q3`; both sort as text the way they sort in time.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Self
from zoneinfo import ZoneInfo

from sogong_pipeline.errors import RefusedError

FIRST_YEAR = 2015
"""The source begins with data month 2015-11; an earlier year is a typing error."""
LAST_YEAR = 2099


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month, the grain of the source."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026-09` or `202609`.

        Raises:
            RefusedError: when the text is not a month between 2015-01 and 2099-12.
        """
        match = re.fullmatch(r"(\d{4})-?(\d{2})", text.strip())
        if match is None or not cls._exists(int(match[1]), int(match[2])):
            raise RefusedError(f"{text!r} is not a month; write it as 2026-09")
        return cls(int(match[1]), int(match[2]))

    @staticmethod
    def _exists(year: int, month: int) -> bool:
        return FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def korean(self) -> str:
        """`2026년 9월`."""
        return f"{self.year}년 {self.month}월"

    def shift(self, months: int) -> Month:
        """The month `months` later (earlier when negative)."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(year, month + 1)

    @property
    def quarter(self) -> Quarter:
        """Return the quarter this month lies in."""
        return Quarter(self.year, (self.month + 2) // 3)

    @property
    def first_day(self) -> dt.date:
        """The first day of the month."""
        return dt.date(self.year, self.month, 1)

    @property
    def last_day(self) -> dt.date:
        """The last day of the month."""
        return dt.date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A calendar quarter, the grain of a proposal."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026-Q3`.

        Raises:
            RefusedError: when the text is not a quarter between 2015-Q1 and 2099-Q4.
        """
        match = re.fullmatch(r"(\d{4})-?[Qq]([1-4])", text.strip())
        if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
            raise RefusedError(f"{text!r} is not a quarter; write it as 2026-Q3")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.year:04d}-Q{self.number}"

    def shift(self, quarters: int) -> Quarter:
        """The quarter `quarters` later (earlier when negative)."""
        year, index = divmod(self.year * 4 + self.number - 1 + quarters, 4)
        return Quarter(year, index + 1)

    @property
    def months(self) -> tuple[Month, Month, Month]:
        """The three months of the quarter, in order."""
        first = Month(self.year, self.number * 3 - 2)
        return first, first.shift(1), first.shift(2)

    @property
    def last_day(self) -> dt.date:
        """The last day of the quarter: the day whose registry the quarter is judged by."""
        return self.months[-1].last_day


SEOUL = ZoneInfo("Asia/Seoul")


def parse_moment(text: str) -> dt.datetime:
    """Read a moment of load time, `2026-10-20` (the end of that day) or `2026-10-20T09:30`, in Seoul.

    Raises:
        RefusedError: when the text is neither.
    """
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise RefusedError(f"{text!r} is not a date; write it as 2026-10-20 or 2026-10-20T09:30") from error
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment if moment.tzinfo else moment.replace(tzinfo=SEOUL)


LATE_AFTER_DAY = 28
"""Day of the month by which a file is due: files appear between the 17th and the 26th of the following month."""


def newest_due(today: dt.date) -> Month:
    """Return the newest month whose file should be published by a day."""
    this = Month(today.year, today.month)
    return this.shift(-1 if today.day > LATE_AFTER_DAY else -2)


def parse_months(text: str) -> list[Month]:
    """Read one month (`2026-09`) or an inclusive range (`2015-11..2026-09`), oldest first.

    Raises:
        RefusedError: when a month cannot be read or the range runs backwards.
    """
    first_text, dots, last_text = text.partition("..")
    first = Month.parse(first_text)
    last = Month.parse(last_text) if dots else first
    if last < first:
        raise RefusedError(f"{text!r} runs backwards; write the earlier month first")
    months = [first]
    while months[-1] < last:
        months.append(months[-1].shift(1))
    return months
