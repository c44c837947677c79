"""Drafts of prevention plans as pages: known content is filled in and cited, the rest is a labelled field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from sogong_pipeline.decisions.decision import Decision
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.industries.divisions import divisions
from sogong_pipeline.pages.acceptances import accepted_notices
from sogong_pipeline.pages.geography import region_name
from sogong_pipeline.pages.parts import Cell, Column, Masthead, Page, Row, Section, Table
from sogong_pipeline.pages.wording import NONE, clean, number, quarter_ko, texts
from sogong_pipeline.programmes.programme import SPECIAL_AREA, Programme, programmes, tied, untied
from sogong_pipeline.programmes.support import Support, by_programme
from sogong_pipeline.reports import fact_cells
from sogong_pipeline.reports.scope import District, scopes
from sogong_pipeline.surveys.results import results_section
from sogong_pipeline.trends.collect import AreaTrend, TrendSource
from sogong_pipeline.trends.model import headline
from sogong_pipeline.vocabulary import Stage

FLAGGED: tuple[Stage, Stage] = ("severe", "caution")
NAMED = 3
SUMMED_UP = 2
EXTRACT = "sigungu-"
"""Prefix of the stems of extracts."""


@dataclass(frozen=True)
class PlanSource:
    """Data of the drafts of a half-year.

    Attributes:
        period: The half-year.
        trend: The trend of the judged quarter.
        decisions: Council decisions on the quarter, by district.
        support: Support recorded by offices in the half-year.
    """

    period: HalfYear
    trend: TrendSource
    decisions: Mapping[str, Decision]
    support: Sequence[Support] = ()

    @property
    def districts(self) -> list[District]:
        """Every district of the quarter, in the order of the nation's report."""
        return list(next(scopes(self.trend.report)).districts)

    def stage(self, district: District) -> Stage:
        """Return the decided stage, or else the proposed one."""
        decided = self.decisions.get(district.info.district_id)
        return decided.stage if decided else district.proposal.stage

    def flagged(self, districts: Sequence[District]) -> list[District]:
        """Return the districts in severe, then those in caution."""
        flagged = [one for one in districts if self.stage(one) in FLAGGED]
        return sorted(flagged, key=lambda one: FLAGGED.index(self.stage(one)))


@cache
def words() -> Mapping[str, Any]:
    """Return the fixed wording of texts.yaml; cached."""
    fixed: Mapping[str, Any] = yaml.safe_load(
        files(__package__).joinpath("texts.yaml").read_text(encoding="utf-8")
    )
    return fixed


def build_plans(source: PlanSource) -> list[Page]:
    """Build a draft per 시도 with a district, by code, each followed by an extract per 시군구 with a flagged one."""
    pages = []
    for code in sorted({one.info.sido_code for one in source.districts}):
        own = [one for one in source.districts if one.info.sido_code == code]
        pages.append(plan_page(source, code, own))
        for sigungu in sorted({one.info.sigungu_code for one in source.flagged(own)}):
            inside = [one for one in own if one.info.sigungu_code == sigungu]
            pages.append(plan_page(source, code, inside, sigungu))
    return pages


def plan_page(source: PlanSource, sido: str, districts: Sequence[District], sigungu: str = "") -> Page:
    """Build one draft.

    Args:
        source: data of the drafts.
        sido: code of the 시도.
        districts: the districts to cover.
        sigungu: code of the 시군구 of an extract; empty otherwise.
    """
    name, area = region_name(sigungu or sido), source.trend.areas.get(sido)
    sentences = _headline(source, name, districts)
    return Page(
        stem=f"{EXTRACT}{sigungu}" if sigungu else f"sido-{sido}",
        kind="plan",
        demo=source.trend.report.demo,
        masthead=_masthead(source, name, is_extract=bool(sigungu)),
        headline=sentences,
        sections=(
            _basis(source, name, districts),
            _trend(source, area),
            _stages(source, districts),
            *_causes(source, area, districts),
            _tasks(source, sido, districts),
            _severe(source, districts),
            _review(),
        ),
        others=(),
        summary=" ".join(sentences[:SUMMED_UP]),
        keywords=(*words()["keywords"], name, source.period.said),
    )


def _counts(source: PlanSource, districts: Sequence[District]) -> Counter[Stage]:
    return Counter(source.stage(one) for one in districts)


def _headline(source: PlanSource, name: str, districts: Sequence[District]) -> tuple[str, ...]:
    counts = _counts(source, districts)
    return (
        f"{name}의 밀집지역 {number(len(districts))}곳 가운데 심각 {number(counts['severe'])}곳, "
        f"주의 {number(counts['caution'])}곳입니다.",
        "자료로 알 수 있는 것만 채운 초안이며, 나머지는 이름을 붙인 빈칸으로 두었습니다.",
    )


def _masthead(source: PlanSource, name: str, *, is_extract: bool) -> Masthead:
    wording, shared, report = words(), texts().report, source.trend.report
    marks = (*((shared["demo"],) if report.demo else ()), *wording["marks"])
    title = f"{name} {wording['extract_title' if is_extract else 'title']}"
    return Masthead(
        kicker=shared["kicker"],
        title=title,
        period=source.period.said,
        period_note=f"{quarter_ko(report.quarter)} 자료 · {report.recorded_at:%Y-%m-%d} 작성 · 판본 {report.edition}",
        disclaimer=wording["disclaimer"],
        marks=marks,
        notices=(*[shared["demo_notice"]] * report.demo, *accepted_notices(report.acceptances)),
        watermark=" · ".join(marks),
        running_head=f"{title} · {source.period.said}",
        running_mark=" · ".join(marks),
    )


def _basis(source: PlanSource, name: str, districts: Sequence[District]) -> Section:
    wording, counts = words()["basis"], _counts(source, districts)
    report = source.trend.report
    decided = [source.decisions[one.info.district_id] for one in districts if _is_decided(source, one)]
    days = ", ".join(sorted({str(row.decided_on) for row in decided}))
    open_ones = len(districts) - len(decided)
    paragraphs = [
        wording["law"],
        wording["scope"].format(
            area=name,
            districts=number(len(districts)),
            caution=number(counts["caution"]),
            severe=number(counts["severe"]),
            quarter=quarter_ko(report.quarter),
            edition=report.edition,
        ),
        wording["decided"].format(count=number(len(decided)), days=days) if decided else "",
        wording["undecided"].format(count=number(open_ones)) if open_ones else "",
    ]
    return Section(
        "basis",
        words()["headings"]["basis"],
        paragraphs=tuple(filter(None, paragraphs)),
        tables=(blank_table("fields basis", wording["fields"]),),
    )


def _is_decided(source: PlanSource, district: District) -> bool:
    return district.info.district_id in source.decisions


def _trend(source: PlanSource, area: AreaTrend | None) -> Section:
    sentences = headline(source.trend, area)[:NAMED] if area else (words()["trend_none"],)
    return Section("trend", words()["headings"]["trend"], paragraphs=tuple(sentences))


def _stages(source: PlanSource, districts: Sequence[District]) -> Section:
    wording, flagged = words()["stages"], source.flagged(districts)
    if not flagged:
        return Section("stages", words()["headings"]["stages"], paragraphs=(wording["none"],))
    rows = []
    for one in flagged:
        decided = source.decisions.get(one.info.district_id)
        stage = source.stage(one)
        note = f"의결 {decided.decided_on}" if decided else "제안(의결 전)"
        rows.append(
            Row(
                (
                    Cell(one.name, note=one.place),
                    Cell(texts().stages[stage], stage=stage, note=note),
                    fact_cells.level(one.fact, "workers"),
                    fact_cells.change(one.fact, "workplaces", "year"),
                    fact_cells.change(one.fact, "workers", "year"),
                    fact_cells.change(one.fact, "payroll_krw", "year"),
                    fact_cells.change(one.fact, "workers", "two_years"),
                ),
                detail=" ".join(filter(None, (one.proposal.reason_ko, _reason(decided)))),
            )
        )
    columns = (
        Column("밀집지역"),
        Column("단계", "stage"),
        Column("종사자", "number", "명"),
        Column("사업장 1년 전 대비", "number", "%"),
        Column("종사자 1년 전 대비", "number", "%"),
        Column("급여 1년 전 대비", "number", "%"),
        Column("종사자 2년 전 대비", "number", "%"),
    )
    table = Table("plan-stages", "", columns, tuple(rows))
    return Section("stages", words()["headings"]["stages"], paragraphs=(wording["lead"],), tables=(table,))


def _reason(decided: Decision | None) -> str:
    return f"의결 사유: {clean(decided.reason)}" if decided and decided.reason else ""


def _causes(source: PlanSource, area: AreaTrend | None, districts: Sequence[District]) -> list[Section]:
    """Build the causes: figures, survey answers, and empty fields for all other knowledge."""
    wording = words()["causes"]
    paragraphs = [*_falling(area), *_leaving(source, districts), wording["limits"]]
    names = [one.info.district_id for one in source.flagged(districts)]
    surveyed = results_section(source.trend.results, "", names) if names else None
    tables = list(surveyed.tables) if surveyed else []
    paragraphs += surveyed.paragraphs if surveyed else [wording["survey_none"]]
    return [
        Section(
            "causes",
            words()["headings"]["causes"],
            paragraphs=tuple(paragraphs),
            tables=(*tables, blank_table("fields causes", wording["fields"])),
        )
    ]


def _falling(area: AreaTrend | None) -> list[str]:
    if area is None or area.by_industry is None:
        return []
    wording = words()["causes"]
    falling = [one for one in area.by_industry[0] if one.heads < 0][:NAMED]
    names = ", ".join(
        f"{divisions()[one.part].name if one.part in divisions() else one.part}({number(one.heads)}명)"
        for one in falling
    )
    return [
        wording["industry"].format(names=names, area=region_name(area.code))
        if names
        else wording["industry_none"]
    ]


def _leaving(source: PlanSource, districts: Sequence[District]) -> list[str]:
    flows = [
        known
        for one in source.flagged(districts)
        if (known := source.trend.report.flows.get(one.info.district_id))
    ]
    if not flows:
        return []
    return [
        words()["causes"]["flows"].format(
            entries=number(sum(sum(one.entries.values()) for one in flows)),
            exits=number(sum(sum(one.exits.values()) for one in flows)),
            unknown=number(sum(one.exits.get("unknown", 0) for one in flows)),
        )
    ]


def _tasks(source: PlanSource, sido: str, districts: Sequence[District]) -> Section:
    """Build the tasks: the legal menu with empty columns, programmes tied to a stage, and others separately."""
    wording = words()["tasks"]
    stages = {source.stage(one) for one in districts} & set(FLAGGED)
    fitting = {one.id: one for stage in sorted(stages) for one in tied(stage, sido)}
    menu = Table(
        "tasks",
        "",
        (Column("조치"), Column("근거"), Column("선택"), Column("담당"), Column("일정"), Column("예산")),
        tuple(
            Row((Cell(title), Cell(article), *(Cell("") for _ in range(4))))
            for title, article in wording["menu"]
        ),
    )
    tables = [menu]
    if fitting:
        tables.append(_programme_table("tied", wording["tied"], fitting.values(), wording["tied_note"]))
    tables.append(
        _programme_table("untied", wording["untied"], untied(sido), wording["untied_note"], with_stage=False)
    )
    ids = {one.info.district_id for one in districts}
    reached = by_programme(row for row in source.support if row.district_id in ids)
    if reached:
        tables.append(_given_table(reached))
    return Section("tasks", words()["headings"]["tasks"], paragraphs=(wording["lead"],), tables=tuple(tables))


def _given_table(reached: Mapping[str, tuple[int, int | None]]) -> Table:
    """Tabulate the workplaces that each programme reached in the half-year, as recorded by offices."""
    wording = words()["tasks"]
    names = {one.id: clean(one.name) for one in programmes()}
    rows = tuple(
        Row(
            (
                Cell(names.get(programme, programme)),
                Cell(number(workplaces), workplaces),
                Cell(number(won), won) if won is not None else Cell(NONE),
            )
        )
        for programme, (workplaces, won) in reached.items()
    )
    columns = (
        Column("조치·사업"),
        Column("지원 사업장", "number", "곳"),
        Column("지원 금액", "number", "원"),
    )
    return Table("given", wording["given"], columns, rows, (wording["given_note"],))


def _programme_table(
    key: str, caption: str, listed: Iterable[Programme], note: str, *, with_stage: bool = True
) -> Table:
    rows = tuple(
        Row(
            (
                Cell(clean(one.name), note=clean(one.agency)),
                Cell(clean(one.gives)),
                *((Cell(_stages_of(one)),) if with_stage else ()),
                Cell(f"{one.year.rstrip('-')}~" if one.is_in_force else one.year),
                Cell(clean(one.source)),
            )
        )
        for one in listed
    )
    columns = (
        Column("조치·사업"),
        Column("내용"),
        *((Column("단계"),) if with_stage else ()),
        Column("해"),
        Column("출처"),
    )
    return Table(key, caption, columns, rows, (note,))


def _stages_of(programme: Programme) -> str:
    return "·".join(texts().stages[stage] for stage in programme.stages) or NONE


def _severe(source: PlanSource, districts: Sequence[District]) -> Section:
    """Build the fields of an application for a special area, a table per severe district, with employment filled in."""
    wording, heading = words()["severe"], words()["headings"]["severe"]
    severe = [one for one in districts if source.stage(one) == "severe"]
    if not severe:
        return Section("severe", heading, paragraphs=(wording["none"],))
    (area,) = (one for one in programmes() if one.id == SPECIAL_AREA)
    tables = []
    for one in severe:
        fields = wording["fields"]
        filled = {"employment": _employment(one), "review": wording["review_box"]}
        rows = tuple(Row((Cell(title), Cell(filled.get(key, "")))) for key, title in fields.items())
        tables.append(
            Table(
                f"fields severe-{one.anchor}",
                f"{one.name}({one.place})",
                (Column("항목"), Column("내용")),
                rows,
            )
        )
    return Section(
        "severe", heading, paragraphs=(wording["lead"], f"출처: {clean(area.source)}"), tables=tuple(tables)
    )


def _employment(district: District) -> str:
    """Return workers and their changes as printed in the tables."""
    level, year, two = (
        fact_cells.level(district.fact, "workers"),
        fact_cells.change(district.fact, "workers", "year"),
        fact_cells.change(district.fact, "workers", "two_years"),
    )
    return f"종사자 {level.text}명(국민연금 사업장가입자), 1년 전 대비 {year.text}%, 2년 전 대비 {two.text}%"


def _review() -> Section:
    wording = words()["review"]
    return Section(
        "review",
        words()["headings"]["review"],
        paragraphs=(wording["lead"],),
        tables=(blank_table("fields review", wording["fields"]),),
    )


def blank_table(key: str, labels: Sequence[str]) -> Table:
    """Build a table of labels, each with an empty field."""
    rows = tuple(Row((Cell(label), Cell(""))) for label in labels)
    return Table(key, "", (Column("항목"), Column("담당 부서 작성")), rows)
