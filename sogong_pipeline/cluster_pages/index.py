"""Overview page of the policy unit: trades by region, three lists, shares, and the limits of the counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sogong_pipeline.cluster_pages.collect import ClusterSource
from sogong_pipeline.cluster_pages.shares import cited_table, share_table
from sogong_pipeline.cluster_pages.wording import (
    INDEX,
    cluster_table,
    designation_table,
    limits,
    page,
    place_name,
    section,
    sido_name,
    sido_of,
    source_name,
    trade_name,
    words,
)
from sogong_pipeline.clusters.counts import DIVISIONS
from sogong_pipeline.clusters.lists import Centre, Designation, Listed
from sogong_pipeline.clusters.table import Cluster
from sogong_pipeline.pages.parts import Bullet, Cell, Column, Link, Page, Row, Section, Table
from sogong_pipeline.pages.wording import NONE, number
from sogong_pipeline.regions.reference import current_code, regions


def index_page(source: ClusterSource) -> Page:
    """Build the overview page, which links to all others."""
    reaching = [row for row in source.best if row.reaches == "yes"]
    undesignated = [row for row in reaching if row.designated != "yes"]
    below = [row for row in source.best if row.designated == "yes" and row.reaches == "no"]
    plans = [one for one in source.designations if one.plan_state(source.day) != "running"]
    return page(
        source,
        INDEX,
        "index",
        "업종·지역 한눈에",
        headline=_headline(source, reaching, undesignated, plans),
        sections=(
            Section("matrix", words()["headings"]["matrix"], tables=(_matrix(source),)),
            _list("undesignated", undesignated),
            _list("below", below),
            section("plans", designation_table(sorted(plans, key=lambda one: one.plan_end.text), source.day)),
            section("shares", share_table(source.shares, "sido", "nation"), cited_table()),
            _trades(source),
            _rules(),
            section("coverage", _coverage(source)),
            limits(),
        ),
        others=[Link(sido_name(code), f"sido-{code}") for code in sidos(source)]
        + [Link(one.name, f"wide-area-{one.centre_id}") for one in source.centres if one.kind == "wide_area"],
    )


def sidos(source: ClusterSource) -> list[str]:
    """Return today's codes of every 시도 with a count, a designation or a centre."""
    named = {code for one in (*source.designations, *source.centres) for code in _today(one)}
    return sorted(named | {sido_of(row) for row in source.best})


def divisions_of(source: ClusterSource) -> list[str]:
    """Return the divisions with a place that has a card, a designation or a centre."""
    listed = {division for one in (*source.designations, *source.centres) for division in one.divisions}
    return [division for division in DIVISIONS if division in listed | {row.division for row in source.shown}]


def in_sido(listed: Listed, code: str) -> bool:
    """Return True if a row of a list belongs to a 시도, by today's code."""
    return code in _today(listed)


def _today(listed: Listed) -> set[str]:
    return {today for code in listed.sido_codes if (today := current_code(code))}


def _headline(
    source: ClusterSource,
    reaching: Sequence[Cluster],
    undesignated: Sequence[Cluster],
    plans: Sequence[Designation],
) -> list[str]:
    ended = sum(one.plan_state(source.day) == "ended" for one in plans)
    near = sum(bool(row.near) and row.reaches == "no" for row in source.best)
    ambiguous = sum(row.has("rule_ambiguous") for row in reaching)
    shrinking = sorted(
        (row for row in reaching if row.change_pct is not None and row.change_pct < 0),
        key=lambda row: row.change_pct or 0,
    )
    return [
        f"집계가 있는 읍면동 가운데 {number(len(reaching))}곳(읍면동·업종)이 기준 수에 도달했고, "
        f"그 가운데 {number(len(undesignated))}곳은 지정이 확인되지 않았습니다.",
        f"확인된 지정 {number(len(source.designations))}곳 가운데 {number(ended)}곳은 계획기간이 끝났고, "
        + (
            f"{number(len(plans) - ended)}곳은 12개월 안에 끝납니다."
            if len(plans) > ended
            else "12개월 안에 끝나는 곳은 없습니다."
        ),
        f"기준의 10% 안에서 못 미치는 곳이 {number(near)}곳 있습니다." if near else "",
        f"도달한 곳 가운데 {number(ambiguous)}곳은 법의 해석에 따라 기준 수가 다릅니다." if ambiguous else "",
        f"도달한 곳 가운데 앞선 집계보다 가장 많이 준 곳은 {place_name(shrinking[0])}의 "
        f"{words()['trades'][shrinking[0].division]} 업종입니다"
        f"({number(shrinking[0].previous_small)}곳 → {number(shrinking[0].est_small)}곳)."
        if shrinking
        else "",
    ]


def _matrix(source: ClusterSource) -> Table:
    codes = sidos(source)
    counted = {(sido_of(row)) for row in source.best}
    day = source.day
    running = [one for one in source.centres if one.runs_on(day)]
    rows = []
    for division in divisions_of(source):
        cells = [
            _matrix_cell(
                [row for row in source.best if row.division == division and sido_of(row) == code]
                if code in counted
                else None,
                [one for one in source.designations if division in one.divisions and in_sido(one, code)],
                [one for one in running if division in one.divisions and in_sido(one, code)],
            )
            for code in codes
        ]
        name = trade_name(division)
        rows.append(Row((Cell(name, links=(Link(name, f"trade-{division}"),)), *cells)))
    columns = (Column("업종"), *(Column(sido_name(code, short=True), "number") for code in codes))
    return Table("matrix", "", columns, tuple(rows), (words()["matrix_note"],))


def _matrix_cell(
    rows: Sequence[Cluster] | None, listed: Sequence[Designation], running: Sequence[Centre]
) -> Cell:
    reached = NONE if not rows else number(sum(row.reaches == "yes" for row in rows))
    if not rows and not listed and not running:
        return Cell("")
    if reached == "0" and not listed and not running:
        return Cell("0", hint="도달·지정·센터 없음")
    text = f"{reached}/{number(len(listed))}/{number(len(running))}"
    return Cell(text, hint=f"도달 {reached}, 지정 {len(listed)}, 센터 {len(running)}")


def _list(key: str, rows: Iterable[Cluster]) -> Section:
    listed = list(rows)
    if not listed:
        return section(key, paragraphs=("해당하는 곳이 없습니다.",))
    return section(key, cluster_table(key, listed, with_trade=True))


def _trades(source: ClusterSource) -> Section:
    rows = tuple(
        Row(
            (
                Cell(trade_name(division), links=(Link(trade_name(division), f"trade-{division}"),)),
                _number(sum(row.reaches == "yes" for row in source.best if row.division == division)),
                _number(sum(division in one.divisions for one in source.designations)),
                _number(sum(division in one.divisions and one.runs_on(source.day) for one in source.centres)),
            )
        )
        for division in divisions_of(source)
    )
    columns = (
        Column("업종"),
        Column("도달", "number", "곳"),
        Column("지정", "number", "곳"),
        Column("센터", "number", "곳"),
    )
    return section("trades", Table("trades", "", columns, rows))


def _number(value: int) -> Cell:
    return Cell(number(value), value)


def _rules() -> Section:
    return section("rules", bullets=[Bullet(title, text) for title, text in words()["rules"]])


def _coverage(source: ClusterSource) -> Table:
    """Tabulate the counts behind the page, by source and year."""
    rows = []
    for year, name in sorted({(row.reference_year, row.source) for row in source.rows}, reverse=True):
        of = [row for row in source.rows if (row.reference_year, row.source) == (year, name)]
        sigungu = {row.sigungu_code for row in of}
        rows.append(
            Row(
                (
                    Cell(f"{year}년"),
                    Cell(source_name(name)),
                    _number(len(sigungu)),
                    _number(len({row.area_code for row in of})),
                    Cell(
                        ", ".join(f"제{revision}차" for revision in sorted({row.ksic_revision for row in of}))
                    ),
                )
            )
        )
    columns = (
        Column("기준연도"),
        Column("자료"),
        Column("시군구", "number", "곳"),
        Column("읍면동", "number", "곳"),
        Column("산업분류"),
    )
    total = sum(region.level == "sigungu" and region.valid_to is None for region in regions())
    return Table("coverage", "", columns, tuple(rows), (f"전국의 시군구는 {number(total)}곳입니다.",))
