"""The top of a report after its headline: the stages counted, the region's figures, the offices side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from sogong_pipeline.decisions.period import period_ko
from sogong_pipeline.pages import cells
from sogong_pipeline.pages.drawings import StageBar, StageBars
from sogong_pipeline.pages.geography import region_name
from sogong_pipeline.pages.parts import Cell, Column, Link, Picture, Row, Section, StageTile, Table
from sogong_pipeline.pages.wording import (
    NONE,
    month_ko,
    number,
    quarter_ko,
    signed,
    signed_change,
    texts,
    with_particle,
)
from sogong_pipeline.reports import fact_cells, trends
from sogong_pipeline.reports.scope import District, Scope, count_stages
from sogong_pipeline.reports.source import DistrictFact
from sogong_pipeline.reports.wording import report_texts, said_before, since, stage_noun
from sogong_pipeline.vocabulary import NATION, STAGES, Stage


def tiles(scope: Scope) -> tuple[StageTile, ...]:
    """One tile per stage."""
    total = len(scope.districts)
    return tuple(
        StageTile(
            stage=stage,
            label=texts().stages[stage],
            count=cells.count(scope.counts[stage]),
            unit="곳",
            share=f"{number(Decimal(100 * scope.counts[stage]) / total, 1)}%" if total else NONE,
            change=_change_of(scope, stage),
        )
        for stage in STAGES
    )


def stage_picture(scope: Scope) -> Picture:
    """The stages as bars: this quarter, and the one before where there is one."""
    councils = scope.source.councils
    now = period_ko(councils.period) if councils else quarter_ko(scope.source.quarter)
    bars = [(now, scope.counts)]
    if scope.source.previous and scope.counts_before:
        bars.append((said_before(scope.source.previous).removesuffix(" 의결"), scope.counts_before))
    title = "단계별 밀집지역 수"
    return Picture(StageBars(title, tuple(bars), texts().stages), title)


def overview(scope: Scope) -> Section:
    """How the region and its districts fare: figures by region, and the districts' common trend."""
    rows: list[tuple[str, DistrictFact]] = [("전국", scope.source.nation)]
    rows += [(region_name(code), scope.source.sidos[code]) for code in scope.sidos]
    table = Table(
        "regions",
        "지역 전체(밀집지역 밖 포함)",
        (Column("지역"), *fact_cells.level_columns("억원"), *fact_cells.change_columns()),
        tuple(
            Row(
                (Cell(label), *fact_cells.levels(fact, cells.HUNDRED_MILLION), *fact_cells.changes(fact)),
                strong=not place,
            )
            for place, (label, fact) in enumerate(rows)
        ),
        notes=fact_cells.table_notes([fact for _, fact in rows]),
    )
    trend = trends.total(scope)
    return Section(
        "overview",
        report_texts().headings["overview"],
        paragraphs=(report_texts().definitions,),
        tables=(table, *_adjusted(scope)),
        pictures=(trend,) if trend else (),
    )


def _adjusted(scope: Scope) -> tuple[Table, ...]:
    """The regions' workers of the last month without their season, where it is known."""
    named = {NATION: "전국", **{code: region_name(code) for code in scope.sidos}}
    found = {code: scope.source.adjusted[code] for code in named if code in scope.source.adjusted}
    if not found:
        return ()
    rows = tuple(
        Row(
            (
                Cell(named[code]),
                cells.unknown(one.status)
                if one.workers is None
                else cells.known(number(one.workers), one.workers, one.status, f"{number(one.workers, 1)}명"),
                *(
                    cells.unknown(one.status) if change is None else Cell(signed_change(change), change)
                    for change in (one.month_change_pct, one.quarter_change_pct)
                ),
            ),
            strong=code == NATION,
        )
        for code, one in found.items()
    )
    month = month_ko(scope.source.quarter.months[-1])
    columns = (
        Column("지역"),
        Column(month, "number", "명"),
        Column("전월 대비", "number", "%"),
        Column("3개월 전 대비", "number", "%"),
    )
    only = "corporations" in {one.scope for one in found.values()}
    notes = (*([report_texts().adjusted_corporations] if only else []), report_texts().adjusted_note)
    return (Table("adjusted", "계절조정 종사자 수(밀집지역 밖 포함)", columns, rows, notes),)


def offices(scopes: Sequence[Scope]) -> Section:
    """The offices side by side, for the national report; the first scope is the nation."""
    nation, *others = scopes
    rows = [
        _office_row(Link(scope.name, scope.stem), scope.districts)
        if scope.districts or not scope.undecided
        else _undecided_row(scope)
        for scope in others
    ]
    if nation.without_office and not nation.source.councils:
        places = dict.fromkeys(region_name(district.info.sido_code) for district in nation.without_office)
        label = Link(f"{'·'.join(places)}({texts().report['without_office']})", anchor="without_office")
        rows.append(_office_row(label, nation.without_office))
    rows.append(_office_row(Link(nation.name), nation.districts, strong=True))
    table = Table(
        "offices",
        f"지방청별 밀집지역의 {stage_noun(nation.source)}",
        (
            Column("지방청"),
            Column("밀집지역", "number", "곳"),
            *(Column(texts().stages[stage], "number", "곳") for stage in STAGES),
            Column("주의·심각 비율", "number", "%"),
            Column("단계 구성", "picture"),
        ),
        tuple(rows),
        notes=(
            *((f"괄호 안은 {since(nation.source)}과의 차이(곳)입니다.",) if nation.source.previous else ()),
            *(("의결하지 않은 지방청의 밀집지역은 합계에 들지 않습니다.",) if nation.undecided else ()),
            "주의·심각 비율은 판정보류를 뺀 밀집지역 가운데 주의나 심각인 곳의 비율입니다.",
        ),
    )
    return Section("offices", report_texts().headings["offices"], tables=(table,))


def _change_of(scope: Scope, stage: Stage) -> str:
    compared = since(scope.source)
    if scope.counts_before is None:
        return f"{compared} 없음" if scope.source.councils else "직전 분기 판정 없음"
    change = scope.counts[stage] - scope.counts_before[stage]
    if not change:
        return f"{with_particle(compared, '과/와')} 같음"
    return f"{compared} 대비 {signed(change, 0)}곳"


def _undecided_row(scope: Scope) -> Row:
    """An office whose council has not decided: its districts are in no other count."""
    why = "의결하지 않음"
    cells_of_stages = (Cell(NONE, hint=why) for _ in (*STAGES, "share"))
    return Row((Cell(scope.name, note=why), cells.count(len(scope.undecided)), *cells_of_stages, Cell(why)))


def _office_row(link: Link, districts: Sequence[District], *, strong: bool = False) -> Row:
    counts = count_stages(district.stage for district in districts)
    before = count_stages(district.before for district in districts if district.before)
    compared = any(before.values())
    total = len(districts)
    judged = total - counts["undetermined"]
    title = ", ".join(f"{texts().stages[stage]} {number(counts[stage])}곳" for stage in STAGES)
    return Row(
        (
            Cell(link.text, links=(link,) if link.report or link.anchor else ()),
            cells.count(total),
            *(
                replace(
                    cells.count(counts[stage]),
                    note=f"({signed(counts[stage] - before[stage], 0)})" if compared else "",
                )
                for stage in STAGES
            ),
            cells.share(counts["caution"] + counts["severe"], judged),
            Cell(title, drawing=StageBar(title, counts) if total else None),
        ),
        strong=strong,
    )
