"""Simulated visits by a crisis centre: its staff open a list, fill in the answers, and save it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path

from openpyxl import load_workbook

from sogong_pipeline.surveys.sheet import SurveySheet, Visit
from sogong_pipeline.surveys.wording import choices, columns, words

DONE_IN_TEN = 8
"""Number of visited places out of ten."""
OUTCOMES = ("answered",) * 7 + ("refused", "not_met", "not_met")
EXIT_OUTCOMES = ("closed", "closed", "moved", "not_there", "answered")


def answer(visit: Visit, day: dt.date) -> dict[str, object]:
    """Return a visitor's answers on a place, by column; deterministic for a workplace, empty when not visited."""
    draw = hashlib.sha256(f"visit {visit.workplace_id}".encode()).digest()
    if draw[0] % 10 >= DONE_IN_TEN:
        return {}
    outcomes = EXIT_OUTCOMES if visit.list == "exit" else OUTCOMES
    codes: dict[str, str] = {"outcome": outcomes[draw[1] % len(outcomes)]}
    if codes["outcome"] == "answered":
        by_key = {column.key: tuple(choices(column)) for column in columns() if column.choices}
        for place, key in enumerate(by_key, start=2):
            codes.setdefault(key, by_key[key][draw[place] % len(by_key[key])])
    options: Mapping[str, Mapping[str, str]] = words()["choices"]
    fields = {
        column.key: options[column.choices][codes[column.key]] for column in columns() if column.key in codes
    }
    return {**fields, "visited_on": day}


def fill(file: Path, target: Path, sheet: SurveySheet, *, day: dt.date, by: str) -> Path:
    """Fill in a list.

    Args:
        file: the file as it was written.
        target: the file to save.
        sheet: content of the file.
        day: of all visits.
        by: who filled it in.
    """
    book = load_workbook(file)
    page = book[words()["sheet"]["visits"]]
    places = {column.key: number for number, column in enumerate(columns(), start=1)}
    label = words()["sheet"]["answered_by"]
    label_cell = next(cell for row in page.iter_rows(max_row=5) for cell in row if cell.value == label)
    page.cell(label_cell.row, label_cell.column + 2).value = by
    rows = {page.cell(row, 1).value: row for row in range(1, page.max_row + 1)}
    for visit in sheet.visits:
        for key, value in answer(visit, day).items():
            page.cell(rows[visit.target_id], places[key]).value = value
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target
