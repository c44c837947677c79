"""The map of a report, with the index of its numbers beside it."""

from __future__ import annotations

from sogong_pipeline.pages import cells, geography
from sogong_pipeline.pages.drawings import Dot, StageMap, StageMark
from sogong_pipeline.pages.geography import Point
from sogong_pipeline.pages.parts import Cell, Column, Legend, Picture, Row, Section, Table
from sogong_pipeline.pages.wording import number, texts
from sogong_pipeline.reports import fact_cells
from sogong_pipeline.reports.scope import District, Scope
from sogong_pipeline.reports.wording import report_texts, stage_noun
from sogong_pipeline.vocabulary import STAGES

INDEXED = 36
"""So many numbers are explained beside the map; the list of flagged districts explains all."""
LARGEST = (560.0, 760.0)
"""Pixels; a map beside its index."""


def on_the_map(scope: Scope) -> Section:
    """Where the districts lie and in which stage they are."""
    places = [(district, _place(district)) for district in scope.districts]
    if scope.office is None:
        sidos, scale = frozenset(outline.code[:2] for outline in geography.outlines()), 0.8
        names = list(geography.sido_labels())
    else:
        sidos, scale = geography.current_sidos(scope.office.sido_codes), 1.0
        names = [*geography.sigungu_labels(sidos), *geography.sido_labels(apart_from=sidos)]
    dots = [
        Dot(place, d.stage, d.name, d.number if scope.office or (d.number or 0) <= INDEXED else None)
        for d, place in places
        if place and geography.is_in_korea(place)
    ]
    title = f"{scope.short_name} 밀집지역의 {stage_noun(scope.source)}"
    drawn = StageMap(title, geography.outlines(), sidos, tuple(dots), tuple(names), LARGEST, scale)
    missing = len(scope.districts) - len(dots)
    notes = [
        "번호는 ‘주의·심각 밀집지역’의 번호이며, 겹치는 곳에서는 이름이나 번호를 줄였습니다."
        if scope.flagged
        else "",
        f"좌표를 알 수 없는 {number(missing)}곳은 그리지 못했습니다." if missing else "",
        report_texts().map_attribution,
    ]
    legend = tuple(Legend(StageMark(stage), texts().stages[stage]) for stage in STAGES)
    picture = Picture(drawn, title, notes=tuple(filter(None, notes)), legend=legend)
    index = (_index(scope),) if scope.flagged else ()
    return Section("map", report_texts().headings["map"], pictures=(picture,), tables=index)


def _place(district: District) -> Point | None:
    longitude, latitude = district.info.longitude, district.info.latitude
    return None if longitude is None or latitude is None else (float(longitude), float(latitude))


def _index(scope: Scope) -> Table:
    rows = tuple(
        Row(
            (
                cells.count(district.number or 0),
                Cell(texts().stages[district.stage], stage=district.stage),
                fact_cells.linked(district, scope),
                fact_cells.change(district.fact, "workers", "year"),
            )
        )
        for district in scope.flagged[:INDEXED]
    )
    columns = (
        Column("번호", "number"),
        Column("단계", "stage"),
        Column("밀집지역"),
        Column("종사자 1년 전 대비", "number", "%"),
    )
    left_out = len(scope.flagged) - len(rows)
    notes = (f"나머지 {number(left_out)}곳은 ‘주의·심각 밀집지역’에 있습니다.",) if left_out else ()
    return Table("index", "지도의 번호", columns, rows, notes)
