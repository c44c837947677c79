"""Legal thresholds by place and day, against the cases that distinguish the rules."""

from __future__ import annotations

import datetime as dt

import pytest

from sogong_pipeline.clusters.lists import designations
from sogong_pipeline.clusters.places import place, reference_day, sigungu_codes
from sogong_pipeline.clusters.rules import newest_day, rule_of
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.industries.divisions import divisions
from tests.clusters.rows import count, judged


@pytest.mark.parametrize(
    ("where", "division", "small", "year", "threshold", "alternative"),
    [
        ("전라남도 무안군 청계면", "23", 31, 2024, 20, None),
        ("전라남도 무안군 청계면", "23", 31, 2026, 20, 50),
        ("전북특별자치도 순창군 순창읍", "10", 36, 2019, 20, None),
        ("전북특별자치도 순창군 순창읍", "10", 36, 2024, 20, 40),
        ("강원특별자치도 영월군 영월읍", "10", 70, 2024, 20, 40),
        ("강원도 영월군 영월읍", "10", 70, 2022, 20, None),
        ("광주광역시 동구 충장동", "33", 90, 2024, 50, None),
        ("광주광역시 동구 충장동", "33", 90, 2026, 50, None),
        ("서울특별시 마포구 서교동", "18", 551, 2020, 50, None),
        ("경기도 화성시 봉담읍", "25", 344, 2020, 40, None),
        ("경기도 화성시 봉담읍", "25", 344, 2026, 40, None),
        ("경상북도 영주시 풍기읍", "10", 181, 2020, 40, None),
        ("대전광역시 대덕구 덕암동", "25", 282, 2024, 50, None),
        ("부산광역시 금정구 서2동", "14", 252, 2024, 50, None),
        ("세종특별자치시 조치원읍", "10", 40, 2024, 40, None),
        ("제주특별자치도 제주시 애월읍", "10", 40, 2024, 40, None),
        ("대구광역시 달성군 화원읍", "25", 50, 2024, 50, None),
        ("부산광역시 기장군 기장읍", "10", 50, 2024, 50, None),
        ("인천광역시 강화군 강화읍", "13", 50, 2024, 50, None),
        ("울산광역시 울주군 온산읍", "25", 50, 2024, 50, None),
        ("경상북도 군위군 군위읍", "10", 20, 2022, 20, None),
        ("대구광역시 군위군 군위읍", "10", 50, 2024, 50, None),
        ("전라남도 여수시 돌산읍", "10", 50, 2026, 40, 50),
        ("강원특별자치도 강릉시 주문진읍", "10", 125, 2023, 40, None),
        ("경기도 용인시 기흥구 영덕1동", "26", 40, 2024, 40, None),
        ("전라남도 무안군 청계면", "34", 20, 2024, 20, None),
    ],
)
def test_each_place_has_the_number_of_its_kind_and_day(
    where: str, division: str, small: int, year: int, threshold: int, alternative: int | None
) -> None:
    (row,) = judged(count(where, division, small, year=year)).values()
    assert (row.threshold, row.threshold_alt) == (threshold, alternative)
    assert row.reaches == "yes"
    assert row.has("rule_ambiguous") == (alternative is not None)
    assert row.reaches_alt == (None if alternative is None else "yes" if small >= alternative else "no")
    (below,) = judged(count(where, division, threshold - 1, year=year)).values()
    assert (below.reaches, below.margin, below.near) == ("no", -1, True)


def test_muan_reaches_20_and_neither_40_nor_50() -> None:
    reached = {
        where: judged(count(where, "23", 31, year=2024))[2024, where.split()[-1], "23"].reaches
        for where in ("전라남도 무안군 청계면", "전라남도 여수시 돌산읍", "광주광역시 동구 충장동")
    }
    assert list(reached.values()) == ["yes", "no", "no"]


def test_today_s_rule_stands_beside_that_of_the_count() -> None:
    (row,) = judged(count("경상북도 군위군 군위읍", "10", 30, year=2022)).values()
    assert (row.threshold, row.reaches) == (20, "yes")
    assert row.reaches_newest == "no"  # 50 since Gunwi lies in Daegu
    assert newest_day() == dt.date(2026, 7, 1)


def test_the_name_of_a_sido_decides_nothing() -> None:
    """Gwangju's gu keep 50 in a sido that is called a special city, and its cities have 40, not 50."""
    day = dt.date(2026, 12, 31)
    by_name = {
        name: rule_of(sigungu_codes("전남광주통합특별시", name, day)[0], day)
        for name in ("북구", "순천시", "담양군")
    }
    assert {name: rule.threshold for name, rule in by_name.items()} == {
        "북구": 50,
        "순천시": 40,
        "담양군": 20,
    }
    assert {name: rule.alternative for name, rule in by_name.items()} == {
        "북구": None,
        "순천시": 50,
        "담양군": 50,
    }


def test_every_number_names_its_article() -> None:
    for code, day in (
        ("46840", dt.date(2024, 12, 31)),
        ("12810", dt.date(2026, 12, 31)),
        ("51750", dt.date(2024, 1, 1)),
    ):
        articles = rule_of(code, day).articles
        assert any("시행령 제3조" in article for article in articles)
        assert any("시행령 제2조" in article for article in articles)


@pytest.mark.parametrize("excluded", ["12", "19", "21", "30", "31", "34"])
def test_the_older_rule_counts_19_divisions(excluded: str) -> None:
    (before,) = judged(count("서울특별시 성동구 성수1가1동", excluded, 500, year=2017)).values()
    (after,) = judged(count("서울특별시 성동구 성수1가1동", excluded, 500, year=2018)).values()
    assert (before.reaches, before.has("division_outside_rule"), before.rule) == ("no", True, "decree_2015")
    assert (after.reaches, after.has("division_outside_rule"), after.rule) == ("yes", False, "decree_2018")


def test_the_older_rule_does_not_count_complexes() -> None:
    where, division = "경기도 시흥시 정왕1동", "25"
    (together,) = judged(count(where, division, 500, year=2016)).values()
    assert (together.reaches, together.has("scope_unknown")) == ("unknown", True)
    (few,) = judged(count(where, division, 39, year=2016)).values()
    assert few.reaches == "no"
    outside = count(where, division, 41, year=2016, scope="outside_complex")
    inside = count(where, division, 900, year=2016, scope="inside_complex")
    (apart,) = judged(outside, inside).values()
    assert (apart.reaches, apart.has("scope_unknown"), apart.est_small) == ("yes", False, 941)
    (only_inside,) = judged(count(where, division, 5, year=2016, scope="outside_complex"), inside).values()
    assert only_inside.reaches == "no"
    (now,) = judged(
        count(where, division, 5, year=2023, scope="outside_complex"),
        count(where, division, 900, year=2023, scope="inside_complex"),
    ).values()
    assert now.reaches == "yes"


def test_every_published_designation_reaches_the_number_of_its_kind() -> None:
    published = [one for one in designations() if one.published_establishments is not None]
    assert len(published) == 21
    for one in published:
        day = reference_day(int(one.published_year))
        for code in sigungu_codes(one.sido, one.sigungu, day):
            rule = rule_of(code, day)
            assert one.published_establishments is not None
            assert one.published_establishments >= rule.threshold, one.name
            assert set(one.divisions) <= set(rule.divisions), one.name


def test_division_34_is_one_of_manufacturing() -> None:
    assert divisions()["34"].is_manufacturing
    assert sum(one.is_manufacturing for one in divisions().values()) == 25


def test_a_code_of_another_day_and_a_day_before_the_law_are_refused() -> None:
    with pytest.raises(RefusedError, match="was not in force"):
        rule_of("27720", dt.date(2022, 12, 31))
    with pytest.raises(RefusedError, match="before 2015-05-29"):
        rule_of("11110", dt.date(2014, 12, 31))


def test_a_town_is_found_by_the_names_of_any_day() -> None:
    day = dt.date(2023, 12, 31)
    assert place("강원도", "강릉시", "주문진읍", day) == place("강원", "강릉시", "주문진읍", day)
    assert place("서울", "종로구", "창신제1동", day).area_code == "1111067000"
    assert place("서울", "종로구", "종로1·2·3·4가동", day).area_code == "1111061500"
