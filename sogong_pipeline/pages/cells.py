"""Cells common to all kinds of page: counts, figures with their status, shares. An unknown figure has a reason."""

from __future__ import annotations

from decimal import Decimal

from sogong_pipeline.pages.parts import Cell
from sogong_pipeline.pages.wording import number, rounded
from sogong_pipeline.vocabulary import OK, UNKNOWN, Number, said_instead, statuses

MILLION, HUNDRED_MILLION = 10**6, 10**8
ROW_LONGEST = 60
"""Longer names are truncated in the first cell of a row."""


def count(value: int, unit: str = "곳") -> Cell:
    """Return a cell with a number of things."""
    return Cell(number(value), value, hint=f"{number(value)}{unit}")


def known(text: str, value: Number, status: str = OK, hint: str = "") -> Cell:
    """Return a figure, marked if its status is not ok."""
    return Cell(text, value, hint=hint, status="" if status == OK else status)


def unknown(status: str = UNKNOWN, of: str = "") -> Cell:
    """Return the reason in place of a missing figure; `of` names the figure in the hint."""
    status = UNKNOWN if status == OK else status
    return Cell(said_instead(status), status=status, hint=f"{of} {statuses()[status].label}".strip())


def whole(value: Number | None, unit: str, status: str) -> Cell:
    """Return a mean without decimals."""
    if value is None:
        return unknown(status)
    return known(number(value), value, status, f"월평균 {number(value, 1)}{unit}")


def share(value: Number | None, of: Number | None) -> Cell:
    """Return a value as a percentage of another, without the unit."""
    if value is None or not of:
        return unknown()
    percent = Decimal(100 * value) / Decimal(of)
    return Cell(number(percent, 1), rounded(percent, 1))
