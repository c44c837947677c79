"""What Korean offices write in a registry, read as the template has it: dates, kinds, yes and no."""

from __future__ import annotations

import datetime as dt
import re

from sogong_pipeline.districts.registry import kinds

YES = {"yes", "y", "예", "네", "o", "true", "1"}
NO = {"no", "n", "아니요", "아니오", "x", "false", "0"}
DATE = re.compile(r"(\d{4})\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*[.일]?|(\d{4})(\d{2})(\d{2})")


def date_of(cell: str) -> dt.date | None:
    """A date like 2026-01-31, 2026.1.31, 2026. 1. 31., 20260131 or 2026년 1월 31일; None for a blank.

    Raises:
        ValueError: when it is none.
    """
    if not cell:
        return None
    match = DATE.fullmatch(cell)
    if match is None:
        raise ValueError(f"{cell!r} is not a date")
    year, month, day = (int(part) for part in match.groups() if part)
    return dt.date(year, month, day)


def kind_of(cell: str) -> str:
    """The code of a kind that is given by its code or its Korean name; anything else as it came."""
    names = {kind.name: code for code, kind in kinds().items()}
    return names.get("".join(cell.split()), cell)


def yes_or_blank(cell: str) -> str:
    """`yes`, or a blank for no; anything else as it came."""
    said = cell.casefold()
    return "yes" if said in YES else "" if said in NO else cell
