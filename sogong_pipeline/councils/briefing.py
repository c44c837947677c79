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
from sogong_pipeline.pages.wording import NONE, number, quarter_ko, shorten, signed_change
from sogong_pipeline.pages.wording import texts as report_texts
from sogong_pipeline.periods import Quarter
from sogong_pipeline.vocabulary import OK, UNKNOWN, Stage

LISTED, NAMED = 30, 6
"""So many flagged districts, and names in a sentence, fit on the one page."""
UNSURE_PCT = 50
"""Below so many draws in a hundred with the same stage a proposal is called unsure."""
FLAGGED: frozenset[Stage] = frozenset({"severe", "caution"})

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
    labels, words = report_texts().stages, texts().briefing
    stages: tuple[Stage, ...] = ("severe", "caution", "good")
    proposed = ", ".join(f"{labels[stage]} {number(counts[stage])}곳" for stage in stages)
    held = counts["undetermined"]
    return (
        words["to_decide"].format(count=number(len(sheet.lines)), deadline=sheet.deadline),
        words["proposed" if held else "all_proposed"].format(stages=proposed, held=number(held)),
        words["how_held" if held else "how"],
    )


def _to_decide(sheet: Sheet) -> Section:
    found = [line for line in sheet.lines if line.stage in FLAGGED]
    heading = texts().briefing["first"]
    if not found:
        return Section("decide", heading, paragraphs=(texts().briefing["none_first"],))
    known = any(line.last_stage for line in sheet.lines)
    return _section("decide", heading, found[:LISTED], len(found), _last if known else None)


def _unsure(sheet: Sheet) -> Section:
    words = texts().briefing
    low = [line for line in sheet.lines if line.stage in FLAGGED and _is_unsure(line)]
    held = len(sheet.held)
    sentences = [
        words["unsure"].format(count=number(len(low)), names=_named(low)) if low else words["all_sure"],
        words["held"].format(count=number(held)) if held else words["none_held"],
    ]
    return Section("unsure", words["unsure_heading"], paragraphs=tuple(sentences))


def _is_unsure(line: Line) -> bool:
    """Whether the same stage comes out in fewer than half of the draws, or is of low confidence without any."""
    shown = line.shown["confidence"]
    return int(shown) < UNSURE_PCT if is_figure(shown) else shown == report_texts().confidence["low"]


def _changed(sheet: Sheet) -> Section:
    """What moved since the last decision: those flagged stand in the first table, those no longer flagged are named."""
    words = texts().briefing
    known = [line for line in sheet.lines if line.last_stage]
    changed = [line for line in known if line.last_stage != line.stage]
    if not known:
        sentences = [words["no_decision"]]
    elif not changed:
        sentences = [words["unchanged"]]
    else:
        worse = sum(line.stage in FLAGGED for line in changed)
        left = [line for line in changed if line.stage not in FLAGGED and line.last_stage in FLAGGED]
        rest = len(changed) - worse - len(left)
        sentences = [
            words["changed"].format(count=number(worse)) if worse else words["none_new"],
            words["left"].format(count=number(len(left)), names=_named(left)) if left else "",
            words["other_changes"].format(count=number(rest)) if rest else "",
        ]
    return Section("changed", words["changed_heading"], paragraphs=tuple(filter(None, sentences)))


def _named(lines: Sequence[Line]) -> str:
    names = ", ".join(shorten(line.name, 16) for line in lines[:NAMED])
    return names + (f" 외 {number(len(lines) - NAMED)}곳" if len(lines) > NAMED else "")


def _last(line: Line) -> Cell:
    return Cell(stage_label(line.last_stage) if line.last_stage else NONE, stage=line.last_stage)


def _figure(line: Line, key: str) -> Cell:
    """Return a figure of the sheet, a change with its sign."""
    shown = line.shown[key]
    if not is_figure(shown):
        return cells.unknown(line.statuses.get(key, UNKNOWN))
    value = Decimal(shown)
    text = number(value) if key == "workers" else signed_change(value)
    return cells.known(text, value, line.statuses.get(key, OK))


def _support(line: Line) -> Cell:
    """How often the same stage comes out, in percent."""
    shown = line.shown["confidence"]
    return Cell(shown, Decimal(shown)) if is_figure(shown) else Cell(shown)


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
                _support(line),
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
        Column("같은 단계가 나올 가능성", "number", "%"),
    )
    rest = count - len(rows)
    notes = (texts().briefing["rest"].format(count=number(rest)),) if rest else ()
    return Section(key, f"{heading} {number(count)}곳", tables=(Table(key, "", columns, rows, notes),))
