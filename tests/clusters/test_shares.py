"""Shares: a 시군구's own total before the sum of its dongs, null where workers are withheld, cited figures separate."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from sogong_pipeline.clusters.cells import gather
from sogong_pipeline.clusters.shares import reference_shares, shares
from sogong_pipeline.clusters.workbooks import convert_table3
from tests.clusters.rows import count


@pytest.mark.real_data
def test_the_real_workbook_s_shares(test_data: Path) -> None:
    rows = convert_table3(test_data / "clusters" / "gangneung_2023_table3.xlsx", "2026-11-30").rows
    by_area = {(row.level, row.area_code, row.division): row for row in shares(gather(rows))}  # type: ignore[arg-type]
    for level, code, covered, whole in (
        ("sigungu", "51150", 1, 1),
        ("sido", "51", 1, 18),
        ("nation", "00", 1, 250),
    ):
        row = by_area[level, code, "C"]
        assert (row.est_small, row.est_all, row.est_share_pct) == (1355, 1492, Decimal("90.8"))
        assert (row.workers_small, row.workers_all, row.workers_share_pct) == (3179, 7208, Decimal("44.1"))
        assert (row.sigungu_covered, row.sigungu_in_area) == (covered, whole)
        assert row.is_whole == (level == "sigungu")
    for division in map(str, range(10, 35)):
        dongs = [
            cell.of("small").establishments
            for cell in gather(rows)
            if cell.place.dong and cell.division == division  # type: ignore[arg-type]
        ]
        assert by_area["sigungu", "51150", division].est_small == sum(dongs)  # type: ignore[arg-type]


def test_sums_of_dongs_stand_in_where_no_total_is_given_and_withheld_workers_stay_withheld() -> None:
    towns = ["주문진읍", "사천면"]
    rows = [
        *(count(f"강원특별자치도 강릉시 {dong}", "10", 10, workers=40) for dong in towns),
        *(count(f"강원특별자치도 강릉시 {dong}", "10", 12, size="all", workers=90) for dong in towns),
        count("강원특별자치도 강릉시 주문진읍", "25", 2, status="suppressed"),
        count("강원특별자치도 강릉시 주문진읍", "25", 3, size="all", workers=33),
    ]
    by_area = {(row.level, row.division): row for row in shares(gather(rows))}
    food, metal, all_of_it = (by_area["sigungu", division] for division in ("10", "25", "C"))
    assert (food.est_small, food.est_all, food.workers_small, food.workers_share_pct) == (
        20,
        24,
        80,
        Decimal("44.4"),
    )
    assert (metal.est_share_pct, metal.workers_small, metal.workers_share_pct, metal.workers_status) == (
        Decimal("66.7"), None, None, "suppressed",
    )  # fmt: skip
    assert (all_of_it.est_small, all_of_it.workers_small, all_of_it.basis) == (22, None, "sum")


def test_a_sido_sums_its_sigungu_and_says_how_many() -> None:
    rows = [
        count(f"강원특별자치도 {sigungu} *", "C", small, size=size, workers=small * 2)
        for sigungu, sizes in {"강릉시": {"1-9": 100, "all": 120}, "원주시": {"1-9": 50, "all": 80}}.items()
        for size, small in sizes.items()
    ]
    by_area = {(row.level, row.area_code): row for row in shares(gather(rows))}
    assert (by_area["sido", "51"].est_small, by_area["sido", "51"].est_all) == (150, 200)
    assert (by_area["sido", "51"].sigungu_covered, by_area["sido", "51"].sigungu_in_area) == (2, 18)
    assert by_area["sigungu", "51130"].basis == "total"


def test_cited_shares_carry_year_and_source() -> None:
    nation, seoul = reference_shares()
    assert (nation.year, nation.workplaces_share_pct, nation.workers_share_pct) == (
        2025,
        Decimal("88.5"),
        Decimal("24.5"),
    )
    assert (seoul.year, seoul.workplaces_share_pct, seoul.workers_share_pct) == (
        2018,
        Decimal("92.8"),
        Decimal("59.4"),
    )
    assert all(one.source for one in reference_shares())
