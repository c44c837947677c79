"""Legal dongs, roads and numbers read from a register's addresses."""

from __future__ import annotations

import pytest

from sogong_pipeline.factories.addresses import Site, sites_of

CASES = [
    ("인천광역시 남동구 고잔동 618-9", ("2820011100",), "lot", None, None),
    ("대구광역시 서구 염색공단천로3길 23-1 (비산동)", ("2717010200",), "brackets", "염색공단천로3길", "23-1"),
    (
        "대구광역시 달서구 두류남9길 17, 3층 302호 (두류동, 지식산업센터)",
        ("2729010200",),
        "brackets",
        "두류남9길",
        "17",
    ),
    ("대구광역시 달성군 논공읍 비슬로262길 113", ("2771025325",), "eupmyeon_road", "비슬로262길", "113"),
    ("인천광역시 중구 축항대로 86번길 12", ("2812512500",), "road", "축항대로86번길", "12"),
    ("대구광역시 달성군 구지면 대구광역시 달성군 구지면 창리 1357-9번지", ("2771026821",), "lot", None, None),
    ("경북 포항시 남구 호동 12-3", ("4711111300",), "lot", None, None),
    ("전라남도 광양시 금호동 700", ("1219011000",), "lot", None, None),
    ("강원도 춘천시 신북읍 유포리 12 외 3필지", ("5111025023",), "lot", None, None),
    ("세종특별자치시 연서면 공단로 12", ("3611036032",), "eupmyeon_road", "공단로", "12"),
    ("경기도 부천시 원미구 도당동 1", ("4119210400",), "lot", None, None),
    ("nowhere at all 12", (), "none", None, None),
    ("", (), "none", None, None),
]


@pytest.mark.parametrize(("address", "dongs", "way", "road", "number"), CASES)
def test_an_address_is_read_in_codes_of_today(
    address: str, dongs: tuple[str, ...], way: str, road: str | None, number: str | None
) -> None:
    (site,) = sites_of(address, None)
    assert (site.legal_dong_codes, site.way, site.road, site.number) == (dongs, way, road, number)


def test_a_road_in_several_dongs_gives_all_of_them_and_decides_for_none() -> None:
    (site,) = sites_of("인천 남동구 남동서로 123, 2층", None)
    assert site.way == "road_several"
    assert site.legal_dong_codes == ("2820010700", "2820011000", "2820011100")
    assert site.emd_code is None


def test_the_lot_says_the_dong_and_the_road_the_number() -> None:
    (site,) = sites_of("인천광역시 남동구 남동서로 123", "인천광역시 남동구 고잔동 618-9")
    assert site == Site(("28200",), ("2820011100",), "lot", "28200111", "남동서로", "123")


def test_each_address_of_a_cell_is_a_site() -> None:
    one, other = sites_of(
        "대구광역시 달성군 논공읍 비슬로262길 113 / 대구광역시 달성군 옥포읍 신당1길 15-22", None
    )
    assert (one.emd_code, other.emd_code) == ("27710253", "27710262")


def test_an_address_without_its_region_takes_it_from_the_other_columns() -> None:
    (site,) = sites_of("고잔동 618-9", None, "인천광역시 남동구")
    assert site.legal_dong_codes == ("2820011100",)


def test_a_road_that_the_table_does_not_hold_keeps_its_road_and_sigungu() -> None:
    (site,) = sites_of("인천광역시 남동구 없는길로 5", None)
    assert (site.way, site.sigungu_codes, site.road, site.number) == ("none", ("28200",), "없는길로", "5")
