"""Old code -> code on any other day, against known facts of the reforms."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from sogong_pipeline.regions.crosswalk import codes_on, codes_today, legal_dongs, sigungu_on, today_of_names
from sogong_pipeline.regions.reference import data_path, regions

DAYS = [dt.date(2015, 12, 31), dt.date(2017, 6, 30), dt.date(2022, 6, 30), dt.date(2024, 6, 30)]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("광양 황금동", ["4623010100"] * 4 + ["1219010100"]),
        ("부천 원미동", ["4119510100", "4119010100", "4119010100", "4119210100", "4119210100"]),
        ("화성 봉담읍 상리", ["4159025321"] * 4 + ["4159325021"]),
        ("인천 서구 백석동", ["2826010100"] * 4 + ["2829010100"]),
        ("군위 군위읍 동부리", ["4772025021"] * 3 + ["2772025021"] * 2),
        ("양산 웅상읍 명곡리, gone since 2007", ["4833010500"] * 5),
    ],
)
def test_a_place_has_one_code_a_day_from_whichever_of_its_codes(name: str, codes: list[str]) -> None:
    for known in {*codes}:
        assert [codes_on(known, day) for day in (*DAYS, dt.date(2026, 10, 8))] == [
            (code,) for code in codes
        ], name


def test_a_divided_dong_has_several_codes_and_each_part_the_old_one() -> None:
    assert codes_today("4159011800") == ("4159510300", "4159710100")  # 화성 능동
    assert codes_on("4159710100", dt.date(2022, 1, 1)) == ("4159011800",)
    assert codes_today("9999999999") == ()


def test_every_successor_is_a_code_that_lives_the_day_after() -> None:
    late = {"4159012900"}  # 오산동 became 여울동 a month after the gu were made
    for code, dong in legal_dongs().items():
        assert dong.valid_to is None or dong.valid_from <= dong.valid_to, code
        for successor in dong.successor_codes:
            after = legal_dongs()[successor]
            assert dong.valid_to is not None
            gap = after.valid_from - dong.valid_to
            assert gap <= dt.timedelta(days=1) or code in late, (code, successor)
            assert after.valid_to is None or after.valid_to > dong.valid_to, (code, successor)


def test_nearly_every_code_since_the_source_began_is_followed_to_today() -> None:
    first = dt.date(2015, 11, 1)
    lost = {
        c
        for c, d in legal_dongs().items()
        if (d.valid_to is None or d.valid_to >= first) and not codes_today(c)
    }
    assert lost == {
        "4679039026",  # 화순 북면 원리
        "4679041025",  # 화순 남면 원리
        "4775031037",  # 청송 부동면 이전리
        "4822025025",  # 통영 산양읍 삼덕리
        "5011025305",  # 제주 애월읍 귀일리, 어도리, 동귀리
        "5011025306",
        "5011025307",
    }


@pytest.mark.real_data
def test_the_crosswalk_of_sigungu_gathered_by_others_says_the_same(test_data: Path) -> None:
    with (test_data / "regions" / "sgg_crosswalk_2023_2026.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["new_sgg"]]
    by_name: dict[str, set[str]] = {}
    for code, dong in legal_dongs().items():
        by_name.setdefault(dong.name, set()).add(code)
    checked = 0
    for row in rows:
        effective = dt.date.fromisoformat(row["effective"])
        for code in legal_dongs():
            if code[:5] == row["old_sgg"] and row["by_bdong"] and code in by_name.get(row["old_name"], ()):
                dong = legal_dongs()[code]
                if dong.valid_to != effective - dt.timedelta(days=1):
                    continue
                checked += 1
                assert {new[:5] for new in codes_on(code, effective)} <= {*row["new_sgg"].split("|")}, row
    assert checked > 200


@pytest.mark.real_data
def test_every_legal_dong_of_the_real_rows_is_known_and_followed(test_data: Path) -> None:
    with (test_data / "nps" / "nps_2022-04_first25000.cp949.csv").open(encoding="cp949", newline="") as file:
        rows = list(csv.reader(file))[1:]
    codes = {row[7].zfill(10) for row in rows}
    assert len(codes) > 4_000
    unsure = {code: codes_today(code) for code in codes if len(codes_today(code)) != 1}
    assert unsure == {
        "4159011800": ("4159510300", "4159710100"),  # 능동 was divided; an address tells the part
        "4311400000": (),  # 청주시 청원구: the code of a gu, no dong
    }
    names = dict(zip(*(column.to_pylist() for column in today_of_names().columns), strict=True))
    differing = sum(
        names[name] != codes_today(row[7].zfill(10))[0][:8]
        for row in rows
        if (name := " ".join(row[5].split())) in names and row[7].zfill(10) not in unsure
    )
    assert differing == 2  # a ri of 매포읍 that went to another myeon, and one of 장단면


def test_sixteen_and_seventeen_sidos() -> None:
    living = [region for region in regions() if region.valid_to is None and region.level == "sigungu"]
    assert len({region.sido_code for region in living}) == 16
    seventeen = {region.sido17_code for region in living}
    assert len(seventeen) == 17
    assert {"29", "46"} < seventeen
    assert "12" not in seventeen
    gone = {region.region_code: region.sido17_code for region in regions() if region.valid_to is not None}
    assert (gone["46230"], gone["29110"], gone["42110"], gone["47720"]) == ("46", "29", "51", "27")


def test_a_code_lies_in_the_sigungu_of_its_time() -> None:
    then = dict(
        zip(*(column.to_pylist() for column in sigungu_on(dt.date(2022, 4, 30)).columns), strict=True)
    )
    assert then["1219010100"] == "46230"
    assert then["4119510100"] == "41190"
    assert then["2829010100"] == "28260"


def test_administrative_dongs_have_days() -> None:
    import gzip

    with gzip.open(data_path("admin_dong.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        rows = {row["admin_dong_code"]: row for row in csv.DictReader(file)}
    assert len(rows) > 5_000
    assert rows["4772025000"]["valid_to"] == "2023-06-30"
    assert rows["4772025000"]["successor_codes"] == "2772025000"
    assert all(row["valid_from"] <= (row["valid_to"] or "9999") for row in rows.values())
