"""Pages per trade and per 시도."""

from __future__ import annotations

from sogong_pipeline.cluster_pages.collect import ClusterSource
from sogong_pipeline.cluster_pages.index import in_sido
from sogong_pipeline.cluster_pages.shares import division_table, share_table
from sogong_pipeline.cluster_pages.wording import (
    INDEX,
    centre_table,
    cluster_table,
    designation_table,
    limits,
    page,
    section,
    sido_name,
    sido_of,
    trade_title,
    words,
)
from sogong_pipeline.pages.parts import Cell, Column, Link, Page, Row, Section, Table
from sogong_pipeline.pages.wording import number
from sogong_pipeline.regions.reference import regions

BACK = (Link("업종·지역 한눈에", INDEX),)


def trade_page(source: ClusterSource, division: str) -> Page:
    """Build the page of a trade: places, designations, centres, shares, and the Act's headings for the unit's notes."""
    rows = [row for row in source.shown if row.division == division]
    reaching = [row for row in rows if row.reaches == "yes"]
    listed = [one for one in source.designations if division in one.divisions]
    served = [one for one in source.centres if division in one.divisions]
    falling = sum(row.change is not None and row.change < 0 for row in reaching)
    known = sum(row.change is not None for row in reaching)
    elder = [row.owners_60_share_pct for row in reaching if row.owners_60_share_pct is not None]
    return page(
        source,
        f"trade-{division}",
        "trade",
        trade_title(division),
        headline=(
            f"{words()['trades'][division]} 업종에서 기준 수에 도달한 읍면동은 {number(len(reaching))}곳이고, "
            f"확인된 지정은 {number(len(listed))}곳입니다.",
            f"앞선 집계와 비교할 수 있는 {number(known)}곳 가운데 {number(falling)}곳에서 소공인이 줄었습니다."
            if known
            else "",
            f"도달한 곳의 대표자 가운데 60세 이상은 {number(min(elder), 1)}~{number(max(elder), 1)}%입니다."
            if elder
            else "",
        ),
        sections=(
            section("clusters", cluster_table("clusters", rows, with_trade=False)) if rows else None,
            section("designations", designation_table(listed, source.day)) if listed else None,
            section("centres", centre_table(served, source.day)) if served else None,
            section("shares", share_table(source.shares, "nation", "sido", division=division)),
            _fields(),
            limits(),
        ),
        others=BACK,
    )


def sido_page(source: ClusterSource, code: str) -> Page:
    """Build the page of a 시도: places, designations, centres and shares."""
    rows = [row for row in source.shown if sido_of(row) == code]
    reaching = [row for row in rows if row.reaches == "yes"]
    listed = [one for one in source.designations if in_sido(one, code)]
    served = [one for one in source.centres if in_sido(one, code)]
    running = sum(one.runs_on(source.day) for one in served)
    codes = {
        region.region_code for region in regions() if region.level == "sido" and region.successor_code == code
    }
    parts = [row for row in source.shares if row.area_code[:2] in codes]
    counted = sorted({row.area_code for row in parts if row.level == "sido"})
    return page(
        source,
        f"sido-{code}",
        "sido",
        sido_name(code),
        headline=(
            f"{sido_name(code)}에서 집계가 있는 읍면동 가운데 {number(len(reaching))}곳(읍면동·업종)이 "
            "기준 수에 도달했습니다."
            if parts
            else f"{sido_name(code)}의 집계는 아직 들어오지 않았습니다. 지정과 센터만 보입니다.",
            f"확인된 지정은 {number(len(listed))}곳, 운영 중인 센터는 {number(running)}곳입니다.",
        ),
        sections=(
            section("clusters", cluster_table("clusters", rows, with_trade=True)) if rows else None,
            section("designations", designation_table(listed, source.day)) if listed else None,
            section("centres", centre_table(served, source.day)) if served else None,
            section(
                "shares",
                *(division_table(parts, "sido", area) for area in counted),
                share_table(parts, "sigungu"),
            )
            if parts
            else None,
            limits(),
        ),
        others=BACK,
    )


def _fields() -> Section:
    """Return the Act's headings with empty fields, since the counts contain none of this."""
    rows = tuple(Row((Cell(field), Cell(""))) for field in words()["fields"])
    table = Table(
        "fields", "", (Column("법이 드는 분야"), Column("촉진단 메모")), rows, (words()["field_note"],)
    )
    return section("fields", table)
