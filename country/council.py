"""Simulated council: its officer opens a sheet, completes it and saves it, as people would with a spreadsheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from sogong_pipeline.councils.sheet import Sheet
from sogong_pipeline.councils.wording import columns, stage_label, texts

HELD = "현장 확인 뒤 다음 협의회에서 정하기로 함"
Said = Mapping[str, tuple[str, str]]
"""By district the council's decision and its reason, as written on the sheet."""
WORSE, BETTER = (
    "주력 업체의 휴업과 협력사의 이직이 현장에서 확인됨",
    "큰 업체가 주소를 옮긴 데 따른 것으로 실제 감소가 아님",
)
EVERY_WORSE, EVERY_BETTER = 40, 8
"""Of districts proposed as good, and as caution or severe, one in this number is decided otherwise."""


def place(key: str) -> int:
    """Return the column of a key, from 1."""
    return 1 + next(index for index, column in enumerate(columns()) if column.key == key)


def rows(page: Worksheet) -> dict[str, int]:
    """Return the row of each district."""
    header = next(cell.row for cell in page["A"] if cell.value == columns()[0].title)
    return {
        str(page.cell(row, 1).value): row
        for row in range(header + 1, page.max_row + 1)
        if page.cell(row, 1).value not in {None, texts().open}
    }


def held(page: Worksheet) -> Cell | None:
    """The cell of the one reason that keeps open what had no proposal; None where everything had one."""
    row = next((cell.row for cell in page["A"] if cell.value == texts().open), None)
    return page.cell(row, place("reason")) if row else None


def entry(page: Worksheet, field: str) -> Cell:
    """Return the input cell of a label above the table: the first to its right that is not merged into it."""
    label = texts().sheet[field]
    label_cell = next(cell for row in page.iter_rows(max_row=8) for cell in row if cell.value == label)
    merged = next((span for span in page.merged_cells.ranges if label_cell.coordinate in span), None)
    cell: Cell = page.cell(label_cell.row, (merged.max_col if merged else label_cell.column) + 1)
    return cell


def fill(
    sheet: Path,
    target: Path,
    decided: Said,
    *,
    kind: str,
    day: dt.date | str,
    by: str,
    also: Callable[[Worksheet], None] | None = None,
) -> Path:
    """Fill in a sheet; rows without a proposal and without a decision stay open.

    Args:
        sheet: the file as it was sent out.
        target: the file to save.
        decided: decisions that differ from the sheet.
        kind: the choice above the table.
        day: when the council met.
        by: who filled it in.
        also: further change of the page before it is saved.
    """
    book = load_workbook(sheet)
    page = book[texts().sheet["name"]]
    entry(page, "kind").value = kind
    entry(page, "decided_on").value = day
    entry(page, "decided_by").value = by
    open_reason = held(page)
    if open_reason is not None:
        open_reason.value = HELD
    for district, row in rows(page).items():
        stage, reason = page.cell(row, place("stage")), page.cell(row, place("reason"))
        if district in decided:
            stage.value = decided[district][0]
            reason.value = decided[district][1] or None
    if also:
        also(page)
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target


def decide(sheet: Sheet) -> Said:
    """Decide some districts otherwise than proposed; deterministic for a sheet."""
    good = [line.district_id for line in sheet.lines if line.stage == "good"][EVERY_WORSE // 2 :: EVERY_WORSE]
    flagged = [line.district_id for line in sheet.lines if line.stage in {"caution", "severe"}]
    return {
        **{district: (stage_label("caution"), WORSE) for district in good},
        **{
            district: (stage_label("good"), BETTER) for district in flagged[EVERY_BETTER // 2 :: EVERY_BETTER]
        },
    }
