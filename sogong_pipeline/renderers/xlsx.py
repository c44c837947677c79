"""A page as an XLSX workbook: what it says on the first sheet, each table on a sheet of its own, numbers as numbers."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sogong_pipeline.pages import palette
from sogong_pipeline.pages.parts import Card, Cell, Page, Picture, Section, Table
from sogong_pipeline.pages.widths import text_width
from sogong_pipeline.pages.wording import MINUS
from sogong_pipeline.renderers.grid import full_label, notes, printed
from sogong_pipeline.renderers.holding import held
from sogong_pipeline.vocabulary import legend, statuses

FONT = "맑은 고딕"
MOMENT = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - the format has no zone; the same page gives the same bytes
SHADE, RULE = "#E8EDF3", "#B4BDC7"
NARROWEST, WIDEST = 7.0, 60.0
"""Widths of columns, in characters."""
FRONT, POINTS = 96, 5.2
"""Width of the first sheet in characters, and a character in points: less than it is, so that no line is cut."""
SHEET_NAME = 31
"""Excel allows so many characters."""
_FIGURE = re.compile(r"[+-]?\d[\d,]*(\.\d+)?")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A table as it goes onto a sheet: one heading row, plain cells."""

    name: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...]


def render(page: Page) -> bytes:
    """Write a page as a workbook; the same page always gives the same bytes."""
    target = io.BytesIO()
    # Nothing from outside may become a formula, a link or a number.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(target, {**options, "in_memory": True})
    book.set_properties(
        {
            "title": f"{page.masthead.title}, {page.masthead.period}",
            "subject": page.summary,
            "keywords": ", ".join(page.keywords),
            "created": MOMENT,
        }
    )
    formats = _Formats(book)
    sheets = list(_sheets(page))
    _front(book.add_worksheet("요약"), formats, page, sheets)
    for sheet in sheets:
        _table(book.add_worksheet(sheet.name), formats, page, sheet)
    book.close()
    return target.getvalue()


class _Formats:
    """The formats of one workbook, made as they are asked for."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[str, Format] = {}

    def __call__(self, **properties: Any) -> Format:
        key = repr(sorted(properties.items()))
        if key not in self._made:
            base = {"font_name": FONT, "font_size": 10, "valign": "top"}
            self._made[key] = self._book.add_format({**base, **properties})
        return self._made[key]


def _sheets(page: Page) -> Iterator[_Sheet]:
    taken: set[str] = {"요약"}
    if page.glance:
        yield _sheet(_name(page.glance.caption, taken), page.glance.caption, page.glance)
    for section in held(page.sections, "xlsx"):
        for table in held(section.tables, "xlsx"):
            title = table.caption or section.heading
            yield _sheet(_name(title, taken), title, table)
        if section.cards:
            yield _cards(_name(section.heading, taken), section)


def _name(title: str, taken: set[str]) -> str:
    """A sheet's name from its title: what Excel takes, and none twice."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[: SHEET_NAME - 3].strip() or "표"
    name, number = plain, 2
    while name in taken:
        name, number = f"{plain} {number}", number + 1
    taken.add(name)
    return name


def _sheet(name: str, title: str, table: Table) -> _Sheet:
    """A table with what stands in second lines and below rows in columns of its own."""
    noted = [any(row.cells[place].note for row in table.rows) for place in range(len(table.columns))]
    detailed = any(row.detail for row in table.rows)
    heads: list[str] = []
    for column, has_notes in zip(table.columns, noted, strict=True):
        heads += [full_label(column), *([f"{full_label(column)} 참고"] if has_notes else [])]
    rows = []
    for row in table.rows:
        cells: list[Cell] = []
        for cell, has_notes in zip(row.cells, noted, strict=True):
            cells += [cell, *([Cell(cell.note)] if has_notes else [])]
        rows.append((*cells, *([Cell(row.detail)] if detailed else [])))
    return _Sheet(name, title, (*heads, *(["설명"] if detailed else [])), tuple(rows), tuple(notes(table)))


def _cards(name: str, section: Section) -> _Sheet:
    """The flagged districts, a row each: its figures across, then what is said of it."""
    first = section.cards[0].table
    figures = [
        f"{row.cells[0].text} {full_label(column)}" for row in first.rows for column in first.columns[1:]
    ]
    heads = (
        "번호", "밀집지역", "유형·위치", "단계", "단계 참고", "신뢰도", *figures, "사유", "진입·이탈", "참고", "추이"
    )  # fmt: skip
    rows = tuple(_card(card) for card in section.cards)
    return _Sheet(name, section.heading, heads, rows, tuple(filter(None, [legend(section.card_statuses)])))


def _card(card: Card) -> tuple[Cell, ...]:
    return (
        Cell(str(card.number), card.number),
        Cell(card.name),
        Cell(card.place),
        Cell(card.stage.text, stage=card.stage.stage),
        Cell(card.stage.note),
        Cell(card.confidence),
        *(cell for row in card.table.rows for cell in row.cells[1:]),
        Cell(card.reason),
        Cell(card.flows),
        Cell(" · ".join(card.facts)),
        Cell(card.trend.drawing.alt if card.trend.drawing else ""),
    )


def _front(page: Worksheet, formats: _Formats, content: Page, sheets: Sequence[_Sheet]) -> None:
    """The first sheet: everything the page says in sentences, and where its tables are."""
    head = content.masthead
    body, bold = formats(text_wrap=True), formats(bold=True, text_wrap=True)
    muted = formats(text_wrap=True, font_color=palette.MUTED, font_size=9)
    heading = formats(bold=True, font_size=12, font_color=palette.NAVY, bottom=1, bottom_color=palette.NAVY)
    lines: list[tuple[str, Format]] = [(notice, bold) for notice in head.notices]
    lines += [
        (head.kicker, muted),
        (head.title, formats(bold=True, font_size=16, font_color=palette.NAVY, text_wrap=True)),
        (" · ".join(filter(None, [head.period, head.period_note, head.running_mark])), muted),
        (head.disclaimer, bold),
        (content.headline[0], formats(bold=True, font_size=12, text_wrap=True)),
        *((f"○ {sentence}", body) for sentence in content.headline[1:]),
        *(
            (f"{tile.label} {tile.count.text}{tile.unit} ({tile.share}, {tile.change})", body)
            for tile in content.tiles
        ),
        *(
            (words, muted)
            for picture in held([content.bars] if content.bars else [], "xlsx")
            for words in _seen(picture)
        ),
        ("시트 차례", heading),
        *((f"{sheet.name}: {sheet.title}", body) for sheet in sheets),
    ]
    for section in held(content.sections, "xlsx"):
        lines.append((section.heading, heading))
        lines += [(words, body) for words in section.paragraphs]
        lines += [(f"{bullet.title}: {bullet.text}", body) for bullet in section.bullets]
        lines += [(words, muted) for picture in held(section.pictures, "xlsx") for words in _seen(picture)]
    page.set_column(0, 0, FRONT)
    for row, (words, style) in enumerate((words, style) for words, style in lines if words):
        page.write_string(row, 0, words, style)
        page.set_row(
            row, style.font_size * 1.55 * max(1, -(-text_width(words, style.font_size) // (FRONT * POINTS)))
        )
    _paper(page, content, landscape=False)


def _seen(picture: Picture) -> Iterator[str]:
    """A picture in words: its title, what it shows, its notes."""
    shown = picture.drawing.alt if picture.drawing else ""
    yield from dict.fromkeys(filter(None, [picture.title, shown, *picture.notes]))


def _table(page: Worksheet, formats: _Formats, content: Page, sheet: _Sheet) -> None:
    heading = formats(
        bold=True,
        text_wrap=True,
        align="center",
        valign="vcenter",
        bg_color=SHADE,
        border=1,
        border_color=RULE,
    )
    for place, words in enumerate(sheet.heads):
        page.write_string(0, place, words, heading)
        widest = max((text_width(printed(row[place]), 1.85) for row in sheet.rows), default=0)
        needed = max(widest, text_width(words, 1.85) / 2) + 2
        page.set_column(place, place, min(max(needed, NARROWEST), WIDEST))
    for number, row in enumerate(sheet.rows, start=1):
        for place, cell in enumerate(row):
            _write(page, formats, (number, place), cell)
    for number, words in enumerate(sheet.notes, start=len(sheet.rows) + 2):
        page.write_string(number, 0, words, formats(font_color=palette.MUTED, font_size=9))
    page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.heads) - 1)
    page.freeze_panes(1, 1)
    page.repeat_rows(0)
    _paper(page, content, landscape=True)


def _write(page: Worksheet, formats: _Formats, at: tuple[int, int], cell: Cell) -> None:
    """A figure as the number that is printed, in a format that prints it alike; anything else as text."""
    frame = {"border": 1, "border_color": RULE}
    number = _number(cell)
    if number is None:
        colour = {"font_color": palette.FILL["severe"]} if cell.stage == "severe" else {}
        page.write_string(*at, printed(cell), formats(text_wrap=True, **frame, **colour))
        return
    page.write_number(*at, float(number), formats(num_format=_number_format(cell), align="right", **frame))


def _number(cell: Cell) -> Decimal | None:
    text = cell.text.replace(MINUS, "-")
    if cell.value is None or not _FIGURE.fullmatch(text):
        return None
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None


def _number_format(cell: Cell) -> str:
    """`#,##0.0`, with a sign where one is printed, and the mark of the status behind."""
    mark = statuses()[cell.status].mark if cell.status else ""
    decimals = len(cell.text.partition(".")[2])
    plain = "#,##0" + ("." + "0" * decimals if decimals else "") + (f'"{mark}"' if mark else "")
    return f"+{plain};{MINUS}{plain};{plain}" if cell.text[:1] in {"+", MINUS} else plain


def _paper(page: Worksheet, content: Page, *, landscape: bool) -> None:
    if landscape:
        page.set_landscape()
    page.set_paper(9)
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.hide_gridlines(2)
    page.set_header(
        f"&L&8{_escaped(content.masthead.running_head)}&R&8{_escaped(content.masthead.running_mark)}"
    )
    page.set_footer("&R&8&P / &N")


def _escaped(words: str) -> str:
    """Text of a header or footer, where `&` begins a code; Excel takes 255 characters in all."""
    return words.replace("&", "&&")[:100]
