"""Builders of the tables, on small inputs."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import struct
from collections import Counter
from itertools import accumulate

import pytest
import shapely

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.regions.reference import data_path
from tools.reference_tables import __main__ as build
from tools.reference_tables import sources
from tools.reference_tables.dong_outline import build_dong_outlines
from tools.reference_tables.legal_dong import LegalDong, build_legal_dongs
from tools.reference_tables.placement import place_polygons
from tools.reference_tables.postal_code import build_postal_codes
from tools.reference_tables.region import Reform, build_regions, read_reforms, today_by_name
from tools.reference_tables.road import build_roads
from tools.reference_tables.sources import CurrentSigungu, Polygon

CHUNCHEON = CurrentSigungu("51110", "강원특별자치도 춘천시", ("봉의동", "신북읍", "신북읍 유포리"))
MANSE = CurrentSigungu("41591", "경기도 화성시 만세구", ("남양읍", "남양읍 북양리", "새솔동"))
DONGTAN = CurrentSigungu("41597", "경기도 화성시 동탄구", ("반송동", "능동"))
CURRENT = [CHUNCHEON, MANSE, DONGTAN]

OFFICIAL = {
    "4200000000": "강원도",
    "4211000000": "강원도 춘천시",
    "4271500000": "강원도 춘천군",
    "4159000000": "경기도 화성시",
}
REFORMS = [
    Reform(dt.date(2023, 6, 11), "Gangwon", sido={"42": "51"}),
    Reform(dt.date(2026, 2, 1), "Hwaseong", gone={"41590": ["41591", "41597"]}, born=["41591", "41597"]),
]


@pytest.fixture
def regions():
    return build_regions(CURRENT, OFFICIAL, REFORMS)


def test_a_renumbered_sido_takes_its_sigungu_along(regions):
    rows = {row.region_code: row for row in regions}
    assert rows["42"].today == ("51",)
    assert rows["42110"].today == ("51110",)
    assert rows["42110"].valid_to == dt.date(2023, 6, 10)
    assert rows["51110"].valid_from == dt.date(2023, 6, 11)
    assert "42715" not in rows  # the county was gone before


def test_a_split_city_has_several_codes_today_and_no_successor(regions):
    (old,) = [row for row in regions if row.region_code == "41590"]
    assert old.today == ("41591", "41597")
    assert old.as_csv()["successor_code"] == ""
    assert today_by_name(regions)["경기도 화성시"] == ("41591", "41597")


def test_regions_are_ordered_and_named(regions):
    assert [row.region_code for row in regions] == [
        "41",
        "42",
        "51",
        "41590",
        "41591",
        "41597",
        "42110",
        "51110",
    ]
    assert [row.short_name for row in regions[-3:]] == ["화성 동탄구", "춘천시", "춘천시"]


def test_every_reform_is_read_with_a_date_and_a_meaning():
    reforms = read_reforms()
    assert [reform.effective for reform in reforms] == sorted(reform.effective for reform in reforms)
    assert all(reform.what and (reform.sido or reform.gone) for reform in reforms)


LIVING = {
    "5111010100": "강원특별자치도 춘천시 봉의동",
    "5111025000": "강원특별자치도 춘천시 신북읍",
    "5111025021": "강원특별자치도 춘천시 신북읍 유포리",
    "4159025000": "경기도 화성시 남양읍",
    "4159025033": "경기도 화성시 남양읍 북양리",
    "4159010500": "경기도 화성시 새솔동",
    "4159010600": "경기도 화성시 반송동",
    "4159010700": "경기도 화성시 능동",
}


def test_legal_dongs_keep_their_last_five_digits_under_a_new_sigungu(regions):
    dongs = {row.legal_dong_code: row for row in build_legal_dongs(CURRENT, LIVING, regions)}
    assert dongs["4159125033"] == LegalDong(
        "4159125033", "41591", "경기도", "화성시 만세구", "남양읍", "북양리"
    )
    assert sorted(dongs) == [
        *("4159110500", "4159125000", "4159125033", "4159710600", "4159710700"),
        *("5111010100", "5111025000", "5111025021"),
    ]


def test_a_renumbered_gu_counts_its_dongs_in_order():
    jemulpo = CurrentSigungu("28125", "인천광역시 제물포구", ("만석동", "화수동"))
    rows = build_legal_dongs([jemulpo], {}, build_regions([jemulpo], {}, []))
    assert [row.legal_dong_code for row in rows] == ["2812510100", "2812510200"]


def test_a_promoted_eup_keeps_the_digits_of_its_ri():
    dalseong = CurrentSigungu("27710", "대구광역시 달성군", ("구지읍", "구지읍 창리"))
    living = {"2771038000": "대구광역시 달성군 구지면", "2771038021": "대구광역시 달성군 구지면 창리"}
    rows = build_legal_dongs([dalseong], living, build_regions([dalseong], {}, []))
    assert [row.legal_dong_code for row in rows] == ["2771026800", "2771026821"]


def test_a_dong_without_a_rule_is_refused(regions):
    with pytest.raises(RefusedError, match="새솔동 has no code"):
        build_legal_dongs(CURRENT, {k: v for k, v in LIVING.items() if "새솔동" not in v}, regions)


def test_two_dongs_with_one_code_are_refused(regions):
    living = {**LIVING, "4159010700": "경기도 화성시 반송동", "4159010601": "경기도 화성시 능동"}
    twin = {code: name for code, name in living.items() if code != "4159010600"}
    assert len(build_legal_dongs(CURRENT, twin, regions)) == 8
    both = CurrentSigungu("41597", DONGTAN.name, ("반송동", "반송동"))
    with pytest.raises(RefusedError, match="one code for two legal dongs"):
        build_legal_dongs([both], LIVING, regions)


def postal(addresses, legal_dongs, today):
    rows, lost = build_postal_codes(Counter(addresses), today, legal_dongs)
    return [tuple(row.values()) for row in rows], dict(lost)


SEJONG_DAEWANG = LegalDong("4167038021", "41670", "경기도", "여주시", "세종대왕면", "번도리")
OPO = LegalDong("4161010900", "41610", "경기도", "광주시", "신현동", "")
DAESO = LegalDong("4377025621", "43770", "충청북도", "음성군", "대소읍", "오산리")
TODAY = {"경기도 여주시": ("41670",), "경기도 광주시": ("41610",), "충청북도 음성군": ("43770",)}


@pytest.mark.parametrize(
    ("dong", "sigungu", "code"),
    [
        ("세종대왕면 번도리", "경기도 여주시", "4167038021"),
        ("능서면 번도리", "경기도 여주시", "4167038021"),  # renamed with its myeon
        ("오포읍 신현리", "경기도 광주시", "4161010900"),  # became a dong
        ("대소면 오산리", "충청북도 음성군", "4377025621"),  # became an eup
    ],
)
def test_an_old_place_name_finds_its_legal_dong(dong, sigungu, code):
    rows, lost = postal({("12600", sigungu, dong): 7}, [SEJONG_DAEWANG, OPO, DAESO], TODAY)
    assert (rows, lost) == ([("12600", code, "7")], {})


def test_a_name_that_fits_two_sigungu_is_lost_not_guessed():
    twins = [
        LegalDong("4159510300", "41595", "경기도", "화성시 병점구", "능동", ""),
        LegalDong("4159710100", "41597", "경기도", "화성시 동탄구", "능동", ""),
    ]
    rows, lost = postal(
        {("18400", "경기도 화성시", "능동"): 704}, twins, {"경기도 화성시": ("41595", "41597")}
    )
    assert (rows, lost) == ([], {"경기도 화성시 능동": 704})


def test_a_ri_that_left_a_living_myeon_is_not_found_in_another():
    living = [SEJONG_DAEWANG, LegalDong("4167031000", "41670", "경기도", "여주시", "점동면", "")]
    rows, lost = postal({("12600", "경기도 여주시", "점동면 번도리"): 3}, living, TODAY)
    assert (rows, lost) == ([], {"경기도 여주시 점동면 번도리": 3})


def test_polygons_go_where_their_name_lives(regions):
    polygons = [
        Polygon("42110101", "봉의동", b"1"),
        Polygon("42110250", "신북면", b"2"),  # an eup since
        Polygon("41590119", "반송동", b"3"),  # one of several gu
        Polygon("41590420", "동탄면", b"4"),  # placed by hand
    ]
    placed = place_polygons(polygons, CURRENT, regions)
    assert placed == {"51110": [b"1", b"2"], "41597": [b"3", b"4"]}


def test_a_polygon_that_fits_nowhere_is_refused(regions):
    with pytest.raises(RefusedError, match="41590999 없는동 fits no sigungu"):
        place_polygons([Polygon("41590999", "없는동", b"")], CURRENT, regions)


def test_outlines_share_borders_and_close_gaps():
    from shapely import box, to_wkb

    from tools.reference_tables.outline import build_outlines

    west, east = box(127, 36, 127.1, 36.2), box(127.10005, 36, 127.2, 36.2)
    islet = box(126.5, 36, 126.51, 36.01)
    outlines = build_outlines(
        {"11111": [to_wkb(west), to_wkb(islet)], "22222": [to_wkb(east)]}, {"11111": "가", "22222": "나"}
    )
    (west_ring,), (east_ring,) = outlines["11111"]["rings"], outlines["22222"]["rings"]
    shared = {tuple(point) for point in west_ring} & {tuple(point) for point in east_ring}
    assert shared == {(127.1, 36.0), (127.1, 36.2)}
    assert (outlines["22222"]["sido_code"], outlines["22222"]["name"]) == ("22", "나")


def test_packages_are_read_as_they_are(tmp_path):
    (tmp_path / "법정동코드 전체자료.txt").write_text(
        "법정동코드\t법정동명\t폐지여부\n4111000000\t경기도 수원시 \t존재\n4211000000\t강원도 춘천시\t폐지\n",
        encoding="cp949",
    )
    assert sources.read_legal_dongs(tmp_path) == (
        {"4111000000": "경기도 수원시"},
        {"4211000000": "강원도 춘천시"},
    )

    (tmp_path / "data").mkdir()
    names = ["세종특별자치시 ", "세종특별자치시 반곡동", "세종특별자치시  조치원읍 원리"]
    regions_json = {"regions": [{"code": "36110", "name": "세종특별자치시 ", "names": names}]}
    (tmp_path / "data" / "regions.json").write_text(json.dumps(regions_json), encoding="utf-8")
    assert sources.read_current_sigungu(tmp_path) == [
        CurrentSigungu("36110", "세종특별자치시", ("반곡동", "조치원읍 원리"))
    ]

    lines = ["가길 1|조치원읍 원리", "가길 3-1|조치원읍 원리", "나로 2|반곡동"]
    (tmp_path / "new_zip.json").write_text(json.dumps({"30000": {"세종특별자치시": {"": lines}}}))
    assert sources.read_postal_addresses(tmp_path) == {
        ("30000", "세종특별자치시", "조치원읍 원리"): 2,
        ("30000", "세종특별자치시", "반곡동"): 1,
    }
    assert sources.read_roads(tmp_path) == {
        ("세종특별자치시", "조치원읍 원리", "가길"),
        ("세종특별자치시", "반곡동", "나로"),
    }

    meta = [
        {"code": "36110101", "sigungu": "세종시", "emd": "반곡동"},
        {"code": "44830250", "sigungu": None, "emd": "당진읍"},
    ]
    blob = b"".join(struct.pack("<I", len(wkb)) + wkb for wkb in (b"abc", b"de"))
    (tmp_path / "data" / "emd.meta.json.gz").write_bytes(gzip.compress(json.dumps(meta).encode()))
    (tmp_path / "data" / "emd.wkb.gz").write_bytes(gzip.compress(blob))
    assert list(sources.read_polygons(tmp_path)) == [Polygon("36110101", "반곡동", b"abc")]


def test_a_missing_package_is_named():
    with pytest.raises(RefusedError, match=r"package no_such_package not found; install .*reference-tables"):
        sources.package_path("no_such_package")


def test_tables_are_written_without_a_time_and_read_back(tmp_path):
    rows = [{"code": "01", "name": "가, 나"}, {"code": "02", "name": ""}]
    for name in ("a.csv", "a.csv.gz", "b.csv.gz"):
        build.write_csv(tmp_path / name, rows)
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.csv.gz").read_bytes()) == (tmp_path / "a.csv").read_bytes()
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == rows

    build.write_json(tmp_path / "a.json", {"1": {"name": "가"}, "2": {"name": "나"}})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert json.loads(text) == {"1": {"name": "가"}, "2": {"name": "나"}}
    assert len(text.splitlines()) == 4


def test_legal_dongs_are_drawn_once_under_the_code_of_today():
    """A myeon by its ri, a dong by itself; what is not one code of today is left out and counted."""
    square = shapely.box(127.0, 37.0, 127.01, 37.01)
    moved = {"4159034021": ("4159134021",), "4119012300": ("4119610700",), "4159034000": ("4159134000",)}
    living = {"4159134000": None, "4159134021": None, "4119610700": None}
    polygons = [Polygon(code, "", square.wkb) for code in ("41590340", "4159034021", "41190123", "99999999")]
    rows, lost = build_dong_outlines(polygons, lambda code: moved.get(code, ()), living)
    assert [row["legal_dong_code"] for row in rows] == ["4119610700", "4159134021"]
    steps = [int(step) for step in rows[0]["rings"].split()]
    points = set(zip(accumulate(steps[::2]), accumulate(steps[1::2]), strict=True))
    assert points == {(x, y) for x in (1_270_000, 1_270_100) for y in (370_000, 370_100)}
    assert lost == {"drawn by its ri": 1, "its code is not one code of today": 1}


def test_roads_are_listed_below_the_legal_dong_of_today():
    dongs = [LegalDong("3611025021", "36110", "세종특별자치시", "", "조치원읍", "원리")]
    roads = [
        ("연기군", "조치원읍 원리", "나길"),
        ("연기군", "조치원읍 원리", "가길"),
        ("연기군", "없는리", "다길"),
    ]
    rows, lost = build_roads(roads, {"연기군": ("36110",)}, dongs)
    assert rows == [{"legal_dong_code": "3611025021", "roads": "가길|나길"}]
    assert lost == {"연기군 없는리": 1}


def test_the_table_of_roads_names_living_dongs_each_once():
    with gzip.open(data_path("road.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with gzip.open(data_path("legal_dong.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        living = {row["legal_dong_code"] for row in csv.DictReader(file)}
    codes = [row["legal_dong_code"] for row in rows]
    assert codes == sorted(set(codes))
    assert set(codes) <= living
    assert sum(row["roads"].count("|") + 1 for row in rows) == 220_210
