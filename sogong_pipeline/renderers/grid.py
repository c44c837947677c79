"""Tables laid out for paper and sheets: heading cells that span, widths that fit, texts as every format prints them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sogong_pipeline.pages.parts import Cell, Column, Table
from sogong_pipeline.pages.widths import text_width
from sogong_pipeline.vocabulary import legend, statuses

NOTE = 0.88
"""Size of a cell's note beside its text."""
PICTURE = 9.0
"""Width of a small drawing, in ems."""
PLAIN, LONGEST, SHRUNK = 14.0, 40.0, 0.35
"""Texts wider than so many ems break into lines: what is beyond counts for a third, and no column is wider than so."""
PAGE, SHORT = 76.0, 9.0
"""Ems of the table's type across a page, and up to how many a text is kept on one line while there is room."""
MARGIN, MARK = 0.8, 1.8
"""Around the text of a column, and for the mark before a stage."""


@dataclass(frozen=True, slots=True)
class HeadCell:
    """A heading over one or several columns, from (column, row)."""

    column: int
    row: int
    columns: int
    rows: int
    text: str
    right: bool


def with_unit(label: str, unit: str) -> str:
    """`종사자 수(명)`."""
    return f"{label}({unit})" if unit else label


def head_cells(table: Table) -> tuple[list[HeadCell], int]:
    """The heading cells of a table and how many rows they take."""
    groups = table.column_groups
    rows = 2 if any(group.label for group in groups) else 1
    cells = []
    for group in groups:
        if group.label:
            first = group.columns[0][0]
            cells.append(
                HeadCell(first, 0, len(group.columns), 1, with_unit(group.label, group.unit), right=True)
            )
        for place, column in group.columns:
            text = with_unit(column.label, "" if group.unit else column.unit)
            right = column.kind == "number"
            cells.append(HeadCell(place, 1 if group.label else 0, 1, 1 if group.label else rows, text, right))
    return cells, rows


def full_label(column: Column) -> str:
    """A column's heading in one line: `1년 전 대비 증감률 종사자(%)`."""
    return with_unit(" ".join(filter(None, [column.group, column.label])), column.unit)


def printed(cell: Cell) -> str:
    """A cell's text as it is printed, with the mark of its status behind a value."""
    if cell.status and cell.value is not None:
        return cell.text + statuses()[cell.status].mark
    return cell.text


def widths(table: Table) -> list[float]:
    """The width of each column in ems of the table's type.

    A table wider than the page takes its room from columns whose texts can break between words: a date or a figure that
    is narrower than itself runs into its neighbour.
    """
    columns = [
        (column, [row.cells[place] for row in table.rows]) for place, column in enumerate(table.columns)
    ]
    wanted, least = ([width(*each) for each in columns] for width in (_width, _least))
    excess = sum(wanted) - PAGE
    spare = sum(wanted) - sum(least)
    if excess <= 0 or spare <= 0:
        return wanted
    part = min(excess / spare, 1.0)
    return [width - part * (width - smallest) for width, smallest in zip(wanted, least, strict=True)]


def notes(table: Table) -> list[str]:
    """A table's notes, the meaning of the statuses it shows last."""
    return [*table.notes, *filter(None, [legend(table.statuses)])]


def _width(column: Column, cells: Sequence[Cell]) -> float:
    if column.kind == "picture":
        return PICTURE
    widest = max((max(text_width(printed(c), 1), text_width(c.note, NOTE)) for c in cells), default=1)
    if column.kind == "text" and widest > PLAIN:
        widest = min(PLAIN + SHRUNK * (widest - PLAIN), LONGEST)
    if column.kind == "stage":
        widest += MARK
    words = with_unit(column.label, column.unit).split(" ")
    return max(widest, min(max(text_width(word, 1) for word in words), 7.0)) + MARGIN


def _least(column: Column, cells: Sequence[Cell]) -> float:
    """The width below which a short text of a column breaks, or a long one within a word."""
    if column.kind not in {"text", "stage"}:
        return _width(column, cells)
    texts = [(text, size) for cell in cells for text, size in ((printed(cell), 1.0), (cell.note, NOTE))]
    widest = max((_unbroken(text, size) for text, size in texts), default=1.0)
    if column.kind == "stage":
        widest += MARK
    return min(min(widest, PLAIN) + MARGIN, _width(column, cells))


def _unbroken(text: str, size: float) -> float:
    """The width that a text needs: all of it where it is short, else that of its widest word."""
    whole = text_width(text, size)
    return whole if whole <= SHORT else max(text_width(word, size) for word in text.split())
