"""Tables of shares: computed ones, and those published by authorities."""

from __future__ import annotations

from collections.abc import Iterable

from sogong_pipeline.cluster_pages.wording import count, percentage, sido_name, source_name, trade_name, words
from sogong_pipeline.clusters.counts import SECTION
from sogong_pipeline.clusters.places import sigungu_name
from sogong_pipeline.clusters.shares import Share, reference_shares
from sogong_pipeline.pages.parts import Cell, Column, Row, Table
from sogong_pipeline.pages.wording import number
from sogong_pipeline.regions.reference import current_code

COLUMNS = (
    Column("소공인", "number", "곳", "사업체"),
    Column("전체", "number", "곳", "사업체"),
    Column("비중", "number", "%", "사업체"),
    Column("소공인", "number", "명", "종사자"),
    Column("전체", "number", "명", "종사자"),
    Column("비중", "number", "%", "종사자"),
)


def share_table(shares: Iterable[Share], *levels: str, division: str = SECTION, sido: str = "") -> Table:
    """Tabulate shares of manufacturing or a division by area: the newest year of each source and area.

    Args:
        shares: every row.
        levels: levels to show: nation, sido, sigungu.
        division: the division; manufacturing by default.
        sido: limits the 시군구 to this 시도, by its code in that year.
    """
    chosen = [
        row
        for row in shares
        if row.level in levels and row.division == division and (not sido or row.area_code[:2] == sido)
    ]
    rows = tuple(
        Row(
            (
                Cell(_area(row), note=_covered(row)),
                Cell(source_name(row.source), note=f"{row.reference_year}년"),
                *_figures(row),
            )
        )
        for row in _newest(chosen)
    )
    return Table("shares", "", (Column("지역"), Column("집계"), *COLUMNS), rows)


def division_table(shares: Iterable[Share], level: str, area: str) -> Table:
    """Tabulate the shares of each division of an area, the newest year of each source."""
    chosen = [row for row in shares if row.level == level and row.area_code == area]
    newest = max((row.reference_year for row in chosen), default=0)
    rows = tuple(
        Row((Cell(trade_name(row.division)), *_figures(row)), strong=row.division == SECTION)
        for row in sorted(chosen, key=lambda row: (row.source, row.division != SECTION, row.division))
        if row.reference_year == newest and row.est_all
    )
    return Table("divisions", f"{newest}년" if newest else "", (Column("업종"), *COLUMNS), rows)


def cited_table() -> Table:
    """Tabulate the shares published by authorities, with year and source."""
    rows = tuple(
        Row(
            (
                Cell(one.area),
                Cell(f"{one.year}년"),
                Cell(number(one.workplaces), one.workplaces),
                percentage(one.workplaces_share_pct),
                Cell(number(one.workers), one.workers),
                percentage(one.workers_share_pct),
                Cell(one.source),
            )
        )
        for one in reference_shares()
    )
    columns = (
        Column("지역"),
        Column("연도"),
        Column("소공인", "number", "곳", "사업체"),
        Column("비중", "number", "%", "사업체"),
        Column("소공인", "number", "명", "종사자"),
        Column("비중", "number", "%", "종사자"),
        Column("인용한 자료"),
    )
    return Table("cited", "인용한 비중", columns, rows, (words()["cited_note"],))


def _newest(rows: Iterable[Share]) -> list[Share]:
    """Return the newest year of each area and source, across changes of the area's code."""
    rows, newest = list(rows), dict[tuple[str, str, str], int]()
    for row in rows:
        newest[_area_key(row)] = max(newest.get(_area_key(row), 0), row.reference_year)
    latest = [row for row in rows if row.reference_year == newest[_area_key(row)]]
    return sorted(latest, key=lambda row: (row.level != "nation", row.area_code, row.source))


def _area_key(row: Share) -> tuple[str, str, str]:
    return row.level, current_code(row.area_code) or row.area_code, row.source


def _figures(row: Share) -> tuple[Cell, ...]:
    withheld = words()["workers"].get(row.workers_status, "")
    workers = [row.workers_small, row.workers_all]
    return (
        count(row.est_small),
        count(row.est_all),
        percentage(row.est_share_pct),
        *(
            count(value) if value is not None or not withheld else Cell(withheld, tone="doubtful")
            for value in workers
        ),
        percentage(row.workers_share_pct),
    )


def _area(row: Share) -> str:
    if row.level == "nation":
        return "전국(집계가 있는 곳의 합)" if not row.is_whole else "전국"
    if row.level == "sido":
        return sido_name(row.area_code)
    return sigungu_name(row.area_code)


def _covered(row: Share) -> str:
    return (
        "" if row.is_whole else f"시군구 {number(row.sigungu_in_area)}곳 중 {number(row.sigungu_covered)}곳"
    )
