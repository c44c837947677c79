"""Parse a returned sheet: its identity, the entries of the officer, and content outside the fields that are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sogong_pipeline.councils.wording import by_title, columns, texts
from sogong_pipeline.councils.workbook import IDENTITY
from sogong_pipeline.pages.wording import shorten, with_particle
from sogong_pipeline.sheets.intake import Comment, Filled, UnreadableError, read_cells, read_comments
from sogong_pipeline.sheets.values import squeezed, text_of

LEAST_TITLES = 4
"""Number of column titles that make a row the header of the table."""
Row = Mapping[str, Filled]
"""The filled cells of a district's row by column key."""


@dataclass(frozen=True)
class Returned:
    """A returned sheet.

    Attributes:
        identity: Content of the hidden sheet: form, period, quarter, edition, office, digest.
        form: The filled cells of the form above the table, by field.
        rows: The rows of the table in the order they stand, by column key.
        missing: Titles of columns that are gone.
        formulas: Cells that hold a formula.
        stray: Cells that hold something where nothing is read.
        comments: Notes that hang on cells, which nothing reads.
        held: The row that keeps all districts without a proposal open; None on sheets that had a reason for each.
    """

    identity: Mapping[str, str]
    form: Mapping[str, Filled]
    rows: Sequence[Row]
    missing: Sequence[str]
    formulas: Sequence[Filled]
    stray: Sequence[Filled] = field(default_factory=list)
    comments: Sequence[Comment] = field(default_factory=list)
    held: Row | None = None


def read_returned(file: Path) -> Returned:
    """Read a returned sheet saved by any program.

    Raises:
        UnreadableError: when it is not a decision sheet of this project.
    """
    cells = read_cells(file)
    titles = {squeezed(title): column.key for title, column in by_title().items()}
    identity, page = _identity(cells), _page(cells, titles)
    table = [cell for cell in cells if cell.page == page]
    by_row = _by_row(table)
    header = _header(by_row, titles)
    keys = {cell.column: titles.get(squeezed(text_of(cell))) for cell in by_row[header]}
    rows, stray = [], []
    held: Row | None = None
    for number in sorted(row for row in by_row if row > header):
        cells_by_key: dict[str, Filled] = {}
        for cell in by_row[number]:
            key = keys.get(cell.column)
            if key:
                cells_by_key[key] = cell
            elif text_of(cell):
                stray.append(cell)
        if held is None and text_of(cells_by_key.get("district_id")) == texts().open:
            held = cells_by_key
        elif any(text_of(cell) for cell in cells_by_key.values()):
            rows.append(cells_by_key)
    return Returned(
        identity=identity,
        form=_form([cell for cell in table if cell.row < header]),
        rows=rows,
        missing=[column.title for column in columns() if column.key not in keys.values()],
        formulas=[cell for cell in cells if cell.is_formula],
        stray=stray,
        held=held,
        comments=read_comments(file),
    )


def _identity(cells: Sequence[Filled]) -> Mapping[str, str]:
    """Return the content of the hidden sheet, regardless of its current name."""
    pages = {cell.page for cell in cells if cell.row == 1 and cell.column == 1 and text_of(cell) == IDENTITY}
    names = {cell.row: text_of(cell) for cell in cells if cell.page in pages and cell.column == 1}
    values = {names[c.row]: text_of(c) for c in cells if c.page in pages and c.column == 2 and c.row in names}
    if len(pages) != 1 or not {IDENTITY, "period", "quarter", "edition", "office", "digest"} <= values.keys():
        raise UnreadableError(
            "어느 의결표인지 알 수 없습니다(숨은 식별 시트가 없음). 받으신 파일에 그대로 채워 보내 주십시오. "
            "표를 새 파일로 옮기면 식별할 수 없습니다."
        )
    return values


def _page(cells: Sequence[Filled], titles: Mapping[str, str]) -> str:
    """Return the page with the header of the table, at any position."""
    pages = [
        page
        for page in dict.fromkeys(cell.page for cell in cells)
        if _has_header(_by_row([cell for cell in cells if cell.page == page]), titles)
    ]
    if not pages:
        title = with_particle(f"‘{columns()[0].title}’", "으로/로")
        raise UnreadableError(f"의결표에서 {title} 시작하는 머리글을 찾을 수 없습니다.")
    if len(pages) > 1:
        named = "와 ".join(f"‘{shorten(page)}’" for page in pages[:2])
        raise UnreadableError(
            f"의결표가 {len(pages)}장 들어 있습니다({named}). 어느 것이 의결인지 알 수 없으니 한 장만 남겨 주십시오."
        )
    return pages[0]


def _by_row(cells: Sequence[Filled]) -> dict[int, list[Filled]]:
    by_row: dict[int, list[Filled]] = {}
    for cell in cells:
        by_row.setdefault(cell.row, []).append(cell)
    return by_row


def _has_header(by_row: Mapping[int, Sequence[Filled]], titles: Mapping[str, str]) -> bool:
    """Return True if any row is the header of the table; a title or two may occur elsewhere by chance."""
    most = max((_titles_in(row, titles) for row in by_row.values()), default=0)
    return most >= LEAST_TITLES


def _titles_in(row: Sequence[Filled], titles: Mapping[str, str]) -> int:
    return sum(squeezed(text_of(cell)) in titles for cell in row)


def _header(by_row: Mapping[int, Sequence[Filled]], titles: Mapping[str, str]) -> int:
    """Return the row with the most titles; a title may occur elsewhere by chance."""
    return max(by_row, key=lambda row: (_titles_in(by_row[row], titles), -row))


def _form(cells: Sequence[Filled]) -> Mapping[str, Filled]:
    """Return the cell to the right of each label above the table, before the next label."""
    labels = {squeezed(texts().sheet[name]): name for name in ("kind", "decided_on", "decided_by")}
    inputs: dict[str, Filled] = {}
    current: tuple[int, str] | None = None
    for cell in cells:
        name = labels.get(squeezed(text_of(cell)))
        if name:
            current = (cell.row, name)
        elif current and current[0] == cell.row and text_of(cell):
            inputs.setdefault(current[1], cell)
    return inputs
