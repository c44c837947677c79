"""Regions and offices as loaded, against known facts."""

from __future__ import annotations

import csv
import datetime as dt
import subprocess
import sys

import pytest

from sogong_pipeline.regions.reference import (
    Region,
    current_code,
    data_path,
    office_of_sido,
    offices,
    regions,
)

TODAY = dt.date(2026, 10, 8)


def living(level: str) -> list[Region]:
    return [region for region in regions() if region.level == level and region.valid_to is None]


def test_today_has_16_sidos_and_256_sigungu():
    assert len(living("sido")) == 16
    assert len(living("sigungu")) == 256
    assert all(
        region.valid_on(TODAY) and region.successor_code == region.region_code for region in living("sido")
    )


@pytest.mark.parametrize(
    ("day", "sidos"), [(dt.date(2015, 11, 1), 17), (dt.date(2023, 6, 11), 17), (dt.date(2026, 7, 1), 16)]
)
def test_sidos_of_a_day(day, sidos):
    assert sum(region.level == "sido" and region.valid_on(day) for region in regions()) == sidos


@pytest.mark.parametrize(
    ("old", "new", "last_day"),
    [
        ("42110", "51110", "2023-06-10"),  # 춘천
        ("47720", "27720", "2023-06-30"),  # 군위
        ("45111", "52111", "2024-01-17"),  # 전주 완산
        ("46230", "12190", "2026-06-30"),  # 광양
        ("29200", "12330", "2026-06-30"),  # 광주 광산
        ("28140", "28125", "2026-06-30"),  # 인천 동구, whole, into 제물포
        ("28170", "28177", "2018-06-30"),  # 인천 남구
        ("41195", "41192", "2016-07-03"),  # 부천 원미, gone for eight years
        ("42", "51", "2023-06-10"),
        ("45", "52", "2024-01-17"),
        ("29", "12", "2026-06-30"),
        ("46", "12", "2026-06-30"),
    ],
)
def test_known_successions(old, new, last_day):
    (region,) = [region for region in regions() if region.region_code == old]
    assert current_code(old) == new
    assert str(region.valid_to) == last_day


@pytest.mark.parametrize("code", ["28110", "28260", "41190", "41590"])
def test_a_split_region_has_no_single_successor(code):
    (region,) = [region for region in regions() if region.region_code == code]
    assert region.valid_to is not None
    assert current_code(code) is None


def test_a_living_region_is_its_own_successor_and_an_unknown_code_has_none():
    assert current_code("48121") == "48121"
    assert current_code("99999") is None


def test_every_code_stands_once_under_a_sido_of_its_time():
    codes = [region.region_code for region in regions()]
    assert len(codes) == len(set(codes))
    sidos = {region.region_code: region for region in regions() if region.level == "sido"}
    for region in regions():
        sido = sidos[region.sido_code]
        assert sido.valid_from <= region.valid_from
        assert (sido.valid_to or dt.date.max) >= (region.valid_to or dt.date.max)
        assert region.name.startswith(sido.name)


def test_a_successor_begins_the_day_after():
    by_code = {region.region_code: region for region in regions()}
    gap_years = {"41195", "41197", "41199"}  # 부천 had no gu in between
    for region in regions():
        if region.valid_to and region.successor_code and region.region_code not in gap_years:
            assert by_code[region.successor_code].valid_from == region.valid_to + dt.timedelta(days=1)


def test_short_names_are_unique_among_the_living():
    for level in ("sido", "sigungu"):
        names = [region.short_name for region in living(level)]
        assert len(names) == len(set(names))
    by_code = {region.region_code: region.short_name for region in regions()}
    expected = {
        "11": "서울",
        "12": "전남광주",
        "48121": "창원 의창구",
        "11140": "서울 중구",
        "12130": "여수시",
    }
    expected |= {"51820": "강원 고성군", "48820": "경남 고성군", "36110": "세종", "26710": "부산 기장군"}
    assert {code: by_code[code] for code in expected} == expected


def test_every_sido_but_jeju_has_exactly_one_office():
    for region in regions():
        if region.level == "sido":
            owners = [office for office in offices() if region.region_code in office.sido_codes]
            assert len(owners) == (0 if region.region_code == "50" else 1), region
            assert office_of_sido(region.region_code) == (owners[0] if owners else None)


def test_a_succession_never_changes_the_office_except_within_one():
    for region in regions():
        if region.level == "sido" and region.successor_code:
            assert office_of_sido(region.region_code) == office_of_sido(region.successor_code)


def test_the_offices_and_their_crisis_centres():
    assert [office.code for office in offices()] == [
        *("seoul", "busan", "daegu_gyeongbuk", "gwangju_jeonnam", "gyeonggi", "incheon", "daejeon_sejong"),
        *("ulsan", "gangwon", "chungbuk", "chungnam", "jeonbuk", "gyeongnam"),
    ]
    years = [centre.since_year for office in offices() for centre in office.crisis_centres]
    assert (years.count(2022), years.count(2023), len(years)) == (5, 7, 12)
    assert office_of_sido("99") is None


@pytest.mark.real_data
def test_offices_agree_with_the_gathered_list(test_data):
    with (test_data / "reference" / "offices.csv").open(encoding="utf-8") as file:
        gathered = {row["office"]: row for row in csv.DictReader(file) if "no office" not in row["office"]}
    assert [office.name for office in offices()] == list(gathered)
    for office in offices():
        now = gathered[office.name]["sido_codes_from_202607"].split("|")
        assert sorted({code for code in office.sido_codes if current_code(code) == code}) == sorted(now)


@pytest.mark.real_data
def test_every_sigungu_of_real_rows_is_known(test_data):
    """Only four of 25,000 rows of 2022-04 carry a code that was no longer in force: 부천 원미구."""
    by_code = {region.region_code: region for region in regions()}
    with (test_data / "nps" / "nps_2022-04_first25000.cp949.csv").open(encoding="cp949", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        codes = [row[7][:5] for row in rows]
    assert len(codes) == 25_000
    assert set(codes) <= set(by_code)
    outdated = [code for code in codes if not by_code[code].valid_on(dt.date(2022, 4, 30))]
    assert outdated == ["41195"] * 4


@pytest.mark.real_data
def test_successions_agree_with_the_gathered_crosswalk(test_data):
    with (test_data / "regions" / "sgg_crosswalk_2023_2026.csv").open(encoding="utf-8") as file:
        changes = [
            row for row in csv.DictReader(file) if row["old_sgg"] != "45110"
        ]  # 전주시 above its two gu
    by_code = {region.region_code: region for region in regions()}
    for change in changes:
        region = by_code[change["old_sgg"]]
        assert region.valid_to == dt.date.fromisoformat(change["effective"]) - dt.timedelta(days=1)
        if not change["by_bdong"]:
            assert region.successor_code == change["new_sgg"]
    new = {change["old_sgg"]: set() for change in changes}
    for change in changes:
        new[change["old_sgg"]].add(change["new_sgg"])
    assert {code for code, codes in new.items() if len(codes) > 1} == {
        code for code in new if by_code[code].successor_code is None
    }


def test_the_loader_is_light():
    """Importing it must not drag in pandas or pyarrow: the command line loads it for --help."""
    check = "import sys, sogong_pipeline.regions.reference; print('pandas' in sys.modules, 'pyarrow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_every_table_is_small_enough_to_commit():
    for path in data_path("region.csv").parent.iterdir():
        assert path.stat().st_size < 1_200_000, path.name
