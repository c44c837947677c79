"""Cards per place and division and per special centre, and the page of a wide-area centre over its centres."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from sogong_pipeline.cluster_pages.areas import BACK
from sogong_pipeline.cluster_pages.collect import ClusterSource, NearbyDistrict, place_of
from sogong_pipeline.cluster_pages.wording import (
    articles_of,
    centre_stem,
    centre_table,
    change_cell,
    cluster_table,
    count,
    date_ko,
    designated_cell,
    designation_table,
    limits,
    page,
    percentage,
    place_cell,
    place_name,
    reaches_cell,
    section,
    sido_name,
    sido_of,
    source_name,
    source_text,
    stem_of,
    threshold_cell,
    trade_name,
    words,
    workers_cell,
)
from sogong_pipeline.clusters.lists import Centre, PartialDate, programmes
from sogong_pipeline.clusters.table import Cluster
from sogong_pipeline.pages.drawings import IndexChart, Series, Sparkline
from sogong_pipeline.pages.parts import Bullet, Cell, Column, Link, Page, Picture, Row, Section, Table
from sogong_pipeline.pages.series import indexed
from sogong_pipeline.pages.wording import (
    NONE,
    clean,
    month_ko,
    number,
    quarter_ko,
    signed,
    texts,
    with_particle,
)
from sogong_pipeline.periods import Month

STAGE_ORDER = ("severe", "caution", "undetermined", "good")
CHART = (640, 220)
LEAST_DRAWN = 5
"""Below this number of corporations in any month the trend is a sentence: a change by one is a fifth."""


def cluster_page(source: ClusterSource, row: Cluster) -> Page:
    """Build the card of a place and division."""
    listed = [one for one in source.designations if one.covers_row(row.sigungu_code, row.dong, row.division)]
    served = [one for one in source.centres if one.covers_row(row.sigungu_code, row.dong, row.division)]
    return page(
        source,
        stem_of(row),
        "cluster",
        f"{place_name(row)} · {trade_name(row.division)}",
        headline=_sentences(row),
        sections=(
            section("figures", _figures(row)),
            section("series", _series(source.series(row))),
            _monthly(source, row),
            _neighbours(source, row),
            section("designations", designation_table(listed, source.day)) if listed else None,
            section("centres", centre_table(served, source.day)) if served else None,
            _nearby(source, row.sigungu_today.split("|")),
            section("flags", bullets=_flags(row)),
            section(
                "rules", bullets=[Bullet(words()["rule_kinds"][row.rule_kind], " · ".join(articles_of(row)))]
            ),
            limits(),
        ),
        others=(
            *BACK,
            Link(sido_name(sido_of(row)), f"sido-{sido_of(row)}"),
            Link(trade_name(row.division), f"trade-{row.division}"),
        ),
    )


def centre_page(source: ClusterSource, centre: Centre) -> Page:
    """Build the page of a special centre: its cluster's counts, monthly corporations, nearby districts with stages."""
    rows = rows_of(source, centre)
    small = [row.est_small for row in rows if row.est_small is not None]
    place = " ".join(filter(None, (centre.sido, centre.sigungu, "·".join(centre.dongs))))
    return page(
        source,
        centre_stem(centre),
        "centre",
        centre.name,
        headline=(
            f"{with_particle(clean(centre.name), '은/는')} {place}의 여러 업종을 함께 지원합니다."
            if centre.kind == "shared"
            else f"{clean(centre.name)}의 대상은 {place}의 {clean(centre.trade)}입니다.",
            f"집계가 있는 {number(len(rows))}곳(읍면동·업종)에 소공인 {number(sum(small))}곳이 있습니다."
            if small
            else "대상 읍면동과 업종이 정해져 있지 않아 집계와 잇지 않습니다."
            if centre.kind == "shared"
            else "이 센터의 읍면동·업종에 들어온 집계가 없습니다.",
            "" if centre.runs_on(source.day) else f"{centre.status_as_of} 기준 공개 목록에는 없습니다.",
        ),
        sections=(
            section("centres", centre_table([centre], source.day)),
            section("served", cluster_table("served", rows, with_trade=True)) if rows else None,
            _monthly(source, *rows),
            _nearby(source, centre.sigungu_codes),
            _complex(source, centre),
            _programmes(),
            limits(),
        ),
        others=BACK,
    )


def wide_area_page(source: ClusterSource, centre: Centre) -> Page:
    """Build the page of a wide-area centre: the centres and clusters of its 시도 by trade."""
    below = [
        one
        for one in source.centres
        if one.kind in {"trade", "shared"} and one.sido_codes & centre.sido_codes and one.runs_on(source.day)
    ]
    trades = sorted({division for one in below for division in one.divisions})
    rows = [row for one in below for row in rows_of(source, one)]
    unique = list({row.key: row for row in rows}.values())
    return page(
        source,
        centre_stem(centre),
        "wide_area",
        centre.name,
        headline=(
            f"{with_particle(centre.sido, '은/는')} 운영 중인 특화지원센터가 {number(len(below))}곳이고, "
            f"{number(len(trades))}개 중분류를 다룹니다.",
            f"센터가 있는 읍면동·업종 가운데 집계가 있는 곳은 {number(len(unique))}곳, 기준에 도달한 곳은 "
            f"{number(sum(row.reaches == 'yes' for row in unique))}곳입니다.",
        ),
        sections=(
            section("trades", _by_trade(source, below, trades)),
            section("served", cluster_table("served", unique, with_trade=True)) if unique else None,
            section("centres", centre_table([centre, *below], source.day)),
            limits(),
        ),
        others=BACK,
    )


def rows_of(source: ClusterSource, centre: Centre) -> list[Cluster]:
    """Return the places and divisions that a centre serves."""
    return [row for row in source.best if centre.centre_id in row.centre_ids.split("|")]


def _by_trade(source: ClusterSource, below: Sequence[Centre], trades: Iterable[str]) -> Table:
    rows = []
    for division in trades:
        of = [one for one in below if division in one.divisions]
        places = list(
            {row.key: row for one in of for row in rows_of(source, one) if row.division == division}.values()
        )
        small = [row.est_small for row in places if row.est_small is not None]
        changes = [row.change for row in places if row.change is not None]
        corporate = [row.corporate_3_9 for row in places if row.corporate_3_9 is not None]
        rows.append(
            Row(
                (
                    Cell(trade_name(division), links=(Link(trade_name(division), f"trade-{division}"),)),
                    Cell(
                        ", ".join(one.name for one in of),
                        links=tuple(Link(one.name, centre_stem(one)) for one in of),
                    ),
                    Cell(number(sum(small)) if small else NONE, sum(small) if small else None),
                    Cell(signed(sum(changes), 0) if changes else NONE, sum(changes) if changes else None),
                    Cell(
                        number(sum(corporate)) if corporate else NONE, sum(corporate) if corporate else None
                    ),
                )
            )
        )
    columns = (
        Column("업종"),
        Column("센터"),
        Column("소공인", "number", "곳"),
        Column("증감", "number", "곳"),
        Column("소규모 법인", "number", "곳"),
    )
    return Table("wide", "", columns, tuple(rows), (words()["proxy_note"],))


def _sentences(row: Cluster) -> list[str]:
    wording = words()
    small = number(row.est_small) if row.est_small is not None else ""
    reach = {
        "yes": f"기준 {number(row.threshold)}곳에 도달했습니다",
        "no": f"기준 {number(row.threshold)}곳에 못 미칩니다",
        "unknown": f"기준 {number(row.threshold)}곳에 도달했는지 알 수 없습니다",
    }[row.reaches]
    counted = f"소공인 {small}곳으로 " if small else ""
    trade = words()["trades"][row.division]
    sentences = [
        f"{row.reference_year}년 집계로 {place_name(row)}의 {with_particle(trade, '은/는')} {counted}{reach}."
    ]
    if row.threshold_alt and row.reaches_alt:
        sentences.append(
            f"법의 다른 해석에 따르면 기준이 {number(row.threshold_alt)}곳이며, "
            f"그때는 {wording['reaches'][row.reaches_alt]}입니다."
        )
    if row.change is not None and row.previous_year:
        sentences.append(_change_sentence(row, row.change))
    elif row.previous_year:
        sentences.append(
            f"{row.previous_year}년과는 비교하지 않습니다({wording['changes'][row.change_status]})."
        )
    if row.designated == "yes" and row.plan_end:
        end = date_ko(PartialDate(row.plan_end))
        sentences.append(f"집적지구 지정이 확인되며 계획기간은 {end}까지입니다.")
    return sentences


def _change_sentence(row: Cluster, change: int) -> str:
    before = f"{row.previous_year}년 {number(row.previous_small)}곳에서"
    if not change:
        return f"{row.previous_year}년과 같은 수입니다."
    share = f"({signed(row.change_pct, 1)}%)" if row.change_pct is not None else ""
    return f"{before} {number(abs(change))}곳{share} {'늘었습니다' if change > 0 else '줄었습니다'}."


def _figures(row: Cluster) -> Table:
    wording = words()
    facts: list[tuple[str, Cell]] = [
        ("소공인(1~9명)", _with_unit(row.est_small, "곳")),
        ("1~4명", _with_unit(row.est_1_4, "곳")),
        ("5~9명", _with_unit(row.est_5_9, "곳")),
        ("모든 규모", _with_unit(row.est_all, "곳")),
        ("소공인 비중", _percent(row.small_share_pct)),
        ("소공인 종사자", workers_cell(row)),
        ("기준 수", threshold_cell(row)),
        ("기준 도달", reaches_cell(row)),
        ("기준과의 차이", Cell(f"{signed(row.margin, 0)}곳" if row.margin is not None else NONE, row.margin)),
        ("집적지구", designated_cell(row)),
        ("범위", Cell(wording["scopes"][row.scope])),
        ("입지계수", Cell(number(row.location_quotient, 2) if row.location_quotient is not None else NONE,
                          row.location_quotient, note="집계가 들어온 모든 지역 대비")),
        ("60세 이상 대표자", _percent(row.owners_60_share_pct, "모든 규모의 사업체")),
        ("국민연금 소규모 법인", _corporate(row)),
        ("자료", Cell(f"{row.reference_year}년 {source_name(row.source)}", note=f"산업분류 제{row.ksic_revision}차")),
    ]  # fmt: skip
    return Table(
        "facts", "", (Column("항목"), Column("값")), tuple(Row((Cell(name), cell)) for name, cell in facts)
    )


def _corporate(row: Cluster) -> Cell:
    if row.corporate_3_9 is None or row.corporate_3_9_month is None:
        return Cell(NONE, note="이 읍면동에 맞는 법정동이 없거나 들어온 달이 없음")
    notes = [
        month_ko(Month.parse(row.corporate_3_9_month)),
        f"1년 전 대비 {signed(row.corporate_3_9_change_pct, 1)}%"
        if row.corporate_3_9_change_pct is not None
        else "",
        f"소공인 수의 {number(row.corporate_3_9_coverage_pct, 1)}%"
        if row.corporate_3_9_coverage_pct is not None
        else "",
        "읍면동을 포함하는 법정동 전체" if row.corporate_3_9_area == "legal_dong" else "",
    ]
    return Cell(f"{number(row.corporate_3_9)}곳", row.corporate_3_9, note=" · ".join(filter(None, notes)))


def _with_unit(value: int | None, unit: str) -> Cell:
    return Cell(f"{number(value)}{unit}" if value is not None else NONE, value)


def _percent(value: Decimal | None, note: str = "") -> Cell:
    return Cell(
        f"{number(value, 1)}%" if value is not None else NONE, value, note=note if value is not None else ""
    )


def _series(rows: Sequence[Cluster]) -> Table:
    shown = tuple(
        Row(
            (
                Cell(f"{row.reference_year}년"),
                Cell(source_name(row.source)),
                count(row.est_small),
                count(row.est_all),
                percentage(row.small_share_pct),
                workers_cell(row),
                threshold_cell(row),
                reaches_cell(row),
                change_cell(row),
            )
        )
        for row in rows
    )
    columns = (
        Column("기준연도"),
        Column("자료"),
        Column("소공인", "number", "곳"),
        Column("모든 규모", "number", "곳"),
        Column("비중", "number", "%"),
        Column("종사자", "number", "명"),
        Column("기준", "number", "곳"),
        Column("기준 도달"),
        Column("증감", "number", "곳"),
    )
    return Table("series", "", columns, shown)


def _monthly(source: ClusterSource, *rows: Cluster) -> Section | None:
    """Show monthly small corporations of places as charts and sentences; None if no place has any."""
    sentences: list[str] = []
    pictures: list[Picture] = []
    for row in rows:
        monthly = source.months.get((row.source, row.area_code, row.division))
        if monthly and any(value for _, value in monthly):
            shown = _trend(row, {Month.parse(month): value for month, value in monthly})
            if isinstance(shown, Picture):
                pictures.append(shown)
            else:
                sentences.append(shown)
    if not sentences and not pictures:
        return None
    heading = words()["headings"]["monthly"]
    return Section(
        "monthly", heading, paragraphs=(*sentences, words()["proxy_note"]), pictures=tuple(pictures)
    )


def _trend(row: Cluster, known: Mapping[Month, int]) -> Picture | str:
    """Return a chart of one place, or a sentence where a change by one would look like a jump."""
    first, last = min(known), max(known)
    name = f"{place_name(row)} · {trade_name(row.division)}"
    alt = f"{name}의 소규모 법인: {_from_to([first, last], [known[first], known[last]])}"
    if min(known.values()) < LEAST_DRAWN:
        return f"{alt}. {words()['few_note']}"
    months = [first]
    while months[-1] < last:
        months.append(months[-1].shift(1))
    values = indexed([known.get(month) for month in months], months, frozenset())
    chart = IndexChart(alt, (Series("workplaces", "소규모 법인", values),), months, frozenset(), CHART)
    return Picture(chart, f"{name} ({month_ko(first)} = 100)", notes=(f"{alt}.",))


def _neighbours(source: ClusterSource, row: Cluster) -> Section | None:
    members = [other for other in source.best if row.joined_id and other.joined_id == row.joined_id]
    if len(members) < 2:
        return None
    rows = tuple(
        Row(
            (
                place_cell(one),
                count(one.est_small),
                threshold_cell(one),
                reaches_cell(one),
                _spark(source, one),
            ),
            strong=place_of(one) == place_of(row),
        )
        for one in sorted(members, key=lambda one: -(one.est_small or 0))
    )
    columns = (
        Column("지역"),
        Column("소공인", "number", "곳"),
        Column("기준", "number", "곳"),
        Column("기준 도달"),
        Column("소규모 법인", "picture"),
    )
    total = f"이웃 {number(len(members))}곳의 소공인은 모두 {number(row.joined_small)}곳입니다."
    return section(
        "neighbours", Table("neighbours", "", columns, rows, (words()["joined_note"],)), paragraphs=(total,)
    )


def _spark(source: ClusterSource, row: Cluster) -> Cell:
    monthly = source.months.get((row.source, row.area_code, row.division))
    if not monthly or not any(value for _, value in monthly):
        return Cell(NONE)
    months, values = [Month.parse(month) for month, _ in monthly], [value for _, value in monthly]
    alt = _from_to(months, values)
    return Cell(alt, drawing=Sparkline(alt, values, months, frozenset()))


def _from_to(months: Sequence[Month], values: Sequence[int]) -> str:
    return f"{month_ko(months[0])} {number(values[0])}곳, {month_ko(months[-1])} {number(values[-1])}곳"


def _flags(row: Cluster) -> list[Bullet]:
    return [Bullet(*words()["flags"][flag]) for flag in row.flags.split(",") if flag]


def _nearby(source: ClusterSource, sigungu: Iterable[str]) -> Section | None:
    """List districts of the 시군구 with the proposed stage, severe first."""
    districts: list[NearbyDistrict] = [one for code in sigungu for one in source.districts.get(code, ())]
    if not districts or source.quarter is None:
        return None
    labels = texts().stages
    ordered = sorted(districts, key=lambda one: (STAGE_ORDER.index(one.stage), one.name))
    rows = tuple(
        Row(
            (Cell(clean(one.name), note=one.kind), Cell(labels[one.stage], stage=one.stage), Cell(one.reason))
        )
        for one in ordered
    )
    note = f"{quarter_ko(source.quarter)} 자료로 제안한 참고 단계입니다. 공식 판정이 아닙니다."
    columns = (Column("밀집지역"), Column("참고 단계", "stage"), Column("근거"))
    return section("districts", Table("nearby", "", columns, rows, (note,)))


def _complex(source: ClusterSource, centre: Centre) -> Section | None:
    """List complex centres of the same place and trade with their source."""
    beside = [
        one
        for one in source.centres
        if one.kind == "complex"
        and set(one.sigungu_codes) & set(centre.sigungu_codes)
        and set(one.divisions) & set(centre.divisions)
    ]
    bullets = [
        Bullet(
            clean(one.name), f"{date_ko(one.since) if one.since else NONE} 확인 · {source_text(one.source)}"
        )
        for one in beside
    ]
    return section("complex", bullets=bullets) if bullets else None


def _programmes() -> Section:
    """List sourced programmes with their year, and empty fields for the centre's own programmes."""
    wording = words()
    known = tuple(
        Row(
            (
                Cell(one.name),
                Cell(one.for_whom),
                Cell(one.gives),
                Cell(str(one.year)),
                Cell(number(one.million_won), one.million_won),
                Cell(source_text(one.source)),
            )
        )
        for one in programmes()
    )
    columns = (
        *map(Column, wording["known_programme_columns"]),
        Column("연도", "number"),
        Column("예산", "number", "백만 원"),
        Column("출처"),
    )
    own = tuple(Column(name) for name in wording["programme_columns"])
    empty = tuple(Row(tuple(Cell("") for _ in own)) for _ in range(3))
    return section(
        "programmes",
        Table("known", wording["known_programmes"], columns, known, (wording["known_programme_note"],)),
        Table("programmes", wording["own_programmes"], own, empty, (wording["programme_note"],)),
    )
