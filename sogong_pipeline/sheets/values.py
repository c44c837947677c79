"""What a cell of a returned sheet says, as text, as a date, and as a title."""

from __future__ import annotations

import datetime as dt
import re

from sogong_pipeline.pages.wording import clean
from sogong_pipeline.sheets.intake import Filled


def text_of(cell: Filled | None) -> str:
    """A cell's text as one line of composed characters; empty without one."""
    if cell is None or cell.value is None:
        return ""
    if isinstance(cell.value, float) and cell.value.is_integer():
        return str(int(cell.value))
    return clean(str(cell.value))


def date_of(cell: Filled | None) -> dt.date | None:
    """The date a cell holds: as a date, or written as 2026-12-15, 2026. 12. 15. or 2026년 12월 15일."""
    if cell is None:
        return None
    if isinstance(cell.value, dt.datetime):
        return cell.value.date()
    if isinstance(cell.value, dt.date):
        return cell.value
    match = re.fullmatch(r"(\d{4})\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*[.일]?", text_of(cell))
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def squeezed(text: str) -> str:
    """A title without blanks: programs break lines in their own ways."""
    return "".join(text.split())
