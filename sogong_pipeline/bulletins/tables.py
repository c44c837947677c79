"""The tables of a bulletin: the area beside its regions, the offices side by side, who moved most."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sogong_pipeline.bulletins.collect import (
    WITHOUT_OFFICE,
    BulletinSource,
    Figure,
    area_of,
)
from sogong_pipeline.bulletins.words import UNITS, words
from sogong_pipeline.districts.registry import District, kinds
from sogong_pipeline.pages import cells
from sogong_pipeline.pages.drawings import Sparkline
from sogong_pipeline.pages.geography import region_name
from sogong_pipeline.pages.parts import Cell, Column, Link, Row, Section, Table
from sogong_pipeline.pages.wording import (
    clean,
    month_ko,
    number,
    rounded,
    shorten,
    signed,
    signed_change,
    texts,
)
from sogong_pipeline.rates.contribution import coverage_breaks
from sogong_pipeline.regions.reference import Office, current_code, offices
from sogong_pipeline.vocabulary import MEASURES, NATION, UNKNOWN, Measure

MOST_MOVERS = 10
CHANGES = ("month", "year", "mean_year")
"""The changes every table shows, in this order."""
SHORT = {"month": "전월", "year": "전년 동월", "mean_year": "3개월 평균"}


def levels(source: BulletinSource, office: Office | None, area: str) -> Section:
    """The area's districts, its regions and the nation, a row per measure."""
    codes = [code for code in (office.sido_codes if office else ()) if current_code(code) == code]
    areas = [
        ("관할 밀집지역 합계" if office else "밀집지역 합계", area),
        *((f"{region_name(code)} 전체", code) for code in codes),
        ("전국 전체", NATION),
    ]
    spans = words()["spans"]
    columns = (
        Column("지역"),
        Column("지표"),
        Column("이 달", "number"),
        *(
            Column(label, "number", unit, spans[span])
            for span in CHANGES[:2]
            for label, unit in (("증감", ""), ("증감률", "%"))
        ),
        Column("수준", "number", "", spans["mean"]),
        Column("1년 전 대비", "number", "%", spans["mean"]),
    )
    rows = tuple(
        Row(
            (Cell(label if measure == MEASURES[0] else ""), *_measured(source, of, measure)),
            strong=of == area,
        )
        for label, of in areas
        for measure in MEASURES
    )
    notes = (words()["notes"]["mean"],)
    return Section(
        "levels", words()["headings"]["levels"], tables=(Table("levels", "", columns, rows, notes),)
    )


def _measured(source: BulletinSource, area: str, measure: Measure) -> list[Cell]:
    """A measure of an area: level, both changes, the mean and its change."""
    changes = []
    for span in CHANGES[:2]:
        found = source.figure(area, span, measure)
        known = found is not None and found.change is not None
        changes += [_amount(found.change, measure, is_signed=True) if found and known else cells.unknown()]
        changes += [_change(found, measure)]
    level, mean = source.figure(area, "level", measure), source.figure(area, "mean", measure)
    return [
        Cell(texts().measures[measure], note=""),
        _amount(level.level, measure) if level else cells.unknown(),
        *changes,
        _amount(mean.level, measure) if mean else cells.unknown(),
        _change(source.figure(area, "mean_year", measure), measure),
    ]


def _amount(value: Decimal | None, measure: Measure, *, is_signed: bool = False) -> Cell:
    """A level or how far it moved, in its unit; money in 억원, the exact won in the hint."""
    if value is None:
        return cells.unknown()
    unit, per = UNITS[measure]
    shown = signed(value / per, 1 if per > 1 else 0) if is_signed else number(value / per)
    return Cell(f"{shown}{unit}", rounded(value), hint=f"{number(value)}원" if per > 1 else "")


def _change(found: Figure | None, measure: Measure) -> Cell:
    if found is None or found.change is None or found.change_pct is None:
        return cells.unknown()
    only = "; 법인 사업장만 비교" if found.scope == "corporations" else ""
    unit = "원" if measure == "payroll_krw" else UNITS[measure][0]
    return Cell(
        signed_change(found.change_pct), found.change_pct, hint=f"{signed(found.change, 0)}{unit}{only}"
    )


def by_office(source: BulletinSource) -> Section:
    """The offices side by side, for the nation's bulletin."""
    columns = (
        Column("지방청"),
        Column("전체", "number", "곳", "밀집지역"),
        Column("합한 곳", "number", "곳", "밀집지역"),
        Column("종사자", "number", "명"),
        *(Column(SHORT[span], "number", "%", "종사자 증감률") for span in CHANGES),
        Column("종사자 13개월", "picture"),
    )
    named = [(office.code, Link(office.short_name, office.code)) for office in offices()]
    if any(district.office_code is None for district in source.districts):
        named.append((WITHOUT_OFFICE, Link(texts().report["without_office"])))
    rows = tuple(_office(source, area, link) for area, link in named)
    return Section(
        "offices",
        words()["headings"]["offices"],
        tables=(Table("offices", "", columns, rows, (words()["notes"]["summed"],)),),
    )


def _office(source: BulletinSource, area: str, link: Link) -> Row:
    level = source.figure(area, "level", "workers")
    count = sum((district.office_code or WITHOUT_OFFICE) == area for district in source.districts)
    return Row(
        (
            Cell(link.text, links=(link,) if link.report else ()),
            cells.count(count),
            cells.count(level.places if level else 0),
            Cell(number(level.level), rounded(level.level)) if level else cells.unknown(),
            *(_change(source.figure(area, span, "workers"), "workers") for span in CHANGES),
            _spark(source, area),
        )
    )


def _spark(source: BulletinSource, area: str) -> Cell:
    values = source.trend.get(area, [])
    known = [
        f"{month_ko(month)} {number(value)}명"
        for month, value in zip(source.trend_months, values, strict=False)
        if value is not None
    ]
    if not known:
        return cells.unknown()
    title = "에서 ".join(dict.fromkeys([known[0], known[-1]]))
    return Cell(title, drawing=Sparkline(title, values, source.trend_months, frozenset(coverage_breaks())))


def movers(source: BulletinSource, own: Sequence[District], *, falls: bool) -> Section | None:
    """The districts whose workers moved most against the month before, in heads; none without that month."""
    sign = -1 if falls else 1
    moved = []
    for district in own:
        found = source.figure(area_of(district), "month", "workers")
        if found and found.change is not None and sign * found.change > 0:
            moved.append((-sign * found.change, district.district_id, district))
    if not moved:
        return None
    columns = (
        Column("밀집지역"),
        Column("이 달", "number", "명", "종사자"),
        Column("전월 대비", "number", "명", "종사자"),
        *(Column(SHORT[span], "number", "%", "종사자 증감률") for span in CHANGES),
        Column("이 달", "number", "개", "사업장"),
        Column("전월 대비", "number", "개", "사업장"),
    )
    rows = tuple(
        _mover(source, district)
        for _, _, district in sorted(moved, key=lambda entry: entry[:2])[:MOST_MOVERS]
    )
    key = "falls" if falls else "rises"
    return Section(key, words()["headings"][key], tables=(Table("movers", "", columns, rows),))


def _mover(source: BulletinSource, district: District) -> Row:
    area = area_of(district)
    status = source.statuses.get(district.district_id, UNKNOWN)
    place = [kinds()[district.kind].name, region_name(district.sigungu_code)]
    name = clean(district.name) or district.district_id
    shown = shorten(name, cells.ROW_LONGEST)
    return Row(
        (
            Cell(shown, hint=name if shown != name else "", note=" · ".join(place)),
            *(_level(source, area, "workers", status), _heads(source, area, "workers")),
            *(_change(source.figure(area, span, "workers"), "workers") for span in CHANGES),
            *(_level(source, area, "workplaces", status), _heads(source, area, "workplaces")),
        )
    )


def _level(source: BulletinSource, area: str, measure: Measure, status: str) -> Cell:
    found = source.figure(area, "level", measure)
    return cells.known(number(found.level), found.level, status) if found else cells.unknown(status)


def _heads(source: BulletinSource, area: str, measure: Measure) -> Cell:
    found = source.figure(area, "month", measure)
    if found is None or found.change is None:
        return cells.unknown()
    return Cell(signed(found.change, 0), found.change)
