"""Pages of the trend: three sentences first, then tables consistent with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sogong_pipeline.industries.divisions import UNKNOWN, divisions
from sogong_pipeline.pages import cells
from sogong_pipeline.pages.acceptances import accepted_notices
from sogong_pipeline.pages.drawings import IndexChart, LineSample, Series
from sogong_pipeline.pages.geography import region_name
from sogong_pipeline.pages.palette import SERIES
from sogong_pipeline.pages.parts import (
    Bullet,
    Cell,
    Column,
    Legend,
    Link,
    Masthead,
    Page,
    Picture,
    Row,
    Section,
    Table,
)
from sogong_pipeline.pages.series import indexed
from sogong_pipeline.pages.wording import (
    NONE,
    month_ko,
    number,
    quarter_ko,
    rounded,
    signed,
    signed_change,
    texts,
    won,
)
from sogong_pipeline.periods import Month
from sogong_pipeline.rates.contribution import coverage_breaks
from sogong_pipeline.regions import reference
from sogong_pipeline.renderers.published import INDEX
from sogong_pipeline.reports import fact_cells
from sogong_pipeline.surveys.results import results_section
from sogong_pipeline.trends.collect import AreaTrend, TrendSource
from sogong_pipeline.trends.contributions import Contribution, folded
from sogong_pipeline.trends.sentences import area_sentence, nation_sentence
from sogong_pipeline.trends.texts import words
from sogong_pipeline.trends.words import MOVES, Moved
from sogong_pipeline.vocabulary import NATION, STAGES, Measure, Stage

LISTED_DIVISIONS = 12
WON_UNIT = 10**8
SHORT: Mapping[Measure, str] = {"workplaces": "사업장", "workers": "종사자", "payroll_krw": "급여"}
SUMMED_UP = 3
SAID: tuple[Stage, ...] = ("severe", "caution", "good", "undetermined")
"""The order of stages in a sentence."""


def build_pages(source: TrendSource, outside: Mapping[str, Sequence[Table]] | None = None) -> list[Page]:
    """Build the nation's page, then one per 시도.

    Args:
        source: the trend.
        outside: tables of outside indicators by area, if any.
    """
    return [page(source, area, (outside or {}).get(area.code, ())) for area in (source.nation, *source.sidos)]


def page(source: TrendSource, area: AreaTrend, outside: Sequence[Table] = ()) -> Page:
    """Build the page of one area."""
    sentences = headline(source, area)
    sections = [
        _figures(source, area),
        _contributions(area),
        _places(area),
        _flows(source, area),
        _stages(source, area),
        _chart(source, area),
        _centres(area),
        results_section(source.results, _office(area)) if area.code == NATION or _is_whole(area) else None,
        _outside(outside),
        _limits(),
    ]
    name = name_of(area)
    return Page(
        stem=stem(area),
        kind="trend",
        demo=source.report.demo,
        masthead=_masthead(source, name),
        headline=sentences,
        sections=tuple(section for section in sections if section is not None),
        others=tuple(
            Link(name_of(other), stem(other))
            for other in (source.nation, *source.sidos)
            if other.code != area.code
        ),
        summary=" ".join(sentences[:SUMMED_UP]),
        keywords=(*words()["keywords"], name, quarter_ko(source.report.quarter)),
    )


def name_of(area: AreaTrend) -> str:
    """Return `전국`, or the short name of a 시도."""
    return texts().report["nation"] if area.code == NATION else region_name(area.code)


def stem(area: AreaTrend) -> str:
    """Return the file stem of an area's page."""
    return INDEX if area.code == NATION else f"sido-{area.code}"


def headline(source: TrendSource, area: AreaTrend) -> tuple[str, ...]:
    """Return three sentences on workers, workplaces and payroll, then one on the stages of the districts."""
    sentences = []
    for measure in ("workers", "workplaces", "payroll_krw"):
        name = texts().measures[measure]
        nation = source.nation.change_pct(measure)
        if area.code == NATION:
            sentences.append(nation_sentence(name, [moved(one, measure) for one in source.sidos], nation))
        else:
            sentences.append(area_sentence(name, _level(area, measure), moved(area, measure), nation))
    counts = _counts(source, area)
    parts = ", ".join(f"{texts().stages[stage]} {number(counts[stage])}곳" for stage in SAID)
    sentences.append(f"밀집지역 {number(sum(counts.values()))}곳의 단계는 {parts}입니다.")
    return tuple(sentences)


def moved(area: AreaTrend, measure: Measure) -> Moved:
    """Return an area's change with its class, as input of the sentences."""
    return Moved(name_of(area), area.change_pct(measure), area.move(measure))


def _level(area: AreaTrend, measure: Measure) -> str:
    value = getattr(area.fact, measure)
    if value is None:
        return "알 수 없는 수"
    if measure == "payroll_krw":
        return f"월 {won(value)}"
    return f"{number(value)}{'명' if measure == 'workers' else '개'}"


def _masthead(source: TrendSource, name: str) -> Masthead:
    shared, report = texts().report, source.report
    marks = (shared["demo"],) if report.demo else ()
    period, title = quarter_ko(report.quarter), f"{name} {words()['title']}"
    first, _, last = report.quarter.months
    known = report.nation.months
    means = "월평균" if known == len(report.quarter.months) else f"중 {known}개월 자료"
    return Masthead(
        kicker=shared["kicker"],
        title=title,
        period=period,
        period_note=(
            f"{first.month}~{last.month}월 {means} · {report.recorded_at:%Y-%m-%d} 작성 · 판본 {report.edition}"
        ),
        disclaimer=words()["disclaimer"],
        marks=marks,
        notices=(*[shared["demo_notice"]] * report.demo, *accepted_notices(report.acceptances)),
        watermark=" · ".join(marks),
        running_head=f"{title} · {period}",
        running_mark=" · ".join(marks),
    )


def _figures(source: TrendSource, area: AreaTrend) -> Section:
    """Build the section of levels, changes, points and classes: of every 시도, or of one beside the nation."""
    is_nation = area.code == NATION
    shown = [*source.sidos, area] if is_nation else [area, source.nation]
    tables = tuple(
        _measure_table(source, shown, measure) for measure in ("workers", "workplaces", "payroll_krw")
    )
    heading = words()["headings"]["sidos" if is_nation else "own"]
    return Section("figures", heading, tables=(*tables, _pay_table(source, shown)))


def _measure_table(source: TrendSource, shown: Sequence[AreaTrend], measure: Measure) -> Table:
    unit = {"workers": "명", "workplaces": "개", "payroll_krw": "억원"}[measure]
    rows = tuple(
        Row(
            (
                _name(area),
                fact_cells.level(area.fact, measure, WON_UNIT),
                _change(area.quarter_pct.get(measure)),
                fact_cells.change(area.fact, measure, "year"),
                _points(source, area, measure),
                Cell(MOVES[move] if (move := area.move(measure)) else NONE),
                _error(area, measure),
            ),
            strong=area.code == NATION,
        )
        for area in shown
    )
    columns = (
        Column("시도"),
        Column(texts().measures[measure], "number", unit),
        Column("전분기 대비(조정)", "number", "%"),
        Column("1년 전 대비", "number", "%"),
        Column("격차", "number", "%p"),
        Column("흐름"),
        Column("표준오차", "number", "%"),
    )
    notes = (words()["words_note"], words()["adjusted_note"]) if measure == "workers" else ()
    return Table(f"trend-{measure}", texts().measures[measure], columns, rows, notes)


def _pay_table(source: TrendSource, shown: Sequence[AreaTrend]) -> Table:
    """Tabulate pay per worker, without changes, since it shares the breaks of the payroll."""
    rows = []
    for area in shown:
        pay, nation = area.fact.pay_per_worker_krw, source.nation.fact.pay_per_worker_krw
        ratio = rounded(100 * Decimal(pay) / Decimal(nation), 1) if pay is not None and nation else None
        rows.append(
            Row(
                (
                    _name(area),
                    cells.known(number(Decimal(pay) / 1000), pay, area.fact.status)
                    if pay is not None
                    else cells.unknown(area.fact.status),
                    Cell(number(ratio, 1), ratio),
                ),
                strong=area.code == NATION,
            )
        )
    columns = (Column("시도"), Column("1인당 급여", "number", "천원"), Column("전국=100", "number"))
    return Table("trend-pay", "1인당 급여", columns, tuple(rows))


def _contributions(area: AreaTrend) -> Section:
    wording, tables = words(), []
    if area.by_industry:
        parts, total = area.by_industry
        shown = folded(parts, LISTED_DIVISIONS, wording["rest"])
        tables.append(_parts_table("industry", "산업 중분류", shown, total))
    if area.by_size:
        parts, total = area.by_size
        ordered = sorted(parts, key=lambda one: int(one.part.rstrip("+").split("-")[0]))
        tables.append(_parts_table("size", "규모(가입자 수)", ordered, total, wording["size_note"]))
    notes = [wording["contributions_note"]]
    if area.scope != "all":
        notes.append(wording["contributions_corporations"])
    return Section(
        "contributions",
        wording["headings"]["contributions"],
        paragraphs=tuple(notes) if tables else ("1년 전 자료가 없어 견줄 수 없습니다.",),
        tables=tuple(tables),
    )


def _parts_table(
    key: str, label: str, parts: Sequence[Contribution], total: Contribution, note: str = ""
) -> Table:
    rows = [Row((Cell(_part_name(one.part)), _signed(one.heads, 1), _signed(one.points))) for one in parts]
    rows.append(Row((Cell("합계"), _signed(total.heads, 1), _signed(total.points)), strong=True))
    columns = (Column(label), Column("종사자 증감", "number", "명"), Column("기여도", "number", "%p"))
    return Table(f"contributions-{key}", label, columns, tuple(rows), (note,) if note else ())


def _part_name(part: str) -> str:
    if part == UNKNOWN:
        return str(words()["unknown_industry"])
    if part in words()["places"]:
        return str(words()["places"][part])
    known = divisions().get(part)
    return known.name if known else part


def _places(area: AreaTrend) -> Section | None:
    if area.by_place is None:
        return None
    parts, total = area.by_place
    rows = [
        Row(
            (
                Cell(_part_name(one.part)),
                _count(area.levels_by_place[one.part]),
                _signed(one.heads, 1),
                _signed(one.points),
            )
        )
        for one in sorted(parts, key=lambda one: one.part)
    ]
    whole = sum(area.levels_by_place.values())
    rows.append(
        Row((Cell("합계"), _count(whole), _signed(total.heads, 1), _signed(total.points)), strong=True)
    )
    columns = (
        Column("구분"),
        Column("종사자", "number", "명"),
        Column("1년 전 대비 증감", "number", "명"),
        Column("기여도", "number", "%p"),
    )
    wording = words()
    notes = (
        wording["places_note"],
        *((wording["contributions_corporations"],) if area.scope != "all" else ()),
    )
    return Section(
        "places", wording["headings"]["places"], tables=(Table("places", "", columns, tuple(rows), notes),)
    )


def _flows(source: TrendSource, area: AreaTrend) -> Section | None:
    if area.code not in source.flows:
        return None
    wording, (entries, exits) = words(), source.flows[area.code]
    tables = []
    for key, title, kinds in (("entries", "진입", entries), ("exits", "이탈", exits)):
        rows = [
            Row((Cell(word), Cell(number(kinds.get(kind, 0)), kinds.get(kind, 0))))
            for kind, word in wording[key].items()
        ]
        total = sum(kinds.values())
        rows.append(Row((Cell("합계"), Cell(number(total), total)), strong=True))
        tables.append(
            Table(f"flows-{key}", title, (Column(title), Column("사업장", "number", "곳")), tuple(rows))
        )
    return Section(
        "flows", wording["headings"]["flows"], paragraphs=(wording["flows_note"],), tables=tuple(tables)
    )


def _counts(source: TrendSource, area: AreaTrend) -> Counter[str]:
    own = [one for one in source.report.districts if area.code in {NATION, one.sido_code}]
    return Counter(source.stages.get(one.district_id, "undetermined") for one in own)


def _stages(source: TrendSource, area: AreaTrend) -> Section:
    shown = source.sidos if area.code == NATION else []
    rows = []
    for one in [*shown, area]:
        counts = _counts(source, one)
        rows.append(
            Row(
                (
                    _name(one),
                    *(cells.count(counts[stage]) for stage in STAGES),
                    cells.count(sum(counts.values())),
                ),
                strong=one.code == area.code,
            )
        )
    columns = (
        Column("시도"),
        *(Column(texts().stages[stage], "number", "곳") for stage in STAGES),
        Column("합계", "number", "곳"),
    )
    table = Table("trend-stages", "", columns, tuple(rows), (words()["stages_note"],))
    return Section("stages", words()["headings"]["stages"], tables=(table,))


def _chart(source: TrendSource, area: AreaTrend) -> Section:
    wording = words()
    if not area.adjusted:
        return Section("chart", wording["headings"]["chart"], paragraphs=(wording["chart_none"],))
    months: Sequence[Month] = source.months
    series = tuple(
        Series(measure, SHORT[measure], indexed(area.adjusted[measure], months, ())) for measure in SERIES
    )
    title = f"{name_of(area)}: 계절조정 {month_ko(months[0])}=100"
    alt = "; ".join(
        f"{SHORT[measure]} {month_ko(months[-1])} {number(Decimal(str(last)), 1)}"
        for measure, last in ((one.measure, one.values[-1]) for one in series)
        if last is not None
    )
    picture = Picture(
        IndexChart(f"{title}. {alt}", series, months, frozenset(), (720, 176)),
        title,
        notes=(wording["contributions_corporations"],)
        if any(month in months[1:] for month in coverage_breaks())
        else (),
        legend=tuple(Legend(LineSample(measure), texts().measures[measure]) for measure in SERIES),
    )
    return Section("chart", wording["headings"]["chart"], pictures=(picture,))


def _centres(area: AreaTrend) -> Section:
    wording = words()["centres"]
    offices = (
        reference.offices()
        if area.code == NATION
        else [office for office in [reference.office_of_sido(area.code)] if office]
    )
    known = [
        wording["since"].format(name=centre.name, year=centre.since_year)
        for office in offices
        for centre in office.crisis_centres
        if area.code == NATION or _is_of(centre.name, area)
    ]
    sentence = ", ".join(known) if known else wording["none"]
    return Section(
        "centres", words()["headings"]["centres"], paragraphs=(wording["lead"], sentence, wording["source"])
    )


def _is_of(centre: str, area: AreaTrend) -> bool:
    """Return True if a technopark belongs to a 시도, by its name; the united one has both of its parts."""
    name = region_name(area.code)
    return any(part and centre.startswith(part) for part in (name, name[:2], name[2:4]))


def _outside(tables: Sequence[Table]) -> Section:
    wording = words()
    if not tables:
        return Section("outside", wording["headings"]["outside"], paragraphs=(wording["outside_none"],))
    return Section("outside", wording["headings"]["outside"], tables=tuple(tables))


def _limits() -> Section:
    bullets = tuple(Bullet(title, text) for title, text in words()["limits"].items())
    return Section("limits", words()["headings"]["limits"], bullets=bullets)


def _office(area: AreaTrend) -> str:
    office = reference.office_of_sido(area.code) if area.code != NATION else None
    return office.code if office else ""


def _is_whole(area: AreaTrend) -> bool:
    """Return True if the 시도 has a single active office, whose survey then covers the 시도."""
    office = reference.office_of_sido(area.code)
    living = {reference.current_code(code) or code for code in office.sido_codes} if office else set()
    return living == {area.code}


def _name(area: AreaTrend) -> Cell:
    name = name_of(area)
    return Cell(name, links=() if area.code == NATION else (Link(name, stem(area)),))


def _points(source: TrendSource, area: AreaTrend, measure: Measure) -> Cell:
    own, nation = area.change_pct(measure), source.nation.change_pct(measure)
    return _change(None if own is None or nation is None or area.code == NATION else own - nation)


def _error(area: AreaTrend, measure: Measure) -> Cell:
    value = area.error_pct.get(measure)
    shown = rounded(value, 2) if value is not None else None
    return Cell(number(shown, 2), shown)


def _change(value: Decimal | None) -> Cell:
    return Cell(signed_change(value), rounded(value, 2) if value is not None else None)


def _signed(value: Decimal | None, digits: int = 2) -> Cell:
    return Cell(signed(value, digits), rounded(value, digits) if value is not None else None)


def _count(value: Any) -> Cell:
    shown = rounded(Decimal(value.numerator) / Decimal(value.denominator), 0)
    return Cell(number(shown), shown)
