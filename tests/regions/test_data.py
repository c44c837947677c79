"""The committed tables fit together and hold what they promise."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from itertools import pairwise

import pytest
import shapely

from sogong_pipeline.regions.crosswalk import codes_today
from sogong_pipeline.regions.dong_outlines import lying_in
from sogong_pipeline.regions.reference import data_path, regions


def rows_of(name: str) -> list[dict[str, str]]:
    with gzip.open(data_path(name), "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def legal_dongs():
    return rows_of("legal_dong.csv.gz")


@pytest.fixture(scope="module")
def postal_codes():
    return rows_of("postal_code.csv.gz")


@pytest.fixture(scope="module")
def outlines():
    return json.loads(data_path("sigungu_outline.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def living_names():
    return {
        region.region_code: region.name
        for region in regions()
        if region.level == "sigungu" and region.valid_to is None
    }


def test_every_legal_dong_lies_in_a_living_sigungu(legal_dongs, living_names):
    assert {row["sigungu_code"] for row in legal_dongs} == set(living_names)
    for row in legal_dongs:
        assert row["legal_dong_code"].startswith(row["sigungu_code"])
        assert f"{row['sido']} {row['sigungu']}".strip() == living_names[row["sigungu_code"]]


def test_legal_dong_codes_are_ten_digits_in_order_and_unique(legal_dongs):
    codes = [row["legal_dong_code"] for row in legal_dongs]
    assert len(codes) == 20_276
    assert codes == sorted(set(codes))
    assert all(len(code) == 10 and code.isdigit() for code in codes)


def test_ri_lie_under_their_eup_or_myeon(legal_dongs):
    above = {row["legal_dong_code"]: row for row in legal_dongs if not row["ri"]}
    for row in legal_dongs:
        if row["ri"]:
            assert row["dong"].endswith(("읍", "면")), row
            assert above[row["legal_dong_code"][:8] + "00"]["dong"] == row["dong"]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("1221010100", "대인동"),  # 광주 동구 29110 -> 12210, last digits kept
        ("1211010100", "용당동"),  # 목포 -> 12110
        ("2812510800", "중앙동1가"),  # 제물포: 동구's seven dongs first, then 중구's
        ("2829010300", "마전동"),  # 검단
        ("2827510100", "검암동"),  # 서해
        ("4377025600", "대소읍"),
        ("4159125600", "남양읍"),
    ],
)
def test_known_codes(legal_dongs, code, name):
    assert [row["dong"] for row in legal_dongs if row["legal_dong_code"] == code] == [name]


@pytest.mark.real_data
def test_legal_dong_names_are_those_of_the_current_list(legal_dongs, test_data):
    with gzip.open(test_data / "regions" / "kre_regions_2026-10-08.json.gz", "rt", encoding="utf-8") as file:
        current = json.load(file)["regions"]
    listed = {" ".join(name.split()) for region in current for name in region["names"][1:]}
    ours = {
        " ".join(part for part in (row["sido"], row["sigungu"], row["dong"], row["ri"]) if part)
        for row in legal_dongs
    }
    assert ours == listed


def test_postal_codes_point_to_legal_dongs(legal_dongs, postal_codes):
    known = {row["legal_dong_code"] for row in legal_dongs}
    keys = [(row["postal_code"], row["legal_dong_code"]) for row in postal_codes]
    assert keys == sorted(set(keys))
    assert {code for _, code in keys} <= known
    assert all(len(row["postal_code"]) == 5 and int(row["addresses"]) > 0 for row in postal_codes)
    assert sum(int(row["addresses"]) for row in postal_codes) == 6_365_868


def test_every_sigungu_has_postal_codes(legal_dongs, postal_codes):
    sigungu = {row["legal_dong_code"]: row["sigungu_code"] for row in legal_dongs}
    assert len({sigungu[row["legal_dong_code"]] for row in postal_codes}) == 256


@pytest.mark.real_data
def test_real_rows_find_their_postal_code(test_data, legal_dongs, postal_codes):
    """Nearly all of 25,000 rows of 2022-04 carry a known postal code, and mostly one of their own dong."""
    by_code = {row["legal_dong_code"]: (row["dong"], row["ri"]) for row in legal_dongs}
    places: dict[str, set[str]] = {}
    for row in postal_codes:
        places.setdefault(row["postal_code"], set()).add(by_code[row["legal_dong_code"]][0])
    seen = Counter()
    with (test_data / "nps" / "nps_2022-04_first25000.cp949.csv").open(encoding="cp949", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            dongs = places.get(row[4].zfill(5))
            seen["unknown" if dongs is None else "same" if dongs & set(row[5].split()) else "other"] += 1
    assert seen["unknown"] / seen.total() < 0.02, seen
    assert seen["same"] / (seen["same"] + seen["other"]) > 0.95, seen


def test_every_living_sigungu_has_an_outline(outlines, living_names):
    assert {code: outline["name"] for code, outline in outlines.items()} == living_names
    for code, outline in outlines.items():
        assert outline["sido_code"] == code[:2]
        for ring in outline["rings"]:
            assert len(ring) >= 4
            assert ring[0] == ring[-1]
            assert all(124 < x < 132 and 33 < y < 39 for x, y in ring)


@pytest.mark.parametrize("code", ["11110", "36110", "27110", "30140", "43745", "52111", "28245"])
def test_an_inland_sigungu_shares_every_edge_with_a_neighbour(outlines, code):
    def edges(outline):
        return [frozenset(map(tuple, e)) for ring in outline["rings"] for e in pairwise(ring)]

    others = {edge for other, outline in outlines.items() if other != code for edge in edges(outline)}
    assert [sorted(edge) for edge in edges(outlines[code]) if edge not in others] == []


def area_km2(outline) -> float:
    """By the shoelace formula; a degree is 111 km by 111 km times the cosine of 36.5 degrees."""
    rings = (pairwise(ring) for ring in outline["rings"])
    return sum(abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in ring)) / 2 for ring in rings) * 9_904


@pytest.mark.parametrize(
    ("code", "km2"),
    [
        ("11680", 39.5),  # 강남구
        ("36110", 465),  # 세종
        ("50110", 979),  # 제주시
        ("47940", 73),  # 울릉군
        ("28710", 411),  # 강화군
        ("12860", 440),  # 진도군
        ("12850", 397),  # 완도군
        ("12870", 655),  # 신안군
        ("43113", 198),  # 청주 흥덕구, joined from two older units
        ("43114", 215),  # 청주 청원구
        ("27720", 614),  # 군위군
    ],
)
def test_outlines_have_about_the_published_area(outlines, code, km2):
    assert area_km2(outlines[code]) == pytest.approx(km2, rel=0.25)


def test_dokdo_is_drawn(outlines):
    assert any(x > 131.8 for ring in outlines["47940"]["rings"] for x, _ in ring)


@pytest.mark.real_data
def test_real_complexes_lie_in_the_legal_dongs_that_are_known_of_them(test_data):
    """By a circle of 300 m around their point; the coarse outlines are old and simplified, so not all."""
    with (test_data / "districts" / "complexes_1337_with_bdong.csv").open(encoding="utf-8-sig") as file:
        known = [row for row in csv.DictReader(file) if row["bjd_all"]]
    right = 0
    for row in known:
        lying = lying_in(shapely.Point(float(row["lon"]), float(row["lat"])).buffer(0.003))
        dong = max(lying, key=lambda one: one.share_of_area, default=None)
        codes = {today for code in row["bjd_all"].split("|") for today in codes_today(code)}
        right += dong is not None and dong.legal_dong_code in codes
    assert (len(known), right) == (1_329, 1_308)
