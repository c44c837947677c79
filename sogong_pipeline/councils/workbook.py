"""Write a decision sheet as an XLSX file, which a civil servant opens, fills in, prints and returns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
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
from sogong_pipeline.pages.wording import quarter_ko
from sogong_pipeline.periods import Quarter
from sogong_pipeline.vocabulary import STAGES, legend, statuses

IDENTITY = "sogong-sheet"
"""Name of the hidden sheet, and the content of its first cell."""
FONT = "맑은 고딕"
INPUT = "#FFF6D6"
RULE = "#B4BDC7"
MISSING = "#F6B26B"
REASON = "reason_ko"
"""Column of long texts, in smaller type."""
LINE_POINTS = 11.5
"""Line height of the table's small type, in points."""
FORM_ROW, HEADER_ROW = 4, 5
FORM = {"kind": (1, 2, 3), "decided_on": (4, 6, 8), "decided_by": (9, 12, 15)}
"""Columns of the form above the table, by field: start of the label, start and end of the input."""
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
            base = {"font_name": FONT, "font_size": 9, "valign": "vcenter"}
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
    words, last = texts().sheet, len(columns()) - 1
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
    page.set_row(2, 68 if marks else 42)
    page.set_row(3, 6)
    page.set_row(FORM_ROW, 22)
    label = formats(bold=True, align="right")
    entry = {"border": 1, "border_color": RULE, "bg_color": INPUT, "locked": False, "align": "center"}
    for field, (before, first, end) in FORM.items():
        form = formats(**entry, **({"num_format": "yyyy-mm-dd"} if field == "decided_on" else {}))
        if first - before > 1:
            page.merge_range(FORM_ROW, before, FORM_ROW, first - 1, "", label)
        page.write_string(FORM_ROW, before, words[field], label)
        page.merge_range(FORM_ROW, first, FORM_ROW, end, "", form)
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
    heading = {
        "bold": True,
        "text_wrap": True,
        "align": "center",
        "border": 1,
        "border_color": RULE,
        "font_size": 8.5,
    }
    for place, column in enumerate(columns()):
        page.set_column(place, place, column.wide)
        colour = palette.NAVY if not column.input else "#7A5B00"
        page.write_string(
            HEADER_ROW, place, column.title, formats(**heading, bg_color=colour, font_color="#FFFFFF")
        )
    page.set_row(HEADER_ROW, 46)
    for row, line in enumerate(sheet.lines, start=HEADER_ROW + 1):
        page.set_row(row, _height(line.shown))
        for place, column in enumerate(columns()):
            if column.input:
                chosen = line.stage if column.key == "stage" and line.stage != "undetermined" else None
                page.write_string(row, place, stage_label(chosen) if chosen else "", _input(formats, column))
            else:
                _shown(page, formats, (row, place), column, line)
        stages = _place("stage")
        page.data_validation(
            row,
            stages,
            row,
            stages,
            {
                "validate": "list",
                "source": choices(line.stage),
                "error_title": texts().sheet["name"],
                "error_message": texts().sheet["choose"],
            },
        )
    last = HEADER_ROW + len(sheet.lines)
    page.autofilter(HEADER_ROW, 0, max(last, HEADER_ROW + 1), len(columns()) - 1)
    page.freeze_panes(HEADER_ROW + 1, 2)
    if sheet.lines:
        _mark_what_lacks(page, formats, last)


def _mark_what_lacks(page: Worksheet, formats: _Formats, last: int) -> None:
    """Colour empty inputs and differences from the proposal."""
    first = HEADER_ROW + 1
    stage = xl_rowcol_to_cell(first, _place("stage"), col_abs=True)
    reason = xl_rowcol_to_cell(first, _place("reason"), col_abs=True)
    proposal = xl_rowcol_to_cell(first, _place("proposal"), col_abs=True)
    missing = formats(bg_color=MISSING)
    page.conditional_format(
        first,
        _place("reason"),
        last,
        _place("reason"),
        {
            "type": "formula",
            "criteria": f'=AND({stage}<>"",{stage}<>{proposal},LEN(TRIM({reason}))=0)',
            "format": missing,
        },
    )
    for place, criteria, form in (
        ("stage", f'={stage}=""', missing),
        ("stage", f"={stage}<>{proposal}", formats(bold=True)),
    ):
        page.conditional_format(
            first,
            _place(place),
            last,
            _place(place),
            {"type": "formula", "criteria": criteria, "format": form},
        )
    for column in ("proposal", "stage"):
        for name in STAGES[1:3]:
            page.conditional_format(
                first,
                _place(column),
                last,
                _place(column),
                {
                    "type": "cell",
                    "criteria": "==",
                    "value": f'"{stage_label(name)}"',
                    "format": formats(
                        font_color={"caution": "#8A5A00", "severe": palette.FILL["severe"]}[name]
                    ),
                },
            )
    page.data_validation(
        first,
        _place("reason"),
        last,
        _place("reason"),
        {
            "validate": "length",
            "criteria": "<=",
            "value": 2000,
            "input_title": texts().sheet["name"],
            "input_message": texts().sheet["reason_prompt"],
        },
    )


def _shown(page: Worksheet, formats: _Formats, at: tuple[int, int], column: Column, line: Line) -> None:
    text = line.shown[column.key]
    if column.digits is None or not is_figure(text):
        set_left = {"align": "left", "indent": 1} if column.key in {"name", REASON} else {"align": "center"}
        size = 8 if column.key == REASON else 9
        page.write_string(
            *at, text, formats(text_wrap=True, border=1, border_color=RULE, font_size=size, **set_left)
        )
        return
    decimals = "." + "0" * column.digits
    mark = f'"{statuses()[line.statuses[column.key]].mark}"' if column.key in line.statuses else ""
    number = (
        f"+0{decimals}{mark};[Red]-0{decimals}{mark};0{decimals}{mark}"
        if column.change
        else f"#,##0{decimals}{mark}"
    )
    page.write_number(*at, float(Decimal(text)), formats(border=1, border_color=RULE, num_format=number))


def _input(formats: _Formats, column: Column) -> Format:
    align = "center" if column.key == "stage" else "left"
    return formats(border=1, border_color=RULE, bg_color=INPUT, locked=False, text_wrap=True, align=align)


def _place(key: str) -> int:
    return next(place for place, column in enumerate(columns()) if column.key == key)


def _height(shown: Mapping[str, str]) -> float:
    """Return the height for the longest text of a row, wrapped at the width of its column."""
    lines = [
        -(-text_width(shown[column.key], 1.6 if column.key == REASON else 1.8) // (column.wide - 1.5))
        for column in columns()
        if not column.input and column.digits is None
    ]
    return LINE_POINTS * max(2.0, *lines) + 2


def _print(page: Worksheet, sheet: Sheet) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEADER_ROW)
    page.print_area(0, 0, HEADER_ROW + len(sheet.lines), len(columns()) - 1)
    mark = f"{texts().sheet['demo']} · " if sheet.demo else ""
    page.set_footer(f"&L&8{mark}{texts().sheet['number']} {sheet.number}&R&8&P / &N")
    page.set_zoom(90)
    page.hide_gridlines(2)
    page.protect(
        PASSWORD,
        {"autofilter": True, "format_columns": True, "format_rows": True, "select_locked_cells": True},
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
