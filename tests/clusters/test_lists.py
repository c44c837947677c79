"""The shipped lists, partial dates, matching of listed names to counts, and the official list."""

from __future__ import annotations

import csv
import datetime as dt
import re
from importlib.resources import files
from pathlib import Path

import pytest

from sogong_pipeline.clusters.lists import (
    FILES,
    Centre,
    PartialDate,
    centres,
    designations,
    is_dong,
    programmes,
)
from sogong_pipeline.clusters.official_list import (
    as_of_name,
    brought_up_to,
    compare,
    newest_day,
    read_official_list,
)
from sogong_pipeline.clusters.places import sigungu_codes
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.industries.divisions import divisions


@pytest.mark.parametrize(
    ("listed", "counted", "means"),
    [
        ("창신동", "창신1동", True),
        ("창신1동", "창신2동", False),
        ("창신1동", "창신동", True),
        ("창신제1동", "창신1동", True),
        ("문래동3가", "문래동", True),
        ("성수동", "성수1가1동", True),
        ("성수동1가", "성수1가1동", True),
        ("성수동1가", "성수2가1동", False),
        ("성수동1가", "성수동2가", False),
        ("송림동", "송림3.5동", True),
        ("종로1·2·3·4가동", "종로1.2.3.4가동", True),
        ("을지로", "을지로동", True),
        ("동탄", "동탄3동", True),
        ("주문진읍", "주문진읍", True),
        ("남면", "남동", False),
        ("서동", "서1동", True),
        ("서동", "서서학동", False),
        ("중곡1동", "중곡4동", False),
    ],
)
def test_names_of_a_list_meet_those_of_a_count(listed: str, counted: str, means: bool) -> None:
    assert is_dong(listed, counted) is means


@pytest.mark.parametrize(
    ("text", "first", "last", "three_years_on"),
    [
        ("2020", "2020-01-01", "2020-12-31", "2023"),
        ("2017-11", "2017-11-01", "2017-11-30", "2020-11"),
        ("2024-02", "2024-02-01", "2024-02-29", "2027-02"),
        ("2017-08-23", "2017-08-23", "2017-08-23", "2020-08-23"),
        ("2024-02-29", "2024-02-29", "2024-02-29", "2027-02-28"),
    ],
)
def test_partial_dates(text: str, first: str, last: str, three_years_on: str) -> None:
    date = PartialDate(text)
    assert (str(date.first_day), str(date.last_day), date.plus_years(3).text) == (first, last, three_years_on)


def test_a_plan_ends_three_years_after_the_first_date_and_nothing_expires() -> None:
    muan = next(one for one in designations() if one.name == "무안 청계 도자")
    assert muan.plan_end.text == "2027-12-27"
    states = {
        day: muan.plan_state(dt.date.fromisoformat(day))
        for day in ("2026-12-26", "2026-12-27", "2027-12-27", "2027-12-28")
    }
    assert list(states.values()) == ["running", "ending", "ending", "ended"]
    by_year = next(one for one in designations() if one.first_seen.text == "2020")
    assert by_year.plan_state(dt.date(2023, 12, 31)) == "ending"  # by then it may not have ended
    assert by_year.plan_state(dt.date(2024, 1, 1)) == "ended"


def test_every_row_has_a_place_divisions_and_a_source() -> None:
    for one in [*designations(), *centres()]:
        assert one.source
        assert set(one.divisions) <= set(divisions())
        assert not one.sigungu or sigungu_codes(one.sido, one.sigungu, dt.date.max), one.name
    assert len(designations()) == 42
    kinds = [centre.kind for centre in centres()]
    assert (kinds.count("complex"), kinds.count("wide_area")) == (12, 1)
    running = [
        one for one in centres() if one.runs_on(dt.date(2026, 7, 31)) and one.kind in {"trade", "shared"}
    ]
    assert len(running) == 40
    gone = {one.name for one in centres() if one.until}
    assert {"영월 식품제조 소공인특화지원센터", "영주 식품제조 소공인특화지원센터"} <= gone


def test_no_street_address_is_in_the_lists() -> None:
    for name in FILES:
        text = files("sogong_pipeline.clusters").joinpath("data", name).read_text(encoding="utf-8")
        assert not re.search(
            r"site|\d+-\d+번지|(로|길) ?\d+(?!·|\d*가)",
            text.replace("종로1·2·3·4", "").replace("종로5·6", ""),
        )


def official(path: Path, rows: list[list[str]], header: list[str], encoding: str = "cp949") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def ours() -> list[Centre]:
    return [one for one in centres() if one.kind in {"trade", "shared"} and one.until is None]


@pytest.mark.parametrize(
    "header",
    [["연번", "센터명", "운영기관", "주소"], ["번호", "소공인 특화지원센터명", "주관기관명", "도로명주소"]],
)
def test_the_official_list_is_compared_by_name(tmp_path: Path, header: list[str]) -> None:
    rows = [[str(at), one.name, one.operator, "어딘가 1-2"] for at, one in enumerate(ours(), 1)]
    assert compare(read_official_list(official(tmp_path / "list.csv", rows, header)), centres()) == []
    rows[0][2] = "다른 기관"
    gone = rows.pop(5)[1]
    rows += [
        ["99", "제주 한림 식품 소공인특화지원센터", "새 기관", ""],
        ["98", "서울 창신의류봉제 소공인 특화지원센터", "", ""],
    ]
    changes = {
        (one.change, one.name)
        for one in compare(read_official_list(official(tmp_path / "list.csv", rows, header)), centres())
    }
    assert changes == {
        ("operator", ours()[0].name),
        ("gone", gone),
        ("new", "제주 한림 식품 소공인특화지원센터"),
        ("back", "서울 창신 의류봉제 소공인특화지원센터"),
    }


def test_a_file_that_is_no_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="no header with the name of a centre"):
        read_official_list(official(tmp_path / "a.csv", [["1", "x"]], ["번호", "상호"]))
    with pytest.raises(RefusedError, match="row 3: 'A' is already in row 2"):
        read_official_list(official(tmp_path / "b.csv", [["A", ""], ["A", ""]], ["센터명", "운영기관"]))
    with pytest.raises(RefusedError, match="row 2: the centre has no name"):
        read_official_list(official(tmp_path / "c.csv", [["", "x"]], ["센터명", "운영기관"]))
    with pytest.raises(RefusedError, match="has no rows"):
        read_official_list(official(tmp_path / "d.csv", [], ["센터명", "운영기관"]))


def test_our_centres_follow_a_later_official_list(tmp_path: Path) -> None:
    """One gone, one back, one with another operator, two new: all other fields keep the values of the shipped table."""
    day = dt.date(2027, 1, 31)
    rows = [[str(at), one.name, one.operator, "어딘가 1-2"] for at, one in enumerate(ours(), 1)]
    rows[0][2] = "다른 기관"
    gone = rows.pop(5)[1]
    rows += [
        ["98", "영월 식품제조 소공인특화지원센터", "새 기관", ""],
        ["99", "안동 예안 식품제조 소공인특화지원센터", "안동시", "어딘가 3-4"],
        ["100", "대전 어딘가 새업종 소공인특화지원센터", "", ""],
    ]
    path = official(tmp_path / "현황_20270131.csv", rows, ["연번", "센터명", "운영기관", "주소"])
    assert as_of_name(path) == day
    assert as_of_name(tmp_path / "현황_20271399.csv") is as_of_name(tmp_path / "list.csv") is None
    before, after = {one.name: one for one in centres()}, {}
    for one in brought_up_to(centres(), read_official_list(path), day):
        after[one.name] = one
    assert newest_day(centres()) == dt.date(2026, 7, 31)
    assert newest_day(after.values()) == day
    assert after[ours()[0].name].operator == "다른 기관"
    assert (after[gone].until, after[gone].operator) == (PartialDate("2027-01-31"), before[gone].operator)
    assert not after[gone].runs_on(day)
    assert after["영월 식품제조 소공인특화지원센터"].runs_on(day)
    unchanged = ("sido", "sigungu", "dongs", "divisions", "since", "centre_id", "kind")
    for name, one in before.items():
        assert [getattr(after[name], field) for field in unchanged] == [
            getattr(one, field) for field in unchanged
        ]
        assert one.kind in {"trade", "shared"} or after[name] == one
    new = [after[name] for name in sorted({*after} - {*before})]
    assert [(one.sido, one.divisions, one.operator) for one in new] == [
        ("대전광역시", (), ""),
        ("경상북도", ("10",), "안동시"),
    ]
    assert {one.source for one in new} == {"공공데이터포털 3060083(2027-01-31판)"}
    assert len({one.centre_id for one in after.values()}) == len(before) + 2


def test_every_programme_has_a_year_and_a_source() -> None:
    assert len(programmes()) == 6
    assert all(one.source and one.gives and 2015 <= one.year <= 2026 for one in programmes())
    assert {one.million_won for one in programmes()} == {7500, 13000, 8500, 3900, None}
