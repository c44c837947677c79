"""An officer: opens a sheet, fills it in, saves it; and does what one should not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from sogong_pipeline.councils.wording import columns, texts

DAY = dt.date(2026, 10, 20)
HELD = "현장 확인 뒤 다음 협의회에서 정하기로 함"
Said = Mapping[str, tuple[str, str]]
"""By district what the council decided and why, as the sheet says it."""


def place(key: str) -> int:
    """The column of a key, from 1."""
    return 1 + next(index for index, column in enumerate(columns()) if column.key == key)


def rows(page: Worksheet) -> dict[str, int]:
    """The row of each district."""
    header = next(cell.row for cell in page["A"] if cell.value == columns()[0].title)
    return {
        str(page.cell(row, 1).value): row
        for row in range(header + 1, page.max_row + 1)
        if page.cell(row, 1).value is not None
    }


def entry(page: Worksheet, field: str) -> Cell:
    """The input cell of a label above the table: the first to its right that is not merged into it."""
    label = texts().sheet[field]
    for row in page.iter_rows(max_row=8):
        for cell in row:
            if cell.value == label:
                merged = next((r for r in page.merged_cells.ranges if cell.coordinate in r), None)
                return page.cell(cell.row, (merged.max_col if merged else cell.column) + 1)
    raise AssertionError(label)


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
    """Fill in a sheet as a council decided; what it had no proposal for and did not decide stays open."""
    book = load_workbook(sheet)
    page = book[texts().sheet["name"]]
    entry(page, "kind").value = kind
    entry(page, "decided_on").value = day
    entry(page, "decided_by").value = by
    for district, row in rows(page).items():
        if not page.cell(row, place("stage")).value:
            page.cell(row, place("stage")).value = texts().open
            page.cell(row, place("reason")).value = HELD
        if decided and district in decided:
            stage, reason = decided[district]
            page.cell(row, place("stage")).value = stage
            page.cell(row, place("reason")).value = reason or None
    if also:
        also(page)
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target
