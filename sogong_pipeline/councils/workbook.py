"""Write a decision sheet as an XLSX file, which a civil servant opens, fills in, prints and returns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from sogong_pipeline.councils.sheet import Line, Sheet, is_figure
from sogong_pipeline.councils.wording import Column, choices, columns, stage_label, texts
from sogong_pipeline.pages import palette
from sogong_pipeline.pages.widths import text_width
from sogong_pipeline.pages.wording import change_digits, quarter_ko
from sogong_pipeline.pages.wording import texts as report_texts
from sogong_pipeline.periods import Quarter
from sogong_pipeline.vocabulary import legend, statuses

IDENTITY = "sogong-sheet"
"""Name of the hidden sheet, and the content of its first cell."""
FONT = "맑은 고딕"
INPUT = "#FFF6D6"
RULE = "#B4BDC7"
MISSING = "#F6B26B"
REASON = "reason_ko"
"""The column of long texts."""
UNLOCKED = {"border": 1, "border_color": RULE, "locked": False}
LONGEST_REASON = 2000
SHADE = "#E8EDF3"
LINE_POINTS, MOST_LINES = 12.5, 3
"""How high a line of the table is, in points, and how many a row has at most."""
LEAST_HEIGHT = 2 * LINE_POINTS + 2
FORM_ROW, HEADER_ROW = 4, 5
FORM = {"kind": (0, 1, 1), "decided_on": (2, 3, 4), "decided_by": (5, 9, 11)}
"""By field of the form above the table: where its label begins, where its input begins and ends."""
PASSWORD = ""
"""Protection prevents accidents only; changes by people are detected when the sheet is returned."""


class _Formats:
    """Formats of one workbook, created on demand."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[str, Format] = {}

    def __call__(self, **properties: Any) -> Format:
        key = repr(sorted(properties.items()))
        if key not in self._made:
            base = {"font_name": FONT, "font_size": 9.5, "valign": "vcenter"}
            self._made[key] = self._book.add_format({**base, **properties})
        return self._made[key]


def write_workbook(sheet: Sheet, target: Path, created: dt.datetime) -> None:
    """Write the sheet; the same sheet and time give the same bytes."""
    # External text must never become a formula, a link or a number.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(target), options)
    book.set_properties(
        {
            "title": f"{sheet.half_year.said} {texts().sheet['title']}, {sheet.office.name}",
            "comments": sheet.number,
            "created": created.replace(tzinfo=None),
        }
    )
    formats = _Formats(book)
    page = book.add_worksheet(texts().sheet["name"])
    _head(page, formats, sheet)
    _table(page, formats, sheet)
    _print(page, sheet)
    _identity(book.add_worksheet(IDENTITY), sheet)
    page.activate()
    book.close()


def _head(page: Worksheet, formats: _Formats, sheet: Sheet) -> None:
    words, last = texts().sheet, _printed() - 1
    demo = f"[{words['demo']}] " if sheet.demo else ""
    title = formats(bold=True, font_size=16, font_color=palette.NAVY)
    page.merge_range(0, 0, 0, last, "", title)
    page.write_string(0, 0, f"{demo}{sheet.office.name} {words['title']}", title)
    page.set_row(0, 30)
    facts = (
        f"{sheet.half_year.said} 의결 · {quarter_ko(Quarter.parse(sheet.quarter))} 자료로 제안(판본 {sheet.edition}) · "
        f"밀집지역 {len(sheet.lines):,}곳 · 회신 기한 {sheet.deadline} · {words['number']} {sheet.number}"
    )
    page.merge_range(1, 0, 1, last, "", formats(font_size=10))
    page.write_string(1, 0, facts, formats(font_size=10))
    page.merge_range(2, 0, 2, last, "", formats(text_wrap=True, font_color=palette.MUTED))
    marks = legend({status for line in sheet.lines for status in line.statuses.values()})
    guide = "\n".join([*words["guide"], *filter(None, [marks])])
    page.write_string(2, 0, guide, formats(text_wrap=True, font_color=palette.MUTED))
    page.set_row(2, 66 if marks else 40)
    page.set_row(3, 6)
    page.set_row(FORM_ROW, 22)
    label = formats(bold=True, align="right")
    entry = {"border": 1, "border_color": RULE, "bg_color": INPUT, "locked": False, "align": "center"}
    for field, (before, first, end) in FORM.items():
        form = formats(**entry, **({"num_format": "yyyy-mm-dd"} if field == "decided_on" else {}))
        if first - before > 1:
            page.merge_range(FORM_ROW, before, FORM_ROW, first - 1, "", label)
        page.write_string(FORM_ROW, before, words[field], label)
        if end > first:
            page.merge_range(FORM_ROW, first, FORM_ROW, end, "", form)
        else:
            page.write_blank(FORM_ROW, first, None, form)
        if field == "kind":
            page.write_string(FORM_ROW, first, texts().kinds["decision"], form)
    page.data_validation(
        FORM_ROW,
        FORM["kind"][1],
        FORM_ROW,
        FORM["kind"][1],
        {"validate": "list", "source": list(texts().kinds.values()), "error_message": words["choose"]},
    )
    page.data_validation(
        FORM_ROW,
        FORM["decided_on"][1],
        FORM_ROW,
        FORM["decided_on"][1],
        {
            "validate": "date",
            "criteria": "between",
            "minimum": dt.date(sheet.half_year.year, 1, 1),
            "maximum": dt.date(sheet.half_year.year + 1, 12, 31),
            "error_message": words["date"],
        },
    )


def _table(page: Worksheet, formats: _Formats, sheet: Sheet) -> None:
    _titles(page, formats)
    first, last = HEADER_ROW + 1, HEADER_ROW + len(sheet.decidable)
    height = max((_height(line.shown) for line in sheet.decidable), default=LEAST_HEIGHT)
    for row, line in enumerate(sheet.decidable, start=first):
        page.set_row(row, height)  # one height for all: sorting moves the cells of a row, not its height
        _line(page, formats, row, line)
    page.autofilter(HEADER_ROW, 0, max(last, first), len(columns()) - 1)
    page.freeze_panes(HEADER_ROW + 1, 2)
    if sheet.decidable:
        _choose(page, first, last, choices("good"))
        _keep_fixed(page, first, last)
        _mark_what_lacks(page, formats, first, last)
    if sheet.held:
        _held(page, formats, sheet, last + 2)


def _titles(page: Worksheet, formats: _Formats) -> None:
    heading = {
        "bold": True,
        "text_wrap": True,
        "align": "center",
        "border": 1,
        "border_color": RULE,
        "font_size": 9,
    }
    for place, column in enumerate(columns()):
        page.set_column(place, place, column.wide)
        colour = palette.NAVY if not column.input else "#7A5B00"
        page.write_string(
            HEADER_ROW, place, column.title, formats(**heading, bg_color=colour, font_color="#FFFFFF")
        )
    page.set_row(HEADER_ROW, 50)


def _held(page: Worksheet, formats: _Formats, sheet: Sheet, row: int) -> None:
    """The districts without a proposal, below one row that keeps all of them open by one reason."""
    stage, reason = _place("stage"), _place("reason")
    heading = {"bold": True, "border": 1, "border_color": RULE, "bg_color": SHADE, "text_wrap": True}
    page.set_row(row - 1, 8)
    page.set_row(row, LEAST_HEIGHT)
    page.write_string(row, 0, texts().open, formats(**heading))
    words = texts().sheet["held"].format(count=f"{len(sheet.held):,}")
    page.merge_range(row, 1, row, stage - 1, "", formats(**heading))
    page.write_string(row, 1, words, formats(**heading))
    page.write_string(row, stage, texts().open, formats(**heading, align="center"))
    page.write_blank(row, reason, None, _input(formats, columns()[reason]))
    cell = xl_rowcol_to_cell(row, reason)
    empty = {
        "type": "formula",
        "criteria": f"=LEN(TRIM({cell}))=0",
        "format": formats(bg_color=MISSING),
    }
    page.conditional_format(row, reason, row, reason, empty)
    page.data_validation(row, reason, row, reason, _reason_length())
    first, last = row + 1, row + len(sheet.held)
    for place, line in enumerate(sheet.held, start=first):
        page.set_row(place, _height(line.shown))
        _line(page, formats, place, line)
    _choose(page, first, last, choices("undetermined"))
    _keep_fixed(page, first, last)
    page.data_validation(first, reason, last, reason, _reason_length())
    decided = xl_rowcol_to_cell(first, stage, col_abs=True)
    why = xl_rowcol_to_cell(first, reason, col_abs=True)
    lacks = f'=AND({decided}<>"",{decided}<>"{texts().open}",LEN(TRIM({why}))=0)'
    form = {"type": "formula", "criteria": lacks, "format": formats(bg_color=MISSING)}
    page.conditional_format(first, reason, last, reason, form)


def _line(page: Worksheet, formats: _Formats, row: int, line: Line) -> None:
    """A district: what was proposed, and where the council's stage and its reason go."""
    for place, column in enumerate(columns()):
        if not column.input:
            _shown(page, formats, (row, place), column, line)
        elif column.key == "stage" and line.stage != "undetermined":
            page.write_string(row, place, stage_label(line.stage), _input(formats, column))
        else:
            page.write_blank(row, place, None, _input(formats, column))


def _choose(page: Worksheet, first: int, last: int, names: Sequence[str]) -> None:
    stage = _place("stage")
    words = texts().sheet
    rule = {
        "validate": "list",
        "source": list(names),
        "error_title": words["name"],
        "error_message": words["choose"],
    }
    page.data_validation(first, stage, last, stage, rule)


def _keep_fixed(page: Worksheet, first: int, last: int) -> None:
    """Refuse to type over what was issued: a protected sheet sorts unlocked cells alone, so that these are unlocked."""
    words = texts().sheet
    rule = {
        "validate": "custom",
        "value": "=FALSE",
        "ignore_blank": False,
        "error_title": words["name"],
        "error_message": words["fixed"],
    }
    for start, end in ((0, _place("stage") - 1), (_place("reason") + 1, len(columns()) - 1)):
        page.data_validation(first, start, last, end, rule)


def _reason_length() -> dict[str, Any]:
    words = texts().sheet
    return {
        "validate": "length",
        "criteria": "<=",
        "value": LONGEST_REASON,
        "input_title": words["name"],
        "input_message": words["reason_prompt"],
    }


def _mark_what_lacks(page: Worksheet, formats: _Formats, first: int, last: int) -> None:
    """Colour what is still to be filled in, and what differs from the proposal."""
    stage, reason, proposal = (
        xl_rowcol_to_cell(first, _place(key), col_abs=True) for key in ("stage", "reason", "proposal")
    )
    missing = formats(bg_color=MISSING)
    lacks = f'=AND({stage}<>"",{stage}<>{proposal},LEN(TRIM({reason}))=0)'
    for key, criteria, form in (
        ("reason", lacks, missing),
        ("stage", f'={stage}=""', missing),
        ("stage", f"={stage}<>{proposal}", formats(bold=True)),
    ):
        place = _place(key)
        rule = {"type": "formula", "criteria": criteria, "format": form}
        page.conditional_format(first, place, last, place, rule)
    words: Mapping[str, str] = report_texts().stages
    for key in ("proposal", "stage"):
        for name, colour in (("caution", "#8A5A00"), ("severe", palette.FILL["severe"])):
            rule = {
                "type": "cell",
                "criteria": "==",
                "value": f'"{words[name]}"',
                "format": formats(font_color=colour),
            }
            page.conditional_format(first, _place(key), last, _place(key), rule)
    page.data_validation(first, _place("reason"), last, _place("reason"), _reason_length())


def _shown(page: Worksheet, formats: _Formats, at: tuple[int, int], column: Column, line: Line) -> None:
    text = line.shown[column.key]
    if column.digits is None or not is_figure(text):
        left = {"align": "left", "indent": 1} if column.key in {"name", REASON} else {"align": "center"}
        page.write_string(*at, text, formats(text_wrap=True, **UNLOCKED, **left))
        return
    digits = change_digits(Decimal(text)) if column.change else column.digits
    decimals = "." + "0" * digits if digits else ""
    mark = f'"{statuses()[line.statuses[column.key]].mark}"' if column.key in line.statuses else ""
    number = (
        f"+0{decimals}{mark};[Red]-0{decimals}{mark};0{decimals}{mark}"
        if column.change
        else f"#,##0{decimals}{mark}"
    )
    page.write_number(*at, float(Decimal(text)), formats(num_format=number, **UNLOCKED))


def _input(formats: _Formats, column: Column) -> Format:
    align = "center" if column.key == "stage" else "left"
    return formats(border=1, border_color=RULE, bg_color=INPUT, locked=False, text_wrap=True, align=align)


def _printed() -> int:
    """How many columns are printed: those before the first that is for the screen alone."""
    return sum(not column.screen for column in columns())


def _place(key: str) -> int:
    return next(place for place, column in enumerate(columns()) if column.key == key)


def _height(shown: Mapping[str, str]) -> float:
    """High enough for the longest printed text of a row, whose lines break at its column's width; a few at most."""
    lines = [
        -(-text_width(shown[column.key], 1.85) // (column.wide - 0.5))
        for column in columns()
        if not column.input and not column.screen and column.digits is None
    ]
    return LINE_POINTS * min(max(2.0, *lines), MOST_LINES) + 2


def _print(page: Worksheet, sheet: Sheet) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(left=0.3, right=0.3, top=0.5, bottom=0.6)
    page.fit_to_pages(1, 0)  # prints at full size, for what is printed is narrower than the paper
    page.repeat_rows(HEADER_ROW)
    page.print_area(0, 0, HEADER_ROW + len(sheet.lines) + 2 * bool(sheet.held), _printed() - 1)
    mark = f"{texts().sheet['demo']} · " if sheet.demo else ""
    page.set_footer(f"&L&9{mark}{texts().sheet['number']} {sheet.number}&R&9&P / &N")
    page.set_zoom(90)
    page.hide_gridlines(2)
    page.protect(
        PASSWORD,
        {
            "autofilter": True,
            "sort": True,
            "format_columns": True,
            "format_rows": True,
            "select_locked_cells": True,
        },
    )


def _identity(page: Worksheet, sheet: Sheet) -> None:
    facts = {
        IDENTITY: str(sheet.form),
        "number": sheet.number,
        "period": sheet.period,
        "quarter": sheet.quarter,
        "edition": sheet.edition,
        "office": sheet.office_code,
        "digest": sheet.digest,
    }
    for row, (name, value) in enumerate(facts.items()):
        page.write_string(row, 0, name)
        page.write_string(row, 1, value)
    page.very_hidden()
    page.protect(PASSWORD)
