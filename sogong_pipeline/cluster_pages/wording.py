"""Wording and cells shared by the pages on small manufacturers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from sogong_pipeline.cluster_pages.collect import ClusterSource
from sogong_pipeline.clusters.building import is_shown
from sogong_pipeline.clusters.counts import SECTION
from sogong_pipeline.clusters.lists import Centre, Designation, PartialDate
from sogong_pipeline.clusters.places import sigungu_name
from sogong_pipeline.clusters.rules import rule_of
from sogong_pipeline.clusters.table import Cluster
from sogong_pipeline.industries.divisions import divisions
from sogong_pipeline.pages.parts import Bullet, Cell, Column, Link, Masthead, Page, Row, Section, Table, Tone
from sogong_pipeline.pages.wording import NONE, clean, number, signed
from sogong_pipeline.regions.reference import regions

INDEX = "index"


@cache
def words() -> Mapping[str, Any]:
    """Return the fixed wording; cached. `yes` and `no` are words here, not booleans."""
    text = files(__package__).joinpath("texts.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=_Words)  # noqa: S506 - a safe loader without booleans
    return loaded


class _Words(yaml.SafeLoader):
    """YAML loader that reads yes and no as words."""


_Words.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def page(
    source: ClusterSource,
    stem: str,
    kind: str,
    period: str,
    *,
    headline: Iterable[str],
    sections: Iterable[Section | None],
    others: Iterable[Link] = (),
) -> Page:
    """Build a page of this room with its masthead and marks."""
    fixed = words()
    title = fixed["titles"][kind]
    sentences = tuple(sentence for sentence in headline if sentence)
    return Page(
        stem=stem,
        kind="clusters",
        demo=source.demo,
        masthead=Masthead(
            kicker=fixed["kicker"],
            title=title,
            period=period,
            period_note=f"{source.day} 기준 목록 · 집계 {years_of(source.best)}",
            disclaimer=fixed["disclaimer"],
            marks=(fixed["demo"],) if source.demo else (),
            notices=(fixed["demo_notice"],) if source.demo else (),
            watermark=fixed["demo"] if source.demo else "",
            running_head=f"{title} · {period}",
            running_mark=fixed["demo"] if source.demo else "",
        ),
        headline=sentences,
        sections=tuple(section for section in sections if section is not None),
        others=tuple(others),
        summary=" ".join(sentences[:2]),
        keywords=(*fixed["keywords"], period),
    )


def section(
    key: str, *tables: Table, paragraphs: Iterable[str] = (), bullets: Iterable[Bullet] = ()
) -> Section:
    """Build a section under the heading of its key."""
    return Section(
        key, words()["headings"][key], paragraphs=tuple(paragraphs), bullets=tuple(bullets), tables=tables
    )


def limits() -> Section:
    """Build the box on the limits of the counts."""
    return section("limits", bullets=[Bullet(title, text) for title, text in words()["limits"]])


def trade_name(division: str) -> str:
    """Return the short name of a trade with its division: `의복 14`; manufacturing without one."""
    name = words()["trades"][division]
    return str(name) if division == SECTION else f"{name} {division}"


def trade_title(division: str) -> str:
    """Return a trade by its name in the classification: `14 의복, 의복 액세서리 및 모피제품 제조업`."""
    return f"{division} {divisions()[division].name}"


def place_name(row: Cluster) -> str:
    """Return today's name of the place, with its dong."""
    today = row.sigungu_today.split("|")
    name = sigungu_name(today[0] if len(today) == 1 else row.sigungu_code)
    return f"{name} {row.dong or row.area_code.removeprefix('kostat:')}"


def sido_of(row: Cluster) -> str:
    """Return today's code of a row's 시도."""
    return row.sigungu_today[:2]


@cache
def sido_name(code: str, *, short: bool = False) -> str:
    """Return the name of a 시도 by any of its codes."""
    region = next(one for one in regions() if one.level == "sido" and one.region_code == code)
    return region.short_name if short else region.name


def stem_of(row: Cluster) -> str:
    """Return the file stem of a card."""
    return f"cluster-{row.area_code.replace(':', '-')}-{row.division}"


def source_name(source: str) -> str:
    """Return the display name of a source; a source named in a template file is returned unchanged."""
    return str(words()["sources"].get(source, clean(source)))


def source_text(source: str) -> str:
    """Return the source of a row of the lists, with Korean names of the outlets."""
    outlets: Mapping[str, str] = words()["outlets"]
    return re.sub(r"[a-z][a-z.]*[a-z]", lambda match: outlets.get(match[0], match[0]), clean(source))


def years_of(rows: Iterable[Cluster]) -> str:
    """Return `2023~2025년` for some rows."""
    years = sorted({row.reference_year for row in rows})
    return NONE if not years else f"{years[0]}년" if years[0] == years[-1] else f"{years[0]}~{years[-1]}년"


def count(value: int | None) -> Cell:
    """Format a figure, or a dash if unknown."""
    return Cell(number(value), value)


def percentage(value: Decimal | None) -> Cell:
    """Format a percentage with one decimal, or a dash."""
    return Cell(number(value, 1) if value is not None else NONE, value)


def place_cell(row: Cluster) -> Cell:
    """Return the place, linked to its card if it has one."""
    name = place_name(row)
    links = (Link(name, stem_of(row)),) if is_shown(row) else ()
    return Cell(name, links=links, note=f"{row.reference_year}년 {source_name(row.source)}")


def threshold_cell(row: Cluster) -> Cell:
    """Return the legal threshold, with that of the other reading."""
    alternative = f"다른 해석 {row.threshold_alt}" if row.threshold_alt else ""
    return Cell(number(row.threshold), row.threshold, note=alternative)


def reaches_cell(row: Cluster) -> Cell:
    """Return the judgement against the threshold and its basis."""
    fixed: Mapping[str, str] = words()["reaches"]
    tones: Mapping[str, Tone] = {"yes": "", "no": "", "unknown": "doubtful"}
    notes = [
        "근접" if row.near and row.reaches != "yes" else "",
        f"다른 해석 {fixed[row.reaches_alt]}" if row.reaches_alt and row.reaches_alt != row.reaches else "",
        f"현행 규정 {fixed[row.reaches_newest]}" if row.reaches_newest != row.reaches else "",
        {"legal_dong": "법정동 기준", "admin_dong": "행정동 기준"}.get(row.reaches_by, ""),
    ]
    return Cell(fixed[row.reaches], tone=tones[row.reaches], note=" · ".join(filter(None, notes)))


def change_cell(row: Cluster) -> Cell:
    """Return the change against the year before, or the reason for its absence."""
    if row.change is None:
        return Cell(NONE, note=words()["changes"].get(row.change_status, ""))
    share = f"{signed(row.change_pct, 1)}%" if row.change_pct is not None else ""
    return Cell(signed(row.change, 0), row.change, note=share)


def workers_cell(row: Cluster) -> Cell:
    """Return the workers, or the reason why they are unknown."""
    if row.workers_small is None:
        return Cell(words()["workers"].get(row.workers_status, NONE), tone="doubtful")
    return Cell(number(row.workers_small), row.workers_small)


def designated_cell(row: Cluster) -> Cell:
    """Return the state of designation, with the end of its plan."""
    note = f"계획기간 {date_ko(PartialDate(row.plan_end))}까지" if row.plan_end else ""
    return Cell(
        words()["designated"][row.designated],
        note=note,
        tone="doubtful" if row.designated == "unknown" else "",
    )


def centre_stem(centre: Centre) -> str:
    """Return the page stem of a centre; empty for a complex centre, which appears on the cards of its clusters."""
    return {"complex": "", "wide_area": f"wide-area-{centre.centre_id}"}.get(
        centre.kind, f"centre-{centre.centre_id}"
    )


def cluster_table(
    key: str, rows: Iterable[Cluster], *, with_trade: bool, notes: tuple[str, ...] = ()
) -> Table:
    """Tabulate places and divisions, most small manufacturers first; monthly figures if any are known."""
    ordered = sorted(rows, key=lambda row: (-(row.est_small or 0), row.key))
    with_sign = any(row.corporate_3_9 is not None for row in ordered)
    columns = [
        Column("지역"),
        *((Column("업종"),) if with_trade else ()),
        Column("소공인", "number", "곳"),
        Column("기준", "number", "곳"),
        Column("기준 도달"),
        Column("증감", "number", "곳"),
        Column("종사자", "number", "명"),
        Column("지정"),
        *((Column("소규모 법인", "number", "곳"),) if with_sign else ()),
    ]
    return Table(
        key,
        "",
        tuple(columns),
        tuple(_cluster_row(row, with_trade=with_trade, with_sign=with_sign) for row in ordered),
        (*notes, *((words()["proxy_note"],) if with_sign else ())),
    )


def _cluster_row(row: Cluster, *, with_trade: bool, with_sign: bool) -> Row:
    change = row.corporate_3_9_change_pct
    sign = Cell(
        number(row.corporate_3_9),
        row.corporate_3_9,
        note=f"1년 전보다 {signed(change, 1)}%" if change is not None else "",
    )
    return Row(
        (
            place_cell(row),
            *((Cell(trade_name(row.division)),) if with_trade else ()),
            count(row.est_small),
            threshold_cell(row),
            reaches_cell(row),
            change_cell(row),
            workers_cell(row),
            designated_cell(row),
            *((sign,) if with_sign else ()),
        )
    )


def designation_table(listed: Iterable[Designation], day: dt.date) -> Table:
    """Tabulate designations with the state of their plan."""
    fixed = words()["plan"]
    rows = []
    for one in listed:
        state = one.plan_state(day)
        published = (
            f"{number(one.published_establishments)}곳({one.published_year})"
            if one.published_establishments
            else NONE
        )
        rows.append(
            Row(
                (
                    Cell(one.name, note=" · ".join(one.dongs) or "읍면동 확인 안 됨"),
                    Cell(one.trade, note="·".join(one.divisions)),
                    Cell(one.first_seen.text, note=_notice(one)),
                    Cell(one.plan_end.text),
                    Cell(fixed[state], tone="doubtful" if state != "running" else ""),
                    Cell(published),
                    Cell(source_text(one.source)),
                )
            )
        )
    columns = (
        Column("지정"),
        Column("업종(중분류)"),
        Column("처음 확인"),
        Column("계획기간 끝"),
        Column("상태"),
        Column("보도된 사업체"),
        Column("출처"),
    )
    return Table("designations", "", columns, tuple(rows), (words()["plan_note"], words()["own_note"]))


def centre_table(listed: Iterable[Centre], day: dt.date) -> Table:
    """Tabulate centres with their kind, trade and dates."""
    rows = tuple(
        Row(
            (
                Cell(one.name, links=(Link(one.name, centre_stem(one)),), note=one.operator),
                Cell(words()["kinds"][one.kind]),
                Cell(one.trade, note="·".join(one.divisions)),
                Cell(one.since.text if one.since else NONE, note=one.since_basis),
                Cell(
                    words()["centre_states"][_state(one, day)],
                    tone="" if one.runs_on(day) else "doubtful",
                    note=f"{one.status_as_of} 기준",
                ),
                Cell(source_text(one.source)),
            )
        )
        for one in listed
    )
    columns = (
        Column("센터"),
        Column("종류"),
        Column("업종(중분류)"),
        Column("확인된 시작"),
        Column("상태"),
        Column("출처"),
    )
    return Table("centres", "", columns, rows, (words()["own_note"],))


def _state(one: Centre, day: dt.date) -> str:
    """Return the state of a centre; a complex centre is only known as selected, since no list records openings."""
    if not one.runs_on(day):
        return "gone"
    return "selected" if one.kind == "complex" else "running"


def date_ko(date: PartialDate) -> str:
    """Format as `2017년 8월 23일`, `2017년 11월` or `2020년`."""
    return " ".join(f"{int(part)}{unit}" for part, unit in zip(date.text.split("-"), "년월일", strict=False))


def articles_of(row: Cluster) -> tuple[str, ...]:
    """Return the articles behind a row's threshold, place and division."""
    return rule_of(row.sigungu_code, dt.date(row.reference_year, 12, 31)).articles


def _notice(one: Designation) -> str:
    return f"고시 {one.notice}" if one.notice else one.first_seen_basis
