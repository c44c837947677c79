"""Page of a month: each check with its reason, its result, and its trend over two years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import yaml

from sogong_pipeline.pages import cells
from sogong_pipeline.pages.drawings import LimitedSparkline, Limits
from sogong_pipeline.pages.parts import Bullet, Cell, Column, Link, Masthead, Page, Row, Section, Table
from sogong_pipeline.pages.wording import clean, month_ko, number
from sogong_pipeline.periods import Month
from sogong_pipeline.quality import SUITES
from sogong_pipeline.quality.gate import CHECKED
from sogong_pipeline.quality.placing import TABLE as PLACING
from sogong_pipeline.quality.titles import titles
from sogong_pipeline.quality_pages.history import Checked, History, trend_months
from sogong_pipeline.quality_pages.revision_section import by_revision
from sogong_pipeline.quality_pages.sido_section import by_sido
from sogong_pipeline.quality_pages.wording import (
    NOT_LOOKED_AT,
    SEVERITIES,
    STATES,
    TONES,
    figure,
    limits,
    notes,
)
from sogong_pipeline.renderers.published import INDEX

KICKER = "국민연금 가입 사업장 내역 품질 점검"
KEYWORDS = ("국민연금 가입 사업장 내역", "자료 품질", "점검")
DIGEST_SHOWN = 12
TABLES = (*CHECKED, PLACING)


def month_page(history: History, month: Month) -> Page:
    """Build the page of a month from the results of the gate.

    The file shown in full is the one ingested last, which needs attention when it was stopped.
    """
    files = history.of(month)
    shown = files[0]
    sentences = _headline(month, files)
    return Page(
        stem=str(month),
        kind="quality",
        demo=False,
        masthead=masthead(
            month_ko(month),
            f"{shown.checked_at:%Y-%m-%d} 점검",
            "" if shown.state == "passed" else STATES[shown.state],
        ),
        headline=sentences,
        sections=tuple(
            section
            for section in (
                _failures(shown),
                _accepted(shown),
                _files(files),
                _quarantined(shown),
                by_revision(history.revisions(month)),
                *(_table(history, month, shown, table) for table in TABLES),
                by_sido(history, month, shown),
            )
            if section is not None
        ),
        others=(Link("모든 달", INDEX),),
        summary=sentences[0],
        keywords=(*KEYWORDS, month_ko(month)),
    )


def masthead(period: str, note: str, state: str = "") -> Masthead:
    """Build the head of a page; the state is stamped on it."""
    title = "월별 자료 품질 점검"
    return Masthead(
        kicker=KICKER,
        title=title,
        period=period,
        period_note=note,
        disclaimer="",
        marks=(state,) if state else (),
        notices=(),
        watermark="",
        running_head=f"{title} · {period}",
        running_mark=state,
    )


def _headline(month: Month, files: Sequence[Checked]) -> tuple[str, ...]:
    shown, name = files[0], month_ko(month)
    failed, total = shown.failed, len(shown.results)
    critical = sum(result["severity"] == "critical" for result in failed)
    rows, staged = shown.file["rows"], shown.file["staged_rows"]
    verdict = {
        "passed": f"{name} 자료는 점검 {number(total)}개를 모두 통과했습니다.",
        "warned": f"{name} 자료는 통과했으나, 살펴볼 점이 {number(len(failed))}개 있습니다.",
        "stopped": f"{name} 파일은 반드시 지켜야 할 점검 {number(critical)}개에 어긋나 집계에서 뺐습니다.",
    }[shown.state]
    instead = ""
    if not shown.is_in_force:
        others = [clean(checked.file["file_name"]) for checked in files if checked.is_in_force]
        instead = (
            f"앞서 통과한 파일({others[0]})이 그대로 쓰입니다."
            if others
            else "이 달은 쓰이는 파일이 없습니다."
        )
    hold = (
        f"점검 {number(len(shown.holding))}개에 어긋나 보류 중입니다. "
        "확인하고 수용할 때까지 이 달에 기대는 분기의 보고서를 쓰지 않습니다."
        if shown.holding
        else ""
    )
    account = (
        f"받은 {number(rows)}행 가운데 {number(staged)}행을 읽고 {number(rows - staged)}행을 격리했습니다."
    )
    compared = "" if shown.is_compared else "전월 자료가 없어 전월과 비교하는 점검은 하지 못했습니다."
    return tuple(filter(None, (verdict, instead, hold, account, compared)))


def _failures(shown: Checked) -> Section | None:
    """Build the section of failed checks, each with its reason, before everything else."""
    if not shown.failed:
        return None
    bullets = tuple(
        Bullet(
            f"[{SEVERITIES[result['severity']]}] {result['title_ko']}",
            f"관측 {_figure(result)}, 기대 {limits(_limits(result), result['unit'])}. {result['reason_ko']}"
            + _record(result),
        )
        for result in shown.failed
    )
    return Section("failures", "어긋난 점검", bullets=bullets)


def _accepted(shown: Checked) -> Section | None:
    """Build the section of accepted doubts, with person and reason."""
    if not shown.accepted:
        return None
    bullets = tuple(
        Bullet(
            ", ".join(titles().get(name, name) for name in hold.names),
            f"{clean(hold.by or '')}, {hold.recorded_at[:10]}. {clean(hold.reason)}",
        )
        for hold in shown.accepted
    )
    return Section("accepted", "어긋났으나 확인하고 쓰기로 한 점검", bullets=bullets)


def _quarantined(shown: Checked) -> Section | None:
    """Build the section of quarantined rows by reason."""
    if not shown.reasons:
        return None
    bullets = tuple(Bullet(f"{number(count)}행", clean(reason)) for reason, count in shown.reasons)
    return Section("quarantine", "격리한 사유", bullets=bullets)


def _record(result: Mapping[str, Any]) -> str:
    """Return the record of the gate, where it is more than the figure."""
    is_figure = result["table"] == "month_profile" and ":" not in result["observed"]
    return "" if is_figure else f" (기록: {clean(result['observed'])})"


def _file(name: str, origin: str) -> Cell:
    """Build the cell of a file, with its origin where that differs from the file name."""
    return Cell(clean(name), note="" if origin == name else clean(origin))


def _files(files: Sequence[Checked]) -> Section:
    """Build the section of the month's files, the one ingested last first."""
    rows = tuple(
        Row(
            (
                _file(checked.file["file_name"], checked.file["origin"]),
                Cell(STATES[checked.state], tone=TONES[checked.state]),
                Cell("예" if checked.is_in_force else "아니요"),
                Cell(clean(checked.file["label"])),
                Cell(checked.file["sha256"][:DIGEST_SHOWN], hint=checked.file["sha256"]),
                Cell(checked.file["header_vintage"]),
                *(
                    cells.count(checked.file[name], unit)
                    for name, unit in (
                        ("rows", "행"),
                        ("staged_rows", "행"),
                        ("quarantined_rows", "행"),
                        ("unreadable_characters", "자"),
                    )
                ),
            )
        )
        for checked in files
    )
    columns = (
        Column("파일"), Column("결과"), Column("집계에 쓰임"), Column("공개일"), Column("SHA-256(앞 12자리)"),
        Column("서식"), Column("받은 행", "number"), Column("읽은 행", "number"), Column("격리한 행", "number"),
        Column("읽지 못한 글자", "number"),
    )  # fmt: skip
    return Section("files", "받은 파일", tables=(Table("files", "", columns, rows),))


def _table(history: History, month: Month, shown: Checked, table: str) -> Section | None:
    """Build the section of every check of one suite; None where the file was not checked by it yet."""
    results = [result for result in shown.results if result["table"] == table]
    if not results:
        return None
    months = trend_months(month)
    usual = [history.usual(earlier) for earlier in months[:-1]]
    columns = (
        Column("점검"), Column("등급"), Column("관측", "number"), Column("기대"), Column("결과"),
        Column("최근 24개월", "picture"),
    )  # fmt: skip
    rows = tuple(_row(result, [*usual, shown], months) for result in results)
    heading = yaml.safe_load((SUITES / f"{table}.yaml").read_text(encoding="utf-8"))["title_ko"]
    return Section(table, heading, tables=(Table("checks", "", columns, rows, notes=notes("checks")),))


def _row(result: Mapping[str, Any], usual: Sequence[Checked | None], months: Sequence[Month]) -> Row:
    values = [checked.figures.get(result["check"]) if checked else None for checked in usual]
    within, unit = _limits(result), result["unit"]
    readings = [
        f"{month_ko(month)} {figure(value, unit)}"
        for month, value in zip(months, values, strict=True)
        if value is not None
    ]
    title = (
        f"{result['title_ko']}: {'에서 '.join(dict.fromkeys([readings[0], readings[-1]]))}"
        if readings
        else ""
    )
    state = "통과" if result["passed"] else SEVERITIES[result["severity"]]
    tone = TONES[
        "passed" if result["passed"] else "stopped" if result["severity"] == "critical" else "warned"
    ]
    return Row(
        (
            Cell(result["title_ko"], hint=result["check"], note=result["reason_ko"]),
            Cell(SEVERITIES[result["severity"]]),
            Cell(_figure(result), hint=clean(result["observed"])),
            Cell(limits(within, unit)),
            Cell(NOT_LOOKED_AT if result["figure"] is None else state, tone=tone),
            Cell(
                title, drawing=_trend(values, within, title, with_limits=unit != "count" and within.most != 0)
            ),
        )
    )


def _trend(
    values: Sequence[Decimal | None], within: Limits, title: str, *, with_limits: bool
) -> LimitedSparkline | None:
    known = any(value is not None for value in values)
    return LimitedSparkline(title, values, within, with_limits) if known else None


def _limits(result: Mapping[str, Any]) -> Limits:
    return Limits(result["least"], result["most"])


def _figure(result: Mapping[str, Any]) -> str:
    return figure(result["figure"], result["unit"])
