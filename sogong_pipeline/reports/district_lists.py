"""The districts of a report: flagged ones in full or in brief, and all of them in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sogong_pipeline.pages import cells
from sogong_pipeline.pages.parts import FORMATS, Card, Cell, Column, Row, Search, Section, Table
from sogong_pipeline.pages.wording import NONE, change_size, number, shorten, signed_change, texts
from sogong_pipeline.reports import fact_cells, trends
from sogong_pipeline.reports.scope import District, Scope, undetermined_key
from sogong_pipeline.reports.source import Flows, ReportSource
from sogong_pipeline.reports.wording import report_texts
from sogong_pipeline.vocabulary import MEASURES, Number

AT_A_GLANCE = 12
"""So many districts stand on the first page; the rest are counted."""


def glance(scope: Scope) -> Table | None:
    """The flagged districts by name, for the first page: what an officer looks for before anything else."""
    shown = scope.flagged[:AT_A_GLANCE]
    if not shown:
        return None
    rows = tuple(
        Row(
            (
                replace(fact_cells.linked(district, scope), note=district.place),
                fact_cells.stage(district),
                fact_cells.level(district.fact, "workers"),
                fact_cells.jobs_lost(district),
                fact_cells.change(district.fact, "workers", "year"),
                fact_cells.support(district),
                Cell(_in_short(district)),
            )
        )
        for district in shown
    )
    columns = (
        Column("밀집지역"),
        Column("단계", "stage"),
        Column("종사자", "number", "명"),
        Column("1년간 증감", "number", "명"),
        Column("1년 전 대비", "number", "%"),
        Column("같은 단계가 나올 가능성", "number", "%"),
        Column("사유"),
    )
    rest = len(scope.flagged) - len(shown)
    more = f" 이 밖의 {number(rest)}곳은 ‘{report_texts().headings['flagged']}’에 있습니다." if rest else ""
    facts = [district.fact for district in shown]
    notes = (report_texts().glance_note + more, *fact_cells.table_notes(facts, ("year",)))
    return Table("glance", report_texts().glance, columns, rows, notes)


def _in_short(district: District) -> str:
    """The reason in a few words: the council's own, or what fell most within a year."""
    if district.decided and district.decided.reason and district.differs:
        return shorten(district.decided.reason, 30)
    short = {"workplaces": "사업장", "workers": "종사자", "payroll_krw": "급여"}
    falls = [
        (found.change_pct, short[measure])
        for measure in MEASURES
        if (found := district.fact.changes.get((measure, "year"))) and found.change_pct is not None
    ]
    told = [f"{word} {signed_change(change)}%" for change, word in sorted(falls) if change < 0][:2]
    return "·".join(told) or NONE


def flagged(scope: Scope) -> Section:
    """Caution and severe districts: in full for an office, in a table for the nation."""
    heading = report_texts().headings["flagged"]
    named = "의결" if scope.source.councils else "제안"
    if not scope.flagged:
        return Section("flagged", heading, paragraphs=(f"주의나 심각으로 {named}된 밀집지역이 없습니다.",))
    lead = (report_texts().flagged_lead,)
    if scope.office is None:
        table = _brief(scope)
        return Section("flagged", heading, paragraphs=lead, tables=(table,))
    notes = (
        report_texts().confidence_meaning,
        trends.index_note(scope.source),
        *trends.break_notes(scope.source),
        *([report_texts().flows_meaning] if scope.source.flows else []),
    )
    cards = tuple(_card(scope.source, district) for district in scope.flagged)
    return Section("flagged", heading, paragraphs=(*lead, *notes), cards=cards, legend=trends.legend())


def every(scope: Scope) -> Section:
    """All districts of an office."""
    return Section(
        "districts",
        report_texts().headings["districts"],
        paragraphs=(_trend_note(scope.source),),
        tables=(
            _full(
                scope,
                scope.districts,
                search=Search(texts().report["search"], texts().report["found"]),
            ),
        ),
    )


def without_office(scope: Scope) -> Section:
    """The districts no office decides on, for the national report."""
    return Section(
        "without_office",
        report_texts().headings["without_office"],
        paragraphs=(
            "관할 지방중소벤처기업청이 없어 지방청별 보고서에 실리지 않는 밀집지역입니다. 이 보고서에만 싣습니다."
            + (" 의결하는 협의회가 없어 제안 단계이며, 셈에서 뺐습니다." if scope.source.councils else ""),
            _trend_note(scope.source),
        ),
        tables=(_full(scope, scope.without_office),),
    )


def _card(source: ReportSource, district: District) -> Card:
    fact = district.fact
    columns = (
        Column("지표"),
        Column("분기 월평균", "number"),
        *(
            Column(label, "number", unit, f"{texts().bases[base]} 대비")
            for base in fact_cells.LONG_BASES
            for label, unit in (("증감률", "%"), ("전국", "%"), ("격차", "%p"))
        ),
    )
    units = {"workplaces": "개", "workers": "명", "payroll_krw": "백만원"}
    rows = tuple(
        Row(
            (
                Cell(f"{texts().measures[measure]}({units[measure]})"),
                fact_cells.level(fact, measure),
                *(
                    figure(fact, measure, base)
                    for base in fact_cells.LONG_BASES
                    for figure in (fact_cells.change, fact_cells.nation_change, fact_cells.points)
                ),
            )
        )
        for measure in MEASURES
    )
    return Card(
        anchor=district.anchor,
        number=district.number or 0,
        name=district.name,
        place=" · ".join(filter(None, [district.info.kind_ko, district.place])),
        stage=fact_cells.stage(district),
        confidence=_confidence(district),
        facts=_facts(district),
        reason=reason(district),
        flows=_flows(source.flows.get(district.info.district_id)),
        table=Table("figures", "", columns, rows),
        trend=trends.of_district(source, district),
    )


def reason(district: District) -> str:
    """Why a stage is proposed; before it, of one decided otherwise or in its place, the council's words."""
    if not district.decided or not district.decided.reason:
        return district.proposal.reason_ko
    proposed = texts().stages[district.proposal.stage]
    return f"의결 사유: {district.decided.reason} (제안은 {proposed}: {district.proposal.reason_ko})"


def _flows(flows: Flows | None) -> str:
    """How many workplaces came and went within a year, and how, or nothing where that is not known."""
    if flows is None:
        return ""
    parts = [
        f"{words['name']} {number(sum(kinds.values()))}개{_kinds(kinds, words)}"
        for kinds, words in ((flows.entries, report_texts().entries), (flows.exits, report_texts().exits))
    ]
    provisional = report_texts().flows_provisional if flows.provisional else ""
    return f"{report_texts().flows_lead} {', '.join(parts)}{provisional}."


def _kinds(kinds: Mapping[str, int], words: Mapping[str, str]) -> str:
    """`(신규 3, 그 밖 1)`; kinds without a word of their own are the rest."""
    told = {words[kind]: count for kind in words if (count := kinds.get(kind))}
    rest = sum(kinds.values()) - sum(told.values())
    counts = {**told, words["rest"]: rest} if rest else told
    return f"({', '.join(f'{word} {number(count)}' for word, count in counts.items())})" if counts else ""


def _confidence(district: District) -> str:
    """`같은 단계가 나올 가능성 62%`; of a stage decided otherwise that it is the council's."""
    if district.differs:
        return "협의회가 제안과 다르게 정한 단계"
    if district.support_pct is None:
        level = district.proposal.confidence
        return f"신뢰도 {texts().confidence[level] if level else NONE}"
    return f"같은 단계가 나올 가능성 {number(district.support_pct)}%"


def _facts(district: District) -> tuple[str, ...]:
    """What else bears on the reading of a flagged district."""
    fact = district.fact
    bases = "·".join(fact_cells.corporation_bases(fact))
    found = (
        (fact.largest_share_pct, f"최대 사업장 비중 {_share(fact.largest_share_pct)}%"),
        (fact.joined, f"월평균 취득 {number(fact.joined)}명"),
        (fact.departed, f"상실 {number(fact.departed)}명"),
        (
            fact.ambiguous_workplaces or None,
            f"소속이 분명하지 않아 넣지 않은 사업장 {number(fact.ambiguous_workplaces)}개",
        ),
        (bases, f"{bases} 대비는 법인만 비교"),
        (fact_cells.months_note(fact), f"3개월 중 {fact.months}개월 자료"),
    )
    return tuple(words for known, words in found if known not in {None, ""})


def _share(value: Number | None) -> str:
    return NONE if value is None else change_size(value)


def _brief(scope: Scope) -> Table:
    rows = tuple(
        Row(
            (
                cells.count(district.number or 0),
                fact_cells.name(district, scope),
                fact_cells.stage(district),
                *fact_cells.levels(district.fact),
                *fact_cells.changes(district.fact, with_points=True),
                _spark(scope.source, district),
            ),
            detail=f"{_confidence(district)} · {reason(district)}",
        )
        for district in scope.flagged
    )
    columns = (
        Column("번호", "number"),
        Column("밀집지역"),
        Column("단계", "stage"),
        *fact_cells.level_columns("백만원"),
        *fact_cells.change_columns(),
        Column("3년 추이", "picture"),
    )
    facts = [district.fact for district in scope.flagged]
    notes = ("증감률 아래 괄호는 전국 증감률과의 격차(%p)입니다.", *fact_cells.table_notes(facts))
    return Table("flagged", "", columns, rows, (*notes, _trend_note(scope.source)))


def _full(scope: Scope, districts: Sequence[District], search: Search | None = None) -> Table:
    rows = tuple(
        Row(
            (
                fact_cells.name(district, scope),
                fact_cells.stage(district),
                *fact_cells.levels(district.fact),
                *fact_cells.changes(district.fact),
                _spark(scope.source, district),
                standing(district),
            ),
            anchor="" if district.number and scope.office else district.anchor,
        )
        for district in districts
    )
    columns = (
        Column("밀집지역"),
        Column("단계", "stage"),
        *fact_cells.level_columns("백만원"),
        *fact_cells.change_columns(),
        Column("3년 추이", "picture"),
        Column("같은 단계가 나올 가능성·보류 사유"),
    )
    notes = fact_cells.table_notes([district.fact for district in districts])
    return Table("districts", "", columns, rows, notes, search, formats=FORMATS - {"hwpx"})


def standing(district: District) -> Cell:
    """The confidence of a stage, or why there is none; and whether the values are whole."""
    if district.stage == "undetermined":
        words = report_texts().undetermined[undetermined_key(district)]["label"]
    else:
        words = "협의회 판단" if district.differs else _percent(district)
    fact = district.fact
    note = f"3개월 중 {fact.months}개월" if fact.status == "partial" else ""
    return Cell(words, note=note, hint=reason(district))


def _percent(district: District) -> str:
    """`62%`, or the level where nothing was drawn."""
    if district.support_pct is not None:
        return f"{number(district.support_pct)}%"
    level = district.proposal.confidence
    return texts().confidence[level] if level else NONE


def _spark(source: ReportSource, district: District) -> Cell:
    drawn = trends.spark(source, district)
    return Cell(NONE, drawing=drawn) if drawn else cells.unknown(of="추이")


def _trend_note(source: ReportSource) -> str:
    words = (
        "3년 추이는 월별 종사자 수이며 밀집지역마다 높이의 눈금이 다릅니다. 자료가 없는 달은 비워 두었습니다."
    )
    return " ".join([words, *trends.break_notes(source)])
