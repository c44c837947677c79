"""Validate a returned list against its draw: return every problem at once, or answers ready to record."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from openpyxl.utils.escape import unescape

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import Lake, sha256_of
from sogong_pipeline.pages.wording import clean, shorten, with_particle
from sogong_pipeline.periods import Quarter
from sogong_pipeline.sheets.intake import Filled, UnreadableError, read_cells, read_comments
from sogong_pipeline.sheets.values import date_of, squeezed, text_of
from sogong_pipeline.surveys.answer import ANSWERED, QUESTIONS, Answer, answers, in_force
from sogong_pipeline.surveys.issue import Draw, draws
from sogong_pipeline.surveys.sheet import FORM, SurveySheet, Visit
from sogong_pipeline.surveys.wording import Column, choices, columns, words
from sogong_pipeline.surveys.workbook import IDENTITY, LONGEST_NOTE, is_figure

LEAST_TITLES = 4
"""Number of column titles that make a row the header of the table."""
NEEDED = ("visited_on", "performance", "outlook")
"""Columns that every respondent must have answered."""
Row = Mapping[str, Filled]


@dataclass(frozen=True, slots=True)
class Filling:
    """A visitor's entry on one target of a valid list; `replaces` is the row it supersedes."""

    visit: Visit
    outcome: str
    visited_on: dt.date
    values: Mapping[str, str | None]
    replaces: Answer | None


@dataclass(frozen=True)
class Checked:
    """Result of validating a returned list: its problems, or the answers to record; nothing is recorded with problems.

    Attributes:
        problems: Sentences in Korean, each with its place in the file.
        sha256: Digest of the file.
        sheet: The identified list; None if unidentified.
        draw: The draw it belongs to.
    """

    problems: Sequence[str]
    sha256: str
    sheet: SurveySheet | None = None
    draw: str = ""
    answered_by: str = ""
    fillings: Sequence[Filling] = ()


@dataclass(frozen=True)
class Returned:
    """A returned list: identity, visitor, rows by column key, and content outside the fields that are read."""

    identity: Mapping[str, str]
    answered_by: str
    rows: Sequence[Row]
    missing: Sequence[str]
    formulas: Sequence[Filled]
    stray: Sequence[Filled]


def check(lake: Lake, file: Path, today: dt.date, quarter: Quarter | None = None) -> Checked:
    """Read a returned list and validate it against the drawn lists and the recorded answers.

    Args:
        lake: holds draws and answers.
        file: the returned file.
        today: latest valid day of a visit.
        quarter: the quarter of its inbox; None takes the list's own.
    """
    sha256 = sha256_of(file)
    try:
        returned = read_returned(file)
        comments = read_comments(file)
    except UnreadableError as error:
        return Checked([str(error)], sha256)
    match = _identified(lake, returned.identity, quarter)
    if isinstance(match, str):
        return Checked([match], sha256)
    draw, sheet = match
    problems = [
        f"{note.place}: 메모(‘{shorten(clean(note.text))}’)는 기록되지 않습니다. 비고로 옮기거나 지워 주십시오."
        for note in comments
    ]
    recorded = [row for row in answers(lake, draw.quarter) if row.office_code == sheet.office_code]
    if any(row.sheet_sha256 == sha256 for row in recorded):
        return Checked(["이미 기록된 목록과 똑같은 파일입니다."], sha256, sheet, draw.name)
    return _against(sheet, draw, returned, recorded, (sha256, today), problems)


def _identified(
    lake: Lake, identity: Mapping[str, str], quarter: Quarter | None
) -> tuple[Draw, SurveySheet] | str:
    """Return the draw and the list of a file, or a sentence with the reason why it matches none."""
    try:
        own = Quarter.parse(identity["quarter"])
    except RefusedError:
        return f"목록의 식별 정보가 바뀌었습니다(분기 ‘{shorten(identity['quarter'])}’)."
    if quarter and own != quarter:
        return f"{own} 조사 목록입니다. 이번에 받는 것은 {quarter} 목록입니다."
    if identity[IDENTITY] != str(FORM):
        return f"지금 쓰지 않는 양식({shorten(identity[IDENTITY])})입니다. 새로 보낸 목록에 채워 주십시오."
    issued = (
        (draw, sheet)
        for draw in reversed(draws(lake, own))
        for sheet in draw.sheets.values()
        if (sheet.digest, sheet.office_code) == (identity["digest"], identity["office"])
    )
    return next(issued, "식별 정보가 보낸 목록과 다릅니다. 받으신 목록에 그대로 채워 주십시오.")


def read_returned(file: Path) -> Returned:
    """Read a returned list saved by any program.

    Raises:
        UnreadableError: when it is not a survey list of this project.
    """
    cells = read_cells(file)
    pages = {cell.page for cell in cells if cell.row == 1 and cell.column == 1 and text_of(cell) == IDENTITY}
    names = {cell.row: text_of(cell) for cell in cells if cell.page in pages and cell.column == 1}
    identity = {
        names[one.row]: text_of(one)
        for one in cells
        if one.page in pages and one.column == 2 and one.row in names
    }
    if len(pages) != 1 or not {IDENTITY, "quarter", "office", "digest"} <= identity.keys():
        raise UnreadableError(
            "어느 조사 목록인지 알 수 없습니다(숨은 식별 시트가 없음). 받으신 파일에 그대로 채워 보내 주십시오."
        )
    titles = {squeezed(column.title): column.key for column in columns()}
    headers = [
        (cell.page, cell.row)
        for cell in cells
        if squeezed(text_of(cell)) == squeezed(columns()[0].title) and cell.page not in pages
    ]
    tables = [place for place in headers if _titles_in(cells, place, titles) >= LEAST_TITLES]
    if len(tables) != 1:
        raise UnreadableError(
            "방문 대상 표의 머리글을 찾을 수 없습니다."
            if not tables
            else "방문 대상 표가 여러 장입니다. 한 장만 남겨 주십시오."
        )
    ((page, header),) = tables
    table = [cell for cell in cells if cell.page == page]
    keys = {
        cell.column: key
        for cell in table
        if cell.row == header and (key := titles.get(squeezed(text_of(cell))))
    }
    rows: dict[int, dict[str, Filled]] = {}
    stray = []
    for cell in table:
        if cell.row > header and text_of(cell):
            if cell.column in keys:
                rows.setdefault(cell.row, {})[keys[cell.column]] = cell
            else:
                stray.append(cell)
    return Returned(
        identity,
        _answered_by([cell for cell in table if cell.row < header]),
        list(rows.values()),
        [column.title for column in columns() if column.key not in keys.values()],
        [cell for cell in cells if cell.is_formula],
        stray,
    )


def _titles_in(cells: Sequence[Filled], place: tuple[str, int], titles: Mapping[str, str]) -> int:
    return sum((cell.page, cell.row) == place and squeezed(text_of(cell)) in titles for cell in cells)


def _answered_by(cells: Sequence[Filled]) -> str:
    """Return the text to the right of the label above the table."""
    label = squeezed(words()["sheet"]["answered_by"])
    heading = next((cell for cell in cells if squeezed(text_of(cell)) == label), None)
    if heading is None:
        return ""
    beside = (
        text_of(cell)
        for cell in cells
        if cell.row == heading.row and cell.column > heading.column and text_of(cell)
    )
    return next(beside, "")


def _against(  # noqa: PLR0917 - a returned list and all data to validate it against
    sheet: SurveySheet,
    draw: Draw,
    returned: Returned,
    recorded: Sequence[Answer],
    digest_and_day: tuple[str, dt.date],
    problems: list[str],
) -> Checked:
    sha256, today = digest_and_day
    problems += [f"{cell.place}: 수식이 들어 있습니다. 값으로 적어 주십시오." for cell in returned.formulas]
    problems += [f"‘{title}’ 열이 없습니다." for title in returned.missing]
    problems += [
        f"{cell.place}: 표 밖의 글(‘{shorten(text_of(cell))}’)은 기록되지 않습니다. 비고로 옮기거나 지워 주십시오."
        for cell in returned.stray
    ]
    if not returned.answered_by:
        problems.append(f"‘{words()['sheet']['answered_by']}’를 적어 주십시오.")
    fillings: list[Filling] = []
    if not returned.missing:
        standing = in_force(recorded)
        for visit, row in _pairs(sheet, returned.rows, problems):
            problems += _changed(visit, row)
            before = standing.get((sheet.office_code, visit.workplace_id))
            filling = _filling(visit, row, before, (draw.drawn_at.date(), today), problems)
            if filling is not None:
                fillings.append(filling)
        if not fillings and not problems:
            problems.append("새로 적은 결과가 없습니다.")
    if problems:
        return Checked(problems, sha256, sheet, draw.name)
    return Checked([], sha256, sheet, draw.name, returned.answered_by, fillings)


def _pairs(sheet: SurveySheet, rows: Sequence[Row], problems: list[str]) -> Iterator[tuple[Visit, Row]]:
    """Yield each drawn place with its returned row; rows may be in any order."""
    counted = Counter(text_of(row.get("target_id")) for row in rows)
    for row in rows:
        name = text_of(row.get("target_id"))
        visit = sheet.by_target.get(name)
        if visit is None:
            number = next(iter(row.values())).row
            problems.append(
                f"{number}행: 이 목록에 없는 번호입니다(‘{shorten(name) or '빈칸'}’). 지워 주십시오."
            )
        elif counted[name] == 1:
            yield visit, row
    for name, visit in sheet.by_target.items():
        if not counted[name]:
            problems.append(f"{_called(visit)}의 행이 없습니다.")
        elif counted[name] > 1:
            problems.append(f"{_called(visit)}의 행이 {counted[name]}개입니다. 하나만 남겨 주십시오.")


def _called(visit: Visit) -> str:
    return f"{visit.target_id} {shorten(visit.shown['name'])}"


def _changed(visit: Visit, row: Row) -> Iterator[str]:
    """Yield a problem per changed cell of the read-only columns."""
    for column in columns():
        cell, issued = row.get(column.key), visit.shown.get(column.key, "")
        if not column.input and not _same(cell, issued, column):
            where = f"{cell.place} " if cell else ""
            yield (
                f"{where}{_called(visit)}: {with_particle(f'‘{column.title}’', '이/가')} 보낸 값과 다릅니다"
                f"(보낸 값 ‘{shorten(issued)}’, 지금 ‘{shorten(text_of(cell))}’)."
            )


def _same(cell: Filled | None, issued: str, column: Column) -> bool:
    """Return True if a cell equals the drawn value; programs change number formats and Unicode forms on saving."""
    if cell is not None and column.digits is not None and is_figure(issued):
        try:
            came = Decimal(str(cell.value))
            return came.is_finite() and round(came, column.digits + 6) == Decimal(issued)
        except InvalidOperation:
            return False
    written = text_of(cell)
    return (
        issued in {written, clean(unescape(written)), unicodedata.normalize("NFC", written)}
        or clean(issued) == written
    )


def _filling(
    visit: Visit, row: Row, before: Answer | None, days: tuple[dt.date, dt.date], problems: list[str]
) -> Filling | None:
    """Return the entry on a target; None if it has nothing new or has a problem."""
    inputs = {column.key: row.get(column.key) for column in columns() if column.input}
    if not any(text_of(cell) for cell in inputs.values()):
        return None
    count = len(problems)
    codes: dict[str, str | None] = {}
    for column in columns():
        if column.input and column.choices:
            codes[column.key] = _code(visit, column, inputs[column.key], problems)
    where = f"{next(iter(row.values())).row}행 {_called(visit)}"
    note = text_of(inputs["note"])
    if len(note) > LONGEST_NOTE:
        problems.append(f"{where}: 비고가 {LONGEST_NOTE:,}자를 넘습니다({len(note):,}자).")
    if not text_of(inputs["outcome"]):
        problems.append(f"{where}: 조사 결과를 목록에서 골라 주십시오.")
    day = date_of(inputs["visited_on"])
    if day is None:
        problems.append(f"{where}: 조사일을 2026-11-15와 같이 적어 주십시오.")
    elif not days[0] <= day <= days[1]:
        problems.append(
            f"{where}: 조사일은 목록을 뽑은 {days[0]}부터 오늘 {days[1]}까지여야 합니다(지금 {day})."
        )
    outcome = codes["outcome"]
    if outcome == ANSWERED:
        lacking = [
            column.title
            for column in columns()
            if column.key in NEEDED and column.choices and not text_of(inputs[column.key])
        ]
        if lacking:
            problems.append(
                f"{where}: ‘응답’이면 {', '.join(f'‘{title}’' for title in lacking)}도 적어 주십시오."
            )
    elif outcome and any(codes[key] for key in QUESTIONS if key != "lies_inside"):
        problems.append(
            f"{where}: 응답하지 않은 곳에 답이 적혀 있습니다. 조사 결과를 고치거나 답을 지워 주십시오."
        )
    if len(problems) > count or outcome is None or day is None:
        return None
    values = {key: codes[key] for key in QUESTIONS} | {"note": note or None}
    content = (outcome, day, *(values[key] for key in QUESTIONS), values["note"])
    return (
        None
        if before is not None and before.content == content
        else Filling(visit, outcome, day, values, before)
    )


def _code(visit: Visit, column: Column, cell: Filled | None, problems: list[str]) -> str | None:
    written = text_of(cell)
    if cell is None or not written:
        return None
    code = next((code for code, word in choices(column).items() if word == written), None)
    if code is None:
        problems.append(
            f"{cell.place} {_called(visit)}: {with_particle(f'‘{column.title}’', '을/를')} "
            f"{'·'.join(choices(column).values())} 가운데 골라 주십시오(지금 ‘{shorten(written)}’)."
        )
    return code
