"""One-page briefing of a council's meeting: stages to decide, uncertain proposals, changes."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal

from sogong_pipeline.councils.sheet import Line, Sheet, is_figure
from sogong_pipeline.councils.wording import stage_label, texts
from sogong_pipeline.pages import cells
from sogong_pipeline.pages.parts import Cell, Column, Masthead, Page, Row, Section, Table
from sogong_pipeline.pages.wording import number, quarter_ko, shorten, signed
from sogong_pipeline.pages.wording import texts as report_texts
from sogong_pipeline.periods import Quarter
from sogong_pipeline.vocabulary import OK, UNKNOWN, Stage

LISTED, BESIDE_CHANGES, CHANGED, NAMED = 30, 20, 8, 4
"""Limits that fit one page: flagged districts alone, or beside changed ones, changed districts, names in a sentence."""

KEYWORDS = ("지역중소기업", "밀집지역", "위기징후", "의결 자료")


def briefing(sheet: Sheet, issued_at: dt.datetime, accepted: Sequence[str] = ()) -> Page:
    """Build the page of a sheet; `accepted` are notices of accepted checks of its months."""
    headline = _headline(sheet)
    return Page(
        stem=sheet.office_code,
        kind="briefing",
        demo=sheet.demo,
        masthead=_masthead(sheet, issued_at, accepted),
        headline=headline,
        sections=(_to_decide(sheet), _unsure(sheet), _changed(sheet)),
        others=(),
        summary=headline[0],
        keywords=(*KEYWORDS, sheet.office.name, sheet.half_year.said),
    )


def _masthead(sheet: Sheet, issued_at: dt.datetime, accepted: Sequence[str]) -> Masthead:
    words = report_texts().report
    marks = (words["demo"],) if sheet.demo else ()
    title = f"{sheet.office.name} 협의회 의결 자료"
    return Masthead(
        kicker=words["kicker"],
        title=title,
        period=f"{sheet.half_year.said} 의결",
        period_note=(
            f"{quarter_ko(Quarter.parse(sheet.quarter))} 자료로 제안 · {issued_at:%Y-%m-%d} 작성 · "
            f"판본 {sheet.edition} · {texts().sheet['number']} {sheet.number}"
        ),
        disclaimer=words["disclaimer"],
        marks=marks,
        notices=(*[words["demo_notice"]] * sheet.demo, *accepted),
        watermark=" · ".join(marks),
        running_head=f"{title} · {sheet.half_year.said}",
        running_mark=" · ".join([*marks, words["reference"]]),
    )


def _headline(sheet: Sheet) -> tuple[str, ...]:
    counts = Counter(line.stage for line in sheet.lines)
    labels = report_texts().stages
    stages: tuple[Stage, ...] = ("severe", "caution", "good")
    stage_counts = ", ".join(f"{labels[stage]} {number(counts[stage])}곳" for stage in stages)
    open_count = counts["undetermined"]
    return (
        f"밀집지역 {number(len(sheet.lines))}곳의 단계를 {sheet.deadline}까지 정합니다.",
        f"제안된 참고 단계는 {stage_counts}이고, {number(open_count)}곳은 판정보류입니다.",
        "판정보류인 곳은 단계를 정하거나 사유를 적어 보류를 유지하고, 제안과 다르게 정한 곳은 사유를 적습니다.",
    )


def _to_decide(sheet: Sheet) -> Section:
    flagged = [line for line in sheet.lines if line.stage in {"severe", "caution"}]
    listed = BESIDE_CHANGES if any(line.last_stage for line in sheet.lines) else LISTED
    heading = "먼저 정할 곳(심각·주의)"
    if not flagged:
        return Section("decide", heading, paragraphs=("주의나 심각으로 제안된 곳이 없습니다.",))
    return _section("decide", heading, flagged[:listed], len(flagged))


def _unsure(sheet: Sheet) -> Section:
    labels = report_texts().confidence
    low = [
        line
        for line in sheet.lines
        if line.stage in {"severe", "caution"} and line.shown["confidence"] == labels["low"]
    ]
    count = sum(line.stage == "undetermined" for line in sheet.lines)
    names = ", ".join(shorten(line.name, 16) for line in low[:NAMED])
    more = f" 외 {number(len(low) - NAMED)}곳" if len(low) > NAMED else ""
    sentences = [
        f"주의·심각 가운데 신뢰도 낮음 {number(len(low))}곳은 사업장이 적거나 빠진 달이 있어, 실제 변화가 없는데도 "
        f"우연히 줄어 보인 것일 수 있습니다: {names}{more}."
        if low
        else "주의·심각 가운데 신뢰도가 낮은 곳은 없습니다.",
        f"판정보류 {number(count)}곳은 공개 자료만으로 단계를 제안할 수 없습니다. 까닭은 의결표의 제안 근거에 있습니다."
        if count
        else "판정보류로 제안된 곳은 없습니다.",
    ]
    return Section("unsure", "제안이 확실하지 않은 곳", paragraphs=tuple(sentences))


def _changed(sheet: Sheet) -> Section:
    known = [line for line in sheet.lines if line.last_stage]
    changed = [line for line in known if line.last_stage != line.stage]
    heading = "직전 의결과 달라진 곳"
    if not known:
        return Section("changed", heading, paragraphs=("비교할 직전 의결이 없습니다.",))
    if not changed:
        return Section("changed", heading, paragraphs=("제안된 단계가 직전 의결과 모두 같습니다.",))
    return _section("changed", heading, changed[:CHANGED], len(changed), _last)


def _last(line: Line) -> Cell:
    return Cell(stage_label(line.last_stage) if line.last_stage else "", stage=line.last_stage)


def _figure(line: Line, key: str) -> Cell:
    """Return a figure of the sheet, a change with its sign."""
    shown = line.shown[key]
    if not is_figure(shown):
        return cells.unknown(line.statuses.get(key, UNKNOWN))
    value = Decimal(shown)
    text = number(value) if key == "workers" else signed(value)
    return cells.known(text, value, line.statuses.get(key, OK))


def _section(
    key: str,
    heading: str,
    listed: Sequence[Line],
    count: int,
    before: Callable[[Line], Cell] | None = None,
) -> Section:
    """Tabulate districts, one line each; the reasons of the proposals are on the sheet."""
    rows = tuple(
        Row(
            (
                Cell(shorten(line.name, 24)),
                Cell(line.place),
                *((before(line),) if before else ()),
                Cell(report_texts().stages[line.stage], stage=line.stage),
                _figure(line, "workers"),
                *(_figure(line, f"{measure}_year") for measure in ("workplaces", "workers", "payroll")),
                Cell(line.shown["confidence"]),
            )
        )
        for line in listed
    )
    columns = (
        Column("밀집지역"),
        Column("소재지"),
        *((Column("직전 의결", "stage"),) if before else ()),
        Column("제안", "stage"),
        Column("종사자", "number", "명"),
        *(Column(label, "number", "%", "1년 전 대비 증감률") for label in ("사업장", "종사자", "급여")),
        Column("신뢰도"),
    )
    rest = count - len(rows)
    notes = (f"이 밖의 {number(rest)}곳은 의결표에 같은 순서로 있습니다.",) if rest else ()
    return Section(key, f"{heading} {number(count)}곳", tables=(Table(key, "", columns, rows, notes),))
