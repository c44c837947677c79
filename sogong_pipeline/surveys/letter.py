"""Cover letter of an office's lists: numbers of places, method of the draw, changes. It names no firm."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from sogong_pipeline.pages.parts import Bullet, Cell, Column, Format, Masthead, Page, Row, Section, Table
from sogong_pipeline.pages.wording import number, quarter_ko, texts
from sogong_pipeline.periods import Quarter
from sogong_pipeline.surveys.sheet import SurveySheet, changes
from sogong_pipeline.surveys.wording import words

FORMATS: Sequence[Format] = ("html", "pdf", "hwpx")
"""Formats of the letter; the list itself is the workbook beside it."""


def letter(
    sheet: SurveySheet,
    drawn_at: dt.datetime,
    before: SurveySheet | None,
    accepted: Sequence[str] = (),
) -> Page:
    """Build the page of an office's cover letter.

    Args:
        sheet: the lists.
        drawn_at: time of the draw.
        before: the replaced lists of the same quarter, if any.
        accepted: notices of what was accepted of the months that the quarter rests on.
    """
    headline = _headline(sheet)
    sections = [_summary(sheet), _changes(sheet, before), _how(), _privacy()]
    return Page(
        stem=sheet.office_code,
        kind="survey",
        demo=sheet.demo,
        masthead=_masthead(sheet, drawn_at, accepted),
        headline=headline,
        sections=tuple(section for section in sections if section is not None),
        others=(),
        summary=headline[0],
        keywords=(*words()["letter"]["keywords"], sheet.office.name),
    )


def _masthead(sheet: SurveySheet, drawn_at: dt.datetime, accepted: Sequence[str]) -> Masthead:
    wording, shared = words()["letter"], texts().report
    period = quarter_ko(Quarter.parse(sheet.quarter))
    marks = (shared["demo"],) if sheet.demo else ()
    title = f"{sheet.office.name} {wording['title']}"
    return Masthead(
        kicker=shared["kicker"],
        title=title,
        period=period,
        period_note=(
            f"{drawn_at:%Y-%m-%d} 추출 · 판본 {sheet.edition} · {words()['sheet']['number']} {sheet.number}"
        ),
        disclaimer=wording["disclaimer"],
        marks=marks,
        notices=(*[shared["demo_notice"]] * sheet.demo, *accepted),
        watermark=" · ".join(marks),
        running_head=f"{title} · {period}",
        running_mark=" · ".join(marks),
    )


def _headline(sheet: SurveySheet) -> tuple[str, ...]:
    counts = Counter(visit.list for visit in sheet.visits)
    lists = words()["lists"]
    parts = ", ".join(f"{lists[kind]} {number(counts[kind])}곳" for kind in lists)
    low = sum(visit.shown["grade"] == words()["grades"]["low"] for visit in sheet.visits)
    sentences = (
        f"주의·심각 밀집지역 {number(len(sheet.districts))}곳에서 방문할 사업장 "
        f"{number(len(sheet.visits))}곳을 뽑았습니다({parts}).",
        f"무작위로 뽑은 곳의 추출 대상은 사업장 {number(sheet.frame_size)}곳입니다."
        if counts["random"]
        else "무작위로 뽑을 사업장이 남지 않았습니다.",
        f"소속 판정이 낮은 {number(low)}곳은 밀집지역 안에 있는지부터 확인해 주십시오." if low else "",
        f"명단과 조사 항목은 함께 보내는 {sheet.office_code}.xlsx에 있습니다. 채운 파일을 그대로 돌려보내 주십시오.",
    )
    return tuple(filter(None, sentences))


def _summary(sheet: SurveySheet) -> Section:
    visited = Counter(visit.district_id for visit in sheet.visits)
    rows = tuple(
        Row(
            (
                Cell(row["district"], note=row["place"]),
                Cell(row["stage"], note=f"신뢰도 {row['confidence']}"),
                _count(int(row["workplaces"])),
                _count(int(row["needed"])),
                _count(visited[row["district_id"]]),
            )
        )
        for row in sheet.districts
    )
    total = Row(
        (
            Cell("합계"),
            Cell(""),
            *(_count(sum(int(row[key]) for row in sheet.districts)) for key in ("workplaces", "needed")),
            _count(len(sheet.visits)),
        ),
        strong=True,
    )
    columns = (
        Column("밀집지역"),
        Column("단계"),
        Column("사업장", "number", "곳"),
        Column("필요 응답", "number", "곳"),
        Column("방문 대상", "number", "곳"),
    )
    table = Table("survey-districts", "", columns, (*rows, total), tuple(words()["sheet"]["districts_guide"]))
    wording = words()["letter"]
    return Section("summary", wording["headings"]["summary"], paragraphs=(wording["basis"],), tables=(table,))


def _changes(sheet: SurveySheet, before: SurveySheet | None) -> Section | None:
    if before is None:
        return None
    change = changes(before, sheet)
    sentence = (
        f"판본 {before.edition}의 목록({before.number})을 대신합니다. 새로 든 곳 {number(change.added)}곳, 빠진 곳 "
        f"{number(change.dropped)}곳, 그대로인 곳 {number(change.kept)}곳입니다. "
        "앞선 목록에 채운 응답도 기록할 수 있습니다."
    )
    return Section("changes", words()["letter"]["headings"]["changes"], paragraphs=(sentence,))


def _how() -> Section:
    wording = words()["letter"]
    bullets = tuple(Bullet(title, text) for title, text in wording["how"].items())
    return Section("how", wording["headings"]["how"], bullets=bullets)


def _privacy() -> Section:
    wording = words()["letter"]
    return Section("privacy", wording["headings"]["privacy"], paragraphs=(wording["privacy"],))


def _count(value: int) -> Cell:
    return Cell(number(value), value)
