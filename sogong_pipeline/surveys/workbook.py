"""Write the lists of an office to an XLSX file: visits to fill in, districts with the answers each needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sogong_pipeline.pages import palette
from sogong_pipeline.pages.widths import text_width
from sogong_pipeline.pages.wording import quarter_ko
from sogong_pipeline.periods import Quarter
from sogong_pipeline.surveys.sheet import SurveySheet
from sogong_pipeline.surveys.wording import Column, choices, columns, words

IDENTITY = "sogong-survey"
"""Name of the hidden sheet, and the content of its first cell."""
FONT, INPUT, RULE = "맑은 고딕", "#FFF6D6", "#B4BDC7"
FORM_ROW, HEADER_ROW = 3, 4
LINE_POINTS = 12.5
LONGEST_NOTE = 1_000
Formats = dict[str, Format]


def write_workbook(sheet: SurveySheet, target: Path, created: dt.datetime) -> None:
    """Write the lists; the same lists and time give the same bytes."""
    # External text must never become a formula, a link or a number.
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(target), plain)
    book.set_properties(
        {
            "title": f"{quarter_ko(Quarter.parse(sheet.quarter))} {words()['sheet']['title']}, {sheet.office.name}",
            "comments": sheet.number,
            "created": created.replace(tzinfo=None),
        }
    )
    formats = _formats(book)
    visits = book.add_worksheet(words()["sheet"]["visits"])
    _visits(visits, formats, sheet)
    districts = book.add_worksheet(words()["sheet"]["districts"])
    _districts(districts, formats, sheet)
    _identity(book.add_worksheet(IDENTITY), sheet)
    visits.activate()
    book.close()


def _formats(book: xlsxwriter.Workbook) -> Formats:
    base = {"font_name": FONT, "font_size": 9, "valign": "vcenter"}
    cell = {**base, "border": 1, "border_color": RULE, "text_wrap": True}
    entry = {**cell, "bg_color": INPUT, "locked": False}
    head = {**cell, "bold": True, "align": "center", "font_color": "#FFFFFF", "font_size": 8.5}
    made: Mapping[str, Mapping[str, Any]] = {
        "title": {**base, "bold": True, "font_size": 16, "font_color": palette.NAVY},
        "plain": {**base, "font_size": 10},
        "guide": {**base, "text_wrap": True, "font_color": palette.MUTED},
        "label": {**base, "bold": True, "align": "right"},
        "head": {**head, "bg_color": palette.NAVY},
        "head_input": {**head, "bg_color": "#7A5B00"},
        "cell": cell,
        "centre": {**cell, "align": "center"},
        "number_0": {**cell, "num_format": "#,##0"},
        "number_1": {**cell, "num_format": "#,##0.0"},
        "input": entry,
        "input_choice": {**entry, "align": "center"},
        "input_date": {**entry, "align": "center", "num_format": "yyyy-mm-dd"},
    }
    return {name: book.add_format(dict(properties)) for name, properties in made.items()}


def _head(page: Worksheet, formats: Formats, sheet: SurveySheet, title: str, guide: Sequence[str]) -> None:
    last = len(columns("visits" if page.name == words()["sheet"]["visits"] else "districts")) - 1
    demo = f"[{words()['sheet']['demo']}] " if sheet.demo else ""
    facts = (
        f"{quarter_ko(Quarter.parse(sheet.quarter))} 실태조사 · 판본 {sheet.edition} · "
        f"방문 대상 {len(sheet.visits):,}곳 · 밀집지역 {len(sheet.districts):,}곳 · "
        f"{words()['sheet']['number']} {sheet.number}"
    )
    for row, (text, form) in enumerate(
        ((f"{demo}{sheet.office.name} {title}", "title"), (facts, "plain"), ("\n".join(guide), "guide"))
    ):
        page.merge_range(row, 0, row, last, "", formats[form])
        page.write_string(row, 0, text, formats[form])
    page.set_row(0, 30)
    page.set_row(2, LINE_POINTS * len(guide) + 6)


def _visits(page: Worksheet, formats: Formats, sheet: SurveySheet) -> None:
    wording, every = words()["sheet"], columns()
    _head(page, formats, sheet, wording["title"], wording["guide"])
    first = next(place for place, column in enumerate(every) if column.input)
    page.set_row(FORM_ROW, 20)
    page.merge_range(FORM_ROW, first, FORM_ROW, first + 1, "", formats["label"])
    page.write_string(FORM_ROW, first, wording["answered_by"], formats["label"])
    page.merge_range(FORM_ROW, first + 2, FORM_ROW, first + 4, "", formats["input"])
    _titles(page, formats, every)
    for row, visit in enumerate(sheet.visits, start=HEADER_ROW + 1):
        page.set_row(row, _height(visit.shown, every))
        _row(page, formats, row, visit.shown, every)
    last = HEADER_ROW + len(sheet.visits)
    for place, column in enumerate(every):
        if column.input and sheet.visits:
            page.data_validation(HEADER_ROW + 1, place, last, place, _validation(column, sheet))
    page.autofilter(HEADER_ROW, 0, max(last, HEADER_ROW + 1), len(every) - 1)
    page.freeze_panes(HEADER_ROW + 1, next(n for n, column in enumerate(every) if column.key == "name") + 1)
    _print(page, sheet, last, len(every), abreast=2)
    page.repeat_columns(0)  # the number of the place, on the sheet with the answers too


def _validation(column: Column, sheet: SurveySheet) -> dict[str, Any]:
    wording = words()["sheet"]
    if column.choices:
        return {
            "validate": "list",
            "source": list(choices(column).values()),
            "error_message": wording["choose"],
        }
    if column.key == "visited_on":
        day = Quarter.parse(sheet.quarter).last_day
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": day,
            "maximum": day + dt.timedelta(days=366),
            "error_message": wording["date"],
        }
    return {"validate": "length", "criteria": "<=", "value": LONGEST_NOTE}


def _districts(page: Worksheet, formats: Formats, sheet: SurveySheet) -> None:
    wording, every = words()["sheet"], columns("districts")
    _head(page, formats, sheet, wording["districts_title"], wording["districts_guide"])
    _titles(page, formats, every)
    for row, shown in enumerate(sheet.districts, start=HEADER_ROW + 1):
        page.set_row(row, _height(shown, every))
        _row(page, formats, row, shown, every)
    page.freeze_panes(HEADER_ROW + 1, 2)
    _print(page, sheet, HEADER_ROW + len(sheet.districts), len(every))


def _titles(page: Worksheet, formats: Formats, every: Sequence[Column]) -> None:
    for place, column in enumerate(every):
        page.set_column(place, place, column.wide)
        page.write_string(HEADER_ROW, place, column.title, formats["head_input" if column.input else "head"])
    page.set_row(HEADER_ROW, 40)


def _row(
    page: Worksheet, formats: Formats, row: int, shown: Mapping[str, str], every: Sequence[Column]
) -> None:
    for place, column in enumerate(every):
        if column.input:
            form = "input_choice" if column.choices else "input"
            page.write_blank(row, place, None, formats["input_date" if column.key == "visited_on" else form])
        elif column.digits is not None and is_figure(shown[column.key]):
            page.write_number(
                row, place, float(Decimal(shown[column.key])), formats[f"number_{column.digits}"]
            )
        else:
            is_long = column.wide > 15
            page.write_string(row, place, shown[column.key], formats["cell" if is_long else "centre"])


def is_figure(shown: str) -> bool:
    """Return True if a displayed value is a number, not its placeholder."""
    return shown[-1:].isdigit()


def _height(shown: Mapping[str, str], every: Sequence[Column]) -> float:
    lines = [
        -(-text_width(shown[column.key], 1.75) // (column.wide - 1.5))
        for column in every
        if not column.input and column.digits is None
    ]
    return LINE_POINTS * max(2.0, *lines) + 2


def _print(page: Worksheet, sheet: SurveySheet, last: int, wide: int, abreast: int = 1) -> None:
    """Prepare printing on A3, the table on so many sheets side by side."""
    page.set_landscape()
    page.set_paper(8)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.fit_to_pages(abreast, 0)
    page.repeat_rows(HEADER_ROW)
    page.print_area(0, 0, last, wide - 1)
    mark = f"{words()['sheet']['demo']} · " if sheet.demo else ""
    page.set_footer(f"&L&8{mark}{words()['sheet']['number']} {sheet.number}&R&8&P / &N")
    page.hide_gridlines(2)
    # Protection prevents accidents only; changes by people are detected when the list comes back.
    page.protect(
        "", {"autofilter": True, "format_columns": True, "format_rows": True, "select_locked_cells": True}
    )


def _identity(page: Worksheet, sheet: SurveySheet) -> None:
    facts = {
        IDENTITY: str(sheet.form),
        "number": sheet.number,
        "quarter": sheet.quarter,
        "edition": sheet.edition,
        "office": sheet.office_code,
        "digest": sheet.digest,
    }
    for row, (name, value) in enumerate(facts.items()):
        page.write_string(row, 0, name)
        page.write_string(row, 1, value)
    page.very_hidden()
    page.protect("")
