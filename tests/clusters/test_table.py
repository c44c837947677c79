"""The table: states of a figure, flags, change, neighbours, lists and the proxy."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sogong_pipeline.clusters.cells import gather
from sogong_pipeline.clusters.places import changed_areas, place, reference_day
from sogong_pipeline.clusters.proxy import Proxy
from sogong_pipeline.clusters.table import Cluster, clusters
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month
from tests.clusters.rows import count, judged

JUMUNJIN = "강원특별자치도 강릉시 주문진읍"


def one(*counts: object) -> Cluster:
    (row,) = judged(*counts).values()  # type: ignore[arg-type]
    return row


def test_sizes_add_up_and_unknown_is_never_zero() -> None:
    row = one(
        count(JUMUNJIN, "10", 30, size="1-4", workers=70),
        count(JUMUNJIN, "10", 12, size="5-9", status="suppressed"),
        count(JUMUNJIN, "10", 50, size="all", workers=400),
    )
    assert (row.est_small, row.est_all, row.small_share_pct) == (42, 50, Decimal("84.0"))
    assert (row.workers_small, row.workers_status, row.has("workers_suppressed")) == (
        None,
        "suppressed",
        True,
    )
    assert (row.reaches, row.margin, row.near) == ("yes", 2, True)


@pytest.mark.parametrize(
    ("everything", "reaches"), [(39, "no"), (40, "unknown"), (400, "unknown"), (None, "unknown")]
)
def test_with_all_sizes_only_a_number_may_be_missed_but_not_reached(
    everything: int | None, reaches: str
) -> None:
    row = one(count(JUMUNJIN, "10", everything, size="all"))
    assert (row.reaches, row.est_small, row.margin, row.near) == (reaches, None, None, None)
    assert row.has("all_sizes_only") == (everything is not None)


def test_one_known_class_may_reach_the_number_alone() -> None:
    assert (
        one(count(JUMUNJIN, "10", 44, size="1-4"), count(JUMUNJIN, "10", None, size="5-9")).reaches == "yes"
    )
    assert (
        one(count(JUMUNJIN, "10", 30, size="1-4"), count(JUMUNJIN, "10", None, size="5-9")).reaches
        == "unknown"
    )


@pytest.mark.parametrize(("small", "reaches"), [(60, "yes"), (5, "unknown")])
def test_the_register_may_show_that_a_number_is_reached_and_never_that_it_is_not(
    small: int, reaches: str
) -> None:
    row = one(
        count(JUMUNJIN, "10", small - 3, source="factory_register", scope="outside_complex"),
        count(JUMUNJIN, "10", 3, source="factory_register", scope="inside_complex"),
    )
    assert (row.reaches, row.est_small) == (reaches, small)
    assert row.has("register_undercount")
    assert not row.has("facilities_unknown")


def test_a_part_is_not_the_whole() -> None:
    assert one(count(JUMUNJIN, "10", 30, scope="outside_complex")).reaches == "unknown"
    assert one(count(JUMUNJIN, "10", 41, scope="outside_complex")).reaches == "yes"


def test_administrative_or_legal_dong_whichever_counts_more() -> None:
    legal = {"dong_code": "1111017400", "dong_code_system": "bdong10"}
    rows = judged(
        count("서울특별시 종로구 창신1동", "14", 30),
        count("서울특별시 종로구 창신동", "14", 80, **legal, source="other"),
        count("서울특별시 종로구 숭인1동", "14", 30),
    )
    by_legal = rows[2023, "창신1동", "14"]
    assert (by_legal.reaches, by_legal.reaches_by, by_legal.margin) == ("yes", "legal_dong", -20)
    assert rows[2023, "창신동", "14"].reaches_by == "own"
    assert rows[2023, "숭인1동", "14"].reaches == "no"


def test_change_only_within_one_source() -> None:
    rows = judged(
        count(JUMUNJIN, "10", 100, year=2021),
        count(JUMUNJIN, "10", 90, year=2022),
        count(JUMUNJIN, "10", 70, year=2022, source="other"),
    )
    row = rows[2022, "주문진읍", "10"]
    assert row.source == "other"
    assert (row.change, row.change_status) == (None, "no_previous")
    same = clusters(gather([count(JUMUNJIN, "10", 100, year=2021), count(JUMUNJIN, "10", 90, year=2022)]))
    assert [(row.previous_small, row.change, row.change_pct, row.change_status) for row in same] == [
        (None, None, None, "no_previous"),
        (100, -10, Decimal("-10.0"), "ok"),
    ]


@pytest.mark.parametrize(
    ("earlier", "later", "status", "flag"),
    [
        ({"year": 2019}, {"year": 2020}, "frame_break", "frame_break_2020"),
        ({"year": 2019}, {"year": 2023}, "frame_break", "frame_break_2020"),
        ({"year": 2022}, {"year": 2024, "ksic_revision": "11"}, "ksic_break", "ksic_break"),
        ({"year": 2022, "scope": "outside_complex"}, {"year": 2023}, "scope_differs", None),
    ],
)
def test_no_change_across_a_break(
    earlier: dict[str, object], later: dict[str, object], status: str, flag: str | None
) -> None:
    rows = judged(count(JUMUNJIN, "10", 100, **earlier), count(JUMUNJIN, "10", 90, **later))  # type: ignore[arg-type]
    row = rows[later["year"], "주문진읍", "10"]  # type: ignore[index]
    assert (row.change, row.change_status, row.previous_small) == (None, status, 100)
    assert flag is None or row.has(flag)


def test_a_split_dong_and_those_beside_it_have_no_change_and_eup_of_a_myeon_has() -> None:
    where = "울산광역시 중구"
    rows = judged(
        count(f"{where} 반구1동", "10", 9, year=2023),
        count(f"{where} 복산1동", "10", 9, year=2023),
        count(f"{where} 태화동", "10", 9, year=2023),
        count(f"{where} 반구1동", "10", 8, year=2024),
        count(f"{where} 복산동", "10", 8, year=2024),
        count(f"{where} 태화동", "10", 8, year=2024),
    )
    assert rows[2024, "반구1동", "10"].change_status == "dong_split"
    assert rows[2024, "복산동", "10"].change_status == "no_previous"
    assert rows[2024, "태화동", "10"].change == -1
    raised = judged(
        count("부산광역시 기장군 일광면", "10", 50, year=2021),
        count("부산광역시 기장군 일광읍", "10", 55, year=2022),
    )
    assert raised[2022, "일광읍", "10"].change == 5
    assert changed_areas("11530", reference_day(2019), reference_day(2020)) >= {"항동", "오류2동"}


def test_a_reform_of_codes_breaks_nothing() -> None:
    rows = judged(count("강원도 강릉시 주문진읍", "10", 100, year=2022), count(JUMUNJIN, "10", 90, year=2023))
    assert rows[2023, "주문진읍", "10"].change == -10
    assert {row.sigungu_code for row in rows.values()} == {"42150", "51150"}
    assert {row.sigungu_today for row in rows.values()} == {"51150"}


def test_neighbours_are_joined_and_others_are_not() -> None:
    rows = judged(
        count(JUMUNJIN, "10", 21),
        count("강원특별자치도 강릉시 연곡면", "10", 25),
        count("강원특별자치도 강릉시 왕산면", "10", 30),
        count("강원특별자치도 강릉시 사천면", "10", 19),
        count("강원특별자치도 강릉시 연곡면", "25", 39),
    )
    joined = rows[2023, "주문진읍", "10"]
    assert joined.joined_id == rows[2023, "연곡면", "10"].joined_id != None  # noqa: E711
    assert joined.joined_small == 46
    assert joined.reaches == "no"  # joining is informative and changes no decision
    assert rows[2023, "왕산면", "10"].joined_id is None  # touches neither
    assert rows[2023, "사천면", "10"].joined_id is None  # under half of the number
    assert rows[2023, "연곡면", "25"].joined_id is None


def test_location_quotients_against_plain_fractions() -> None:
    from fractions import Fraction

    figures = {("주문진읍", "10"): 60, ("주문진읍", "25"): 20, ("사천면", "10"): 5, ("사천면", "25"): 40}
    rows = judged(
        *(
            count(f"강원특별자치도 강릉시 {dong}", division, small)
            for (dong, division), small in figures.items()
        )
    )
    total = sum(figures.values())
    for (dong, division), small in figures.items():
        area = sum(value for key, value in figures.items() if key[0] == dong)
        trade = sum(value for key, value in figures.items() if key[1] == division)
        expected = round(Fraction(small, area) / Fraction(trade, total), 2)
        assert rows[2023, dong, division].location_quotient == Decimal(expected.numerator) / Decimal(
            expected.denominator
        )


def test_lists_and_their_dates_stand_beside_the_count() -> None:
    row = one(count("전라남도 무안군 청계면", "23", 31, year=2024))
    assert (row.designated, row.first_seen, row.plan_end) == ("yes", "2024-12-27", "2027-12-27")
    assert row.centre_ids
    assert row.complex_centre_ids
    assert one(count("전라남도 무안군 청계면", "10", 31, year=2024)).designated == "no"
    jongno = judged(
        count("서울특별시 종로구 종로1.2.3.4가동", "33", 500), count("서울특별시 성동구 금호1가동", "14", 9)
    )
    assert {row.designated for row in jongno.values()} == {
        "unknown"
    }  # named by legal dong; named without a dong


def test_stale_is_measured_against_the_newest_count() -> None:
    rows = judged(count(JUMUNJIN, "10", 50, year=2020), count(JUMUNJIN, "25", 50, year=2024))
    assert rows[2020, "주문진읍", "10"].has("stale")
    assert not rows[2024, "주문진읍", "25"].has("stale")


def test_the_proxy_has_its_coverage_and_its_trend() -> None:
    newest, before = Month(2026, 9), Month(2025, 9)
    proxy = Proxy({newest: [("51150250", "10", 20), ("51150110", "10", 7)], before: [("51150250", "10", 25)]})
    rows = clusters(
        gather(
            [
                count(JUMUNJIN, "10", 125),
                count("강원특별자치도 강릉시 교1동", "10", 9),
                count("강원특별자치도 강릉시 중앙동", "10", 52),
            ]
        ),
        proxy,
    )
    by_dong = {row.dong: row for row in rows}
    town = by_dong["주문진읍"]
    assert (town.corporate_3_9, town.corporate_3_9_month, town.corporate_3_9_area) == (20, "2026-09", "own")
    assert (town.corporate_3_9_coverage_pct, town.corporate_3_9_change_pct) == (
        Decimal("16.0"),
        Decimal("-20.0"),
    )
    shared = by_dong["교1동"]
    assert (shared.corporate_3_9, shared.corporate_3_9_area, shared.corporate_3_9_coverage_pct) == (
        7,
        "legal_dong",
        None,
    )
    nowhere = by_dong["중앙동"]  # of no legal dong's name
    assert (nowhere.corporate_3_9, nowhere.corporate_3_9_area) == (None, "none")


def test_all_unplaceable_areas_are_refused_in_one_line() -> None:
    with pytest.raises(RefusedError) as refused:
        gather(
            [count("강원특별자치도 강릉시 없는동", "10", 1), count("강원특별자치도 없는시 중앙동", "10", 1)]
        )
    assert "2 problems" in str(refused.value)
    assert "'없는동' is not an 읍면동 of 강원특별자치도 강릉시 on 2023-12-31" in str(refused.value)


def test_a_code_must_be_in_force_in_the_place_named_and_of_the_name_given() -> None:
    day = reference_day(2023)
    assert (
        place(
            "강원특별자치도", "강릉시", "주문진읍", day, dong_code="5115025000", code_system="mois10"
        ).name_match_only
        is False
    )
    for code, message in (
        ("4215025000", "was not in force"),
        ("1111067000", "is not in the named"),
        ("5115031000", "not '주문진읍'"),
        ("9999999999", "is not a code"),
    ):
        with pytest.raises(RefusedError, match=message):
            place("강원특별자치도", "강릉시", "주문진읍", day, dong_code=code, code_system="mois10")


def test_dongs_known_by_a_statistics_code_alone_are_kept() -> None:
    row = one(count("서울특별시 종로구 *", "14", 60, dong_code="1101053", dong_code_system="kostat7"))
    assert (row.area_code, row.basis, row.dong, row.reaches) == (
        "kostat:1101053",
        "code_only",
        "1101053",
        "yes",
    )
