"""Validate a returned sheet against the issued one: return every problem at once, or decisions ready to record."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from openpyxl.utils.escape import unescape

from sogong_pipeline.councils.issue import Issue, current_issue, issues
from sogong_pipeline.councils.returned import Returned, Row, read_returned
from sogong_pipeline.councils.sheet import FORM, Line, Sheet, is_figure
from sogong_pipeline.councils.wording import Column, choices, columns, stage_label, texts
from sogong_pipeline.councils.workbook import IDENTITY
from sogong_pipeline.decisions.decision import Decision, Kind, decisions, in_force
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import Lake, sha256_of
from sogong_pipeline.pages.wording import clean, shorten, with_particle
from sogong_pipeline.sheets.intake import Filled, UnreadableError
from sogong_pipeline.sheets.values import date_of, text_of
from sogong_pipeline.vocabulary import STAGES, Stage

LONGEST_REASON = 2_000
LEAST_SYLLABLES, LEAST_LETTERS = 2, 4
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
MOST_EQUAL = 3
"""Above this number equal problems are merged into one line."""
PLACES_NAMED = 30


@dataclass(frozen=True)
class Judged:
    """A council's decision on one district, from a valid sheet."""

    line: Line
    stage: Stage
    reason: str | None
    replaces: Decision | None


@dataclass(frozen=True)
class Checked:
    """Result of validating a returned sheet: its problems, or the decisions to record, never both.

    Attributes:
        problems: Sentences in Korean, each with its place in the file.
        sha256: Digest of the file.
        sheet: The identified sheet; None if unidentified.
    """

    problems: Sequence[str]
    sha256: str
    sheet: Sheet | None = None
    kind: Kind = "decision"
    decided_on: dt.date | None = None
    decided_by: str = ""
    judged: Sequence[Judged] = ()


def check(lake: Lake, file: Path, today: dt.date, period: HalfYear | None = None) -> Checked:
    """Read a returned sheet and validate it against the issued one and the recorded decisions.

    Args:
        lake: holds sheets and decisions.
        file: the returned file.
        today: latest valid day of a decision.
        period: the period of its inbox; None takes the sheet's own.
    """
    sha256 = sha256_of(file)
    try:
        returned = read_returned(file)
    except UnreadableError as error:
        return Checked([str(error)], sha256)
    identity = returned.identity
    try:
        own = HalfYear.parse(identity["period"])
    except RefusedError:
        return Checked(
            [f"의결표의 식별 정보가 바뀌었습니다(의결 시기 ‘{shorten(identity['period'])}’)."], sha256
        )
    if period and own != period:
        return Checked([f"{own.said} 의결표입니다. 이번에 받는 것은 {period.said} 의결표입니다."], sha256)
    issue = current_issue(lake, own)
    if issue is None:
        return Checked([f"{own.said} 의결표는 아직 보낸 적이 없습니다."], sha256)
    # A later deadline makes new sheets of the same edition; earlier ones may still be returned.
    sheets = {
        other.sheets[office].digest: (other.sheets[office], other.issued_at.date())
        for other in issues(lake, own)
        for office in other.sheets
        if other.edition == issue.edition
    }
    issued = sheets.get(identity["digest"])
    if issued is None or (foreign := _foreign(identity, issue, issued[0])):
        return Checked([foreign if issued else _foreign(identity, issue, None)], sha256)
    return _against(issued[0], returned, decisions(lake, str(own)), sha256, (issued[1], today))


def _foreign(identity: Mapping[str, str], issue: Issue, sheet: Sheet | None) -> str:
    """Return the reason why a sheet matches no issued one; empty if it matches."""
    if identity[IDENTITY] != str(FORM):
        return f"지금 쓰지 않는 양식({shorten(identity[IDENTITY])})입니다. 새로 보낸 의결표에 채워 주십시오."
    if (identity["quarter"], identity["edition"]) != (str(issue.quarter), issue.edition):
        return (
            f"{shorten(identity['quarter'])} 판본 {shorten(identity['edition'])}의 의결표입니다. "
            f"이번 의결은 {issue.quarter} 판본 {issue.edition}의 제안으로 합니다. 새로 보낸 의결표에 채워 주십시오."
        )
    if sheet is None:
        return "식별 정보가 보낸 의결표와 다릅니다. 마지막에 보낸 의결표에 채워 주십시오."
    if identity["office"] != sheet.office_code:
        return f"의결표의 식별 정보가 바뀌었습니다(지방청 ‘{shorten(identity['office'])}’)."
    return ""


def _against(
    sheet: Sheet,
    returned: Returned,
    recorded: Sequence[Decision],
    sha256: str,
    days: tuple[dt.date, dt.date],
) -> Checked:
    """Validate an identified sheet; the day of the council must lie between the two days."""
    problems = [f"{cell.place}: 수식이 들어 있습니다. 값으로 적어 주십시오." for cell in returned.formulas]
    problems += [f"‘{title}’ 열이 없습니다." for title in returned.missing]
    problems += [
        f"{cell.place}: 표 밖의 글(‘{shorten(text_of(cell))}’)은 기록되지 않습니다. 의결 사유로 옮기거나 지워 주십시오."
        for cell in returned.stray
    ]
    problems += [
        f"{note.place}: 메모(‘{shorten(clean(note.text))}’)는 기록되지 않습니다. 의결 사유로 옮기거나 지워 주십시오."
        for note in returned.comments
    ]
    kind, decided_on, decided_by = _form(returned, days, problems)
    own = [row for row in recorded if row.office_code == sheet.office_code]
    if any(row.sheet_sha256 == sha256 for row in own):
        problems.append("이미 기록된 의결표와 똑같은 파일입니다.")
    elif own and kind == "decision":
        problems.append(
            "이미 의결이 기록되어 있습니다. 바로잡으려면 구분을 ‘정정’으로, 이의신청을 받아들였으면 "
            "‘이의신청 반영’으로 고르고 바뀐 곳에 사유를 적어 주십시오."
        )
    elif not own and kind != "decision":
        problems.append(
            f"기록된 의결이 없어 ‘{texts().kinds[kind]}’할 것이 없습니다. 구분을 ‘의결’로 골라 주십시오."
        )
    judged: list[Judged] = []
    if not returned.missing:
        standing = in_force(own)
        pairs = [
            (line, _with_held(line, row, returned.held))
            for line, row in _pairs(sheet, returned.rows, problems)
        ]
        problems += _held_problems(pairs, returned.held)
        for line, row in pairs:
            problems += _changed(line, row)
            if _is_bare(row, returned.held):
                continue
            decision = _judged(
                line, row, standing.get(line.district_id) if kind != "decision" else None, problems
            )
            if decision:
                judged.append(decision)
        if kind != "decision" and own and not judged and not problems:
            problems.append("기록된 의결과 달라진 곳이 없습니다.")
    if problems:
        return Checked(gathered(problems), sha256, sheet)
    return Checked([], sha256, sheet, kind, decided_on, decided_by, judged)


def _form(
    returned: Returned, days: tuple[dt.date, dt.date], problems: list[str]
) -> tuple[Kind, dt.date | None, str]:
    words = texts().sheet
    written = text_of(returned.form.get("kind"))
    kinds = {label: kind for kind, label in texts().kinds.items()}
    if written not in kinds:
        problems.append(
            f"‘{words['kind']}’은 {', '.join(kinds)} 가운데 하나를 골라 주십시오(지금 ‘{shorten(written)}’)."
        )
    cell = returned.form.get("decided_on")
    decided_on = date_of(cell)
    if decided_on is None:
        now = f"(지금 ‘{shorten(text_of(cell))}’)" if cell else ""
        problems.append(f"‘{words['decided_on']}’을 {words['date']}{now}")
    elif not days[0] <= decided_on <= days[1]:
        problems.append(
            f"‘{words['decided_on']}’은 의결표를 보낸 {days[0]}부터 오늘 {days[1]}까지여야 합니다(지금 {decided_on})."
        )
    decided_by = text_of(returned.form.get("decided_by"))
    if not decided_by:
        problems.append(f"‘{words['decided_by']}’를 적어 주십시오.")
    return kinds.get(written, "decision"), decided_on, decided_by


def _pairs(sheet: Sheet, rows: Sequence[Row], problems: list[str]) -> Iterator[tuple[Line, Row]]:
    """Yield each issued line with its returned row; rows may be in any order."""
    by_id = {clean(line.district_id): line for line in sheet.lines}
    counted = Counter(text_of(row.get("district_id")) for row in rows)
    for row in rows:
        district_id = text_of(row.get("district_id"))
        line = by_id.get(district_id)
        if line is None:
            number = next(iter(row.values())).row
            shown = shorten(district_id) or "빈칸"
            problems.append(f"{number}행: 이 의결표에 없는 관리번호입니다(‘{shown}’). 지워 주십시오.")
        elif counted[district_id] == 1:
            yield line, row
    for district_id, line in by_id.items():
        if not counted[district_id]:
            problems.append(f"{_called(line)}의 행이 없습니다.")
        elif counted[district_id] > 1:
            problems.append(f"{_called(line)}의 행이 {counted[district_id]}개입니다. 하나만 남겨 주십시오.")


def _with_held(line: Line, row: Row, held: Row | None) -> Row:
    """The row of a district, kept open by the one reason for all where its own says nothing else."""
    if held is None or line.stage != "undetermined" or text_of(row.get("stage")) not in {"", texts().open}:
        return row
    own = row.get("reason")
    reason = own if text_of(own) else held.get("reason")
    return {**row, "stage": held["district_id"], **({"reason": reason} if reason else {})}


def _held_problems(pairs: Sequence[tuple[Line, Row]], held: Row | None) -> Iterator[str]:
    """What lacks in the row that keeps districts open, said once and not for each of them."""
    if held is None:
        return
    stage, where = held.get("stage"), f"{held['district_id'].row}행"
    if text_of(stage) not in {"", texts().open}:
        yield (
            f"{where}: ‘{texts().open}’ 묶음의 단계는 바꿀 수 없습니다(지금 ‘{shorten(text_of(stage))}’). "
            "단계를 정한 곳은 그 아래에서 골라 주십시오."
        )
    bare = sum(_is_bare(row, held) for _, row in pairs)
    if bare:
        yield f"{where}: 판정보류를 유지하는 {bare}곳의 사유를 한 번 적어 주십시오."


def _is_bare(row: Row, held: Row | None) -> bool:
    return held is not None and row.get("stage") is held["district_id"] and not row.get("reason")


def _called(line: Line) -> str:
    return f"{line.district_id} {shorten(line.name)}"


def _changed(line: Line, row: Row) -> Iterator[str]:
    """Yield a problem per changed cell of the read-only columns."""
    for column in columns():
        cell, issued = row.get(column.key), line.shown.get(column.key, "")
        if not column.input and not _same(cell, issued, column):
            where = f"{cell.place} " if cell else ""
            yield (
                f"{where}{_called(line)}: {with_particle(f'‘{column.title}’', '이/가')} 보낸 값과 다릅니다"
                f"(보낸 값 ‘{shorten(issued)}’, 지금 ‘{shorten(text_of(cell))}’)."
            )


def _same(cell: Filled | None, issued: str, column: Column) -> bool:
    """Return True if a cell equals the issued value; programs change number formats and Unicode forms on saving."""
    if cell is not None and column.digits is not None and is_figure(issued):
        if isinstance(cell.value, bool):
            return False
        try:
            came = Decimal(_without_separators(cell.value))
            return came.is_finite() and round(came, column.digits + 6) == Decimal(issued)
        except InvalidOperation:
            return False
    written = text_of(cell)
    return (
        issued in {written, clean(unescape(written)), unicodedata.normalize("NFC", written)}
        or clean(issued) == written
    )


def _without_separators(value: object) -> str:
    """Return a number as text without thousands separators."""
    text = unicodedata.normalize("NFKC", str(value)).strip()
    return text.replace(",", "") if THOUSANDS.fullmatch(text) else text


def _says_something(reason: str) -> bool:
    """Return True if a reason has content: two Korean syllables, or a word in other letters."""
    syllables = sum("가" <= letter <= "힣" or "一" <= letter <= "鿿" for letter in reason)
    letters = sum(letter.isascii() and letter.isalpha() for letter in reason)
    return syllables >= LEAST_SYLLABLES or letters >= LEAST_LETTERS


def _judged(line: Line, row: Row, standing: Decision | None, problems: list[str]) -> Judged | None:
    """Return the decision of a row; None if it has a problem, or a correction without changes."""
    cell, written = row.get("stage"), text_of(row.get("stage"))
    stages = {stage_label(stage): stage for stage in STAGES}
    where = f"{cell.place} " if cell else f"{next(iter(row.values())).row}행 "
    if written not in choices(line.stage):
        now = f"(지금 ‘{shorten(written)}’)" if written else ""
        problems.append(
            f"{where}{_called(line)}: 의결 단계를 {'·'.join(choices(line.stage))} 가운데 골라 주십시오{now}."
        )
        return None
    stage, reason = stages[written], text_of(row.get("reason")) or None
    if reason and len(reason) > LONGEST_REASON:
        problems.append(
            f"{where}{_called(line)}: 의결 사유가 {LONGEST_REASON:,}자를 넘습니다({len(reason):,}자)."
        )
    if standing is not None:
        if (stage, reason) == (standing.stage, standing.reason):
            return None
        if not reason or reason == standing.reason or not _says_something(reason):
            was = stage_label(standing.stage)
            problems.append(
                f"{where}{_called(line)}: 기록된 의결(‘{was}’)을 바꾸는 사유를 새로 적어 주십시오."
            )
    elif not _says_something(reason or "") and (stage != line.stage or stage == "undetermined"):
        why = (
            "보류를 유지하는"
            if stage == "undetermined"
            else f"제안(‘{line.shown['proposal']}’)과 다르게 정한"
        )
        now = f" 두 글자가 넘는 말로 적어야 합니다(지금 ‘{shorten(reason)}’)." if reason else ""
        problems.append(f"{where}{_called(line)}: {why} 사유를 적어 주십시오.{now}")
    return Judged(line, stage, reason, standing)


def gathered(problems: Sequence[str]) -> list[str]:
    """Return the problems in order; many equal ones become one line with their number and places.

    Problems are equal if they have the same text after the place, ignoring brackets.
    """
    equal: dict[str, list[str]] = {}
    for problem in problems:
        equal.setdefault(_said(problem), []).append(problem)
    lines = []
    for text, same in equal.items():
        if len(same) <= MOST_EQUAL or text == same[0]:
            lines += same
            continue
        places = [problem.partition(" ")[0].rstrip(":") for problem in same]
        more = f" 등 {len(same)}곳" if len(same) > PLACES_NAMED else ""
        lines.append(f"{len(same)}건({', '.join(places[:PLACES_NAMED])}{more}): {text}")
    return lines


def _said(problem: str) -> str:
    """Return the text of a problem after its place and district, without brackets."""
    place, colon, rest = problem.partition(": ")
    return re.sub(r"\([^()]*\)", "", rest) if colon and place else problem
