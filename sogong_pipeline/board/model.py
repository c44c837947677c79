"""The stage board as a page: offices first, then quarters and months, the newest on top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from sogong_pipeline.board.source import BoardSource, MonthOnBoard, OfficeOnBoard, QuarterOnBoard
from sogong_pipeline.decisions.period import period_ko
from sogong_pipeline.pages import cells
from sogong_pipeline.pages.parts import Cell, Column, Format, Link, Masthead, Page, Row, Section, Table, Tone
from sogong_pipeline.pages.wording import NONE, month_ko, number, quarter_ko, signed, texts
from sogong_pipeline.renderers.published import INDEX
from sogong_pipeline.vocabulary import STAGES, Stage

BOARD = "board"
SUFFIXES: Mapping[Format, str] = {"html": "HTML", "pdf": "PDF", "xlsx": "XLSX", "hwpx": "HWPX"}
TONES: Mapping[str, Tone] = {"late": "bad", "stopped": "bad", "missing": "doubtful", "sent": "doubtful"}


@cache
def words() -> Mapping[str, Any]:
    """The fixed words of texts.yaml."""
    found: Mapping[str, Any] = yaml.safe_load(
        files(__package__).joinpath("texts.yaml").read_text(encoding="utf-8")
    )
    return found


def board(source: BoardSource) -> Page:
    """Put the state of an installation on one page."""
    sentences = _headline(source)
    return Page(
        stem=BOARD,
        kind="board",
        demo=source.demo,
        masthead=_masthead(source),
        headline=sentences,
        sections=(_offices(source), _quarters(source), _months(source)),
        others=(),
        summary=sentences[0],
        keywords=("지역중소기업", "밀집지역", "위기징후", "현황판"),
    )


def _masthead(source: BoardSource) -> Masthead:
    marks = (texts().report["demo"],) if source.demo else ()
    title = words()["title"]
    period = f"{period_ko(source.period)} 의결" if source.period else "의결표를 보내기 전"
    return Masthead(
        kicker=texts().report["kicker"],
        title=title,
        period=period,
        period_note=f"{source.made_at:%Y-%m-%d %H:%M} 기준",
        disclaimer=words()["disclaimer"],
        marks=marks,
        notices=(texts().report["demo_notice"],) if source.demo else (),
        watermark=" · ".join(marks),
        running_head=title,
        running_mark=" · ".join(marks),
    )


def _headline(source: BoardSource) -> tuple[str, ...]:
    states = Counter(office.state for office in source.offices)
    done = states["decided"] + states["mailed"]
    missing = [month_ko(month.month) for month in source.months if month.state != "in"]
    if source.period and source.deadline and source.quarter:
        first = (
            f"{period_ko(source.period)} 의결은 {quarter_ko(source.quarter)} 제안을 대상으로 하며 기한은 "
            f"{source.deadline}입니다. 지방청 {number(len(source.offices))}곳 가운데 {number(done)}곳이 의결했습니다."
        )
    else:
        first = "아직 의결표를 보내지 않았습니다."
    lacking = f"집계에 쓰이지 않는 달: {', '.join(missing)}." if missing else "빠진 달이 없습니다."
    return (first, lacking)


def _offices(source: BoardSource) -> Section:
    columns = (
        Column("지방청"), Column("상태"), Column("의결일"),
        *(Column(texts().stages[stage], "number", "곳") for stage in STAGES),
        Column("초안"), Column("의결표·자료"), Column("최종 보고서"),
    )  # fmt: skip
    rows = tuple(_office(source, office) for office in source.offices)
    table = Table("board-offices", "", columns, rows, (words()["notes"]["offices"],))
    return Section("offices", words()["headings"]["offices"], tables=(table,))


def _office(source: BoardSource, office: OfficeOnBoard) -> Row:
    quarter, has_sheet = source.quarter, office.state != "none"
    newest = source.quarters[0].quarter if source.quarters else None
    draft = f"{quarter or newest}/draft/{office.code}" if quarter or newest else ""
    final = f"{quarter}/final/{office.code}" if office.state in {"decided", "mailed"} else ""
    sheet = f"{source.period}/{office.code}" if has_sheet else ""
    sheets = (Link("의결표", sheet, suffix="xlsx"), Link("의결 자료", sheet)) if sheet else ()
    return Row(
        (
            Cell(office.name),
            Cell(words()["states"][office.state], tone=TONES.get(office.state, "")),
            Cell(str(office.decided_on) if office.decided_on else NONE),
            *(_count(office, stage) for stage in STAGES),
            _files(draft, ("html", "pdf")),
            Cell(", ".join(link.text for link in sheets) or NONE, links=sheets),
            _files(final, ("html", "pdf", "xlsx", "hwpx")),
        )
    )


def _count(office: OfficeOnBoard, stage: Stage) -> Cell:
    counted = cells.count(office.counts.get(stage, 0))
    if office.before is None:
        return counted
    change = office.counts.get(stage, 0) - office.before.get(stage, 0)
    return Cell(counted.text, counted.value, hint=counted.hint, note=f"({signed(change, 0)})")


def _quarters(source: BoardSource) -> Section:
    columns = (
        Column("분기"), Column("판본"), Column("작성"),
        *(Column(texts().stages[stage], "number", "곳") for stage in STAGES), Column("초안"),
    )  # fmt: skip
    rows = tuple(_quarter(quarter) for quarter in source.quarters)
    return Section(
        "quarters", words()["headings"]["quarters"], tables=(Table("board-quarters", "", columns, rows),)
    )


def _quarter(found: QuarterOnBoard) -> Row:
    return Row(
        (
            Cell(quarter_ko(found.quarter)),
            Cell(found.edition[:12], hint=found.edition),
            Cell(f"{found.recorded_at:%Y-%m-%d}"),
            *(cells.count(found.counts.get(stage, 0)) for stage in STAGES),
            _files(f"{found.quarter}/draft/{INDEX}", ("html", "pdf"))
            if not found.held
            else Cell(words()["held"], tone="bad", hint=found.held),
        )
    )


def _months(source: BoardSource) -> Section:
    columns = (
        Column("자료월"),
        Column("상태"),
        Column("받은 파일", "number", "개"),
        Column("점검"),
        Column("월간 동향"),
    )
    rows = tuple(_month(month) for month in source.months)
    return Section(
        "months", words()["headings"]["months"], tables=(Table("board-months", "", columns, rows),)
    )


def _month(found: MonthOnBoard) -> Row:
    return Row(
        (
            Cell(month_ko(found.month)),
            Cell(words()["months"][found.state], tone=TONES.get(found.state, "")),
            cells.count(found.files, "개"),
            _files(f"quality/{found.month}" if found.files else "", ("html",)),
            _files(f"monthly/{found.month}/{INDEX}" if found.bulletin else "", ("html", "pdf")),
        )
    )


def _files(stem: str, formats: tuple[Format, ...]) -> Cell:
    """Links to a page in its formats; a dash where it is not written."""
    if not stem:
        return Cell(NONE)
    links = tuple(Link(SUFFIXES[suffix], stem, suffix=suffix) for suffix in formats)
    return Cell(", ".join(link.text for link in links), links=links)
