"""An officer of the tests, who fills in a sheet on the day of the tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from openpyxl.worksheet.worksheet import Worksheet

from country import council
from country.council import HELD, Said, entry, held, place, rows

__all__ = ["DAY", "HELD", "entry", "fill", "held", "place", "rows"]
DAY = dt.date(2026, 10, 20)


def fill(
    sheet: Path,
    target: Path,
    decided: Said | None = None,
    *,
    kind: str = "의결",
    day: dt.date | str = DAY,
    by: str = "지역혁신과 김담당",
    also: Callable[[Worksheet], None] | None = None,
) -> Path:
    """Fill in a sheet as decided by the council."""
    return council.fill(sheet, target, decided or {}, kind=kind, day=day, by=by, also=also)
