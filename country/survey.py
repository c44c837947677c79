"""A crisis centre that visits: its people open a list, fill in what they were told, and save it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path

from openpyxl import load_workbook

from sogong_pipeline.surveys.sheet import SurveySheet, Visit
from sogong_pipeline.surveys.wording import choices, columns, words

DONE_IN_TEN = 8
"""Of ten places so many were visited."""
OUTCOMES = ("answered",) * 7 + ("refused", "not_met", "not_met")
EXIT_OUTCOMES = ("closed", "closed", "moved", "not_there", "answered")


def answer(visit: Visit, day: dt.date) -> dict[str, object]:
    """What an invented visitor writes about a place, by column: the same for the same workplace; empty unvisited."""
    draw = hashlib.sha256(f"visit {visit.workplace_id}".encode()).digest()
    if draw[0] % 10 >= DONE_IN_TEN:
        return {}
    outcomes = EXIT_OUTCOMES if visit.list == "exit" else OUTCOMES
    codes: dict[str, str] = {"outcome": outcomes[draw[1] % len(outcomes)]}
    if codes["outcome"] == "answered":
        by_key = {column.key: tuple(choices(column)) for column in columns() if column.choices}
        for place, key in enumerate(by_key, start=2):
            codes.setdefault(key, by_key[key][draw[place] % len(by_key[key])])
    said: Mapping[str, Mapping[str, str]] = words()["choices"]
    fields = {
        column.key: said[column.choices][codes[column.key]] for column in columns() if column.key in codes
    }
    return {**fields, "visited_on": day}


def fill(file: Path, target: Path, sheet: SurveySheet, *, day: dt.date, by: str) -> Path:
    """Fill in a list.

    Args:
        file: the file as it was written.
        target: the file to save.
        sheet: what stands on it.
        day: of all visits.
        by: who filled it in.
    """
    book = load_workbook(file)
    page = book[words()["sheet"]["visits"]]
    places = {column.key: number for number, column in enumerate(columns(), start=1)}
    label = words()["sheet"]["answered_by"]
    found = next(cell for row in page.iter_rows(max_row=5) for cell in row if cell.value == label)
    page.cell(found.row, found.column + 2).value = by
    rows = {page.cell(row, 1).value: row for row in range(1, page.max_row + 1)}
    for visit in sheet.visits:
        for key, value in answer(visit, day).items():
            page.cell(rows[visit.target_id], places[key]).value = value
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target
