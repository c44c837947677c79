"""Which district a row falls to, on what evidence, and that a reform of codes changes nothing of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sogong_pipeline.districts.matching import match
from sogong_pipeline.districts.registry import District, Placement, Registry, Slice
from sogong_pipeline.periods import Month

ROW = {
    "data_month": "2026-09",
    "workplace_name": "가상정밀(주)",
    "business_number_prefix": "123456",
    "legal_dong_code": "4159134021",
    "lot_address": "경기도 화성시 만세구 팔탄면",
    "road_address": None,
    "postal_code": "18577",
    "sido_code": "41",
    "industry_code": "292201",
    "legal_form": 1,
    "status": 1,
    "subscribers": 5,
    "billed_amount_krw": 1_000_000,
    "joined": 0,
    "departed": 0,
}


def district(district_id: str, **changes: Any) -> District:
    values = {
        "district_id": district_id,
        "name": "가상일반산업단지",
        "kind": "general_industrial_complex",
        "sigungu_code": "41591",
        "legal_dong_codes": ("4159134021",),
        "postal_codes": ("18577",),
        "longitude": None,
        "latitude": None,
        "source": "test",
        "valid_from": dt.date(2015, 1, 1),
        "valid_to": None,
    }
    return District(**{**values, **changes})


def placement(role: str, district_id: str | None, **changes: Any) -> Placement:
    values = {
        "role": role,
        "district_id": district_id,
        "workplace_name": "주식회사 가상 정밀",
        "business_number_prefix": "123456",
        "legal_dong_code": None,
        "reason": "test",
        "valid_from": dt.date(2015, 1, 1),
        "valid_to": None,
    }
    return Placement(**{**values, **changes})


def matched(
    folder: Path, rows: list[dict[str, Any]], *districts: District, placements: tuple[Placement, ...] = ()
) -> list[dict[str, Any]]:
    """The matched rows of some staged ones, each given as what differs from `ROW`."""
    staged = folder / "workplace.parquet"
    full = [{**ROW, **row, "row_number": number} for number, row in enumerate(rows, start=1)]
    text = [name for name, value in ROW.items() if value is None or isinstance(value, str)]
    fields = [(name, pa.string() if name in text else pa.int64()) for name in ROW]
    pq.write_table(pa.Table.from_pylist(full, pa.schema([*fields, ("row_number", pa.int32())])), staged)
    trace = folder / "trace.parquet"
    pq.write_table(
        pa.table(
            {"row_number": pa.array(range(1, len(rows) + 1), pa.int32()), "workplace_id": ["A"] * len(rows)}
        ),
        trace,
    )
    month = Month.parse(full[0]["data_month"])
    built = match(staged, trace, Slice.of(districts, placements), month, folder)
    return pq.read_table(built.files["district_member"]).to_pylist()


def grades(found: list[dict[str, Any]]) -> list[tuple[str | None, str, str | None]]:
    return [(row["district_id"], row["grade"], row["evidence"]) for row in found]


STREETS = {
    "광양": [
        ("2022-04", "4623010100", "전라남도 광양시 황금동", "46"),
        ("2024-04", "4623010100", "전라남도 광양시 황금동", "46"),
        ("2026-09", "1219010100", "전남광주통합특별시 광양시 황금동", "12"),
        ("2026-09", "4623010100", "전남광주통합특별시 광양시 황금동", "46"),
        ("2026-09", "1219010100", "전라남도 광양시 황금동", "12"),
    ],
    "부천": [
        ("2022-04", "4119012300", "경기도 부천시 삼정동", "41"),
        ("2022-04", "4119910700", "경기도 부천시 오정구 삼정동", "41"),
        ("2024-04", "4119610700", "경기도 부천시 오정구 삼정동", "41"),
        ("2026-09", "4119610700", "경기도 부천시 오정구 삼정동", "41"),
        ("2026-09", "4119012300", "경기도 부천시 오정구 삼정동", "41"),
    ],
    "화성": [
        ("2022-04", "4159025321", "경기도 화성시 봉담읍", "41"),
        ("2024-04", "4159025321", "경기도 화성시 봉담읍", "41"),
        ("2026-09", "4159325021", "경기도 화성시 효행구 봉담읍", "41"),
        ("2026-09", "4159025321", "경기도 화성시 효행구 봉담읍", "41"),
    ],
    "화성 능동, divided": [
        ("2026-09", "4159710100", "경기도 화성시 동탄구 능동", "41"),
        ("2026-09", "4159011800", "경기도 화성시 동탄구 능동", "41"),
    ],
    "인천 서구": [
        ("2022-04", "2826011900", "인천광역시 서구 오류동", "28"),
        ("2024-04", "2826011900", "인천광역시 서구 오류동", "28"),
        ("2026-09", "2829010800", "인천광역시 검단구 오류동", "28"),
        ("2026-09", "2826011900", "인천광역시 검단구 오류동", "28"),
    ],
    "군위": [
        ("2022-04", "4772025021", "경상북도 군위군 군위읍", "47"),
        ("2024-04", "2772025021", "대구광역시 군위군 군위읍", "27"),
        ("2026-09", "2772025021", "대구광역시  군위군 군위읍", "27"),
        ("2026-09", "4772025021", "대구광역시 군위군 군위읍", "47"),
    ],
}


@pytest.mark.parametrize("street", STREETS)
@pytest.mark.parametrize("written", ["first", "last"])
def test_rows_of_one_street_fall_to_one_district_whatever_the_year(
    tmp_path: Path, street: str, written: str
) -> None:
    """The registry is written in the codes of the first row, or of the last."""
    rows = STREETS[street]
    code = rows[0 if written == "first" else -1][1]
    if street == "화성 능동, divided":
        code = "4159710100"
    there = district("D1", legal_dong_codes=(code,), sigungu_code=code[:5])
    regions = set()
    for place, (month, dong, address, sido) in enumerate(rows):
        folder = tmp_path / str(place)
        folder.mkdir()
        row = {"data_month": month, "legal_dong_code": dong, "lot_address": address, "sido_code": sido}
        rows_of = [row] if "divided" in street else [row, {**row, "lot_address": None}]
        for found in matched(folder, rows_of, there):
            assert (found["district_id"], found["grade"]) == ("D1", "medium"), row
            regions.add((found["sido_code"], found["sigungu_code"], found["legal_dong_code"]))
    assert len(regions) == 1


def test_a_row_lies_in_the_sigungu_of_its_month_and_of_today(tmp_path: Path) -> None:
    row = {
        "data_month": "2022-04",
        "legal_dong_code": "1219010100",
        "lot_address": "전남광주통합특별시 광양시 황금동",
    }
    (found,) = matched(tmp_path, [row])
    assert (found["sigungu_code"], found["sigungu_code_then"]) == ("12190", "46230")


def test_where_code_and_name_disagree_the_name_counts(tmp_path: Path) -> None:
    """구지읍's code is a guess, and any code may be wrong: the 읍 in the address is what the firm gave."""
    rows = [{"legal_dong_code": "2771025021", "lot_address": "대구광역시 달성군 구지읍", "sido_code": "27"}]
    (found,) = matched(tmp_path, rows)
    assert found["legal_dong_code"][:5] == "27710"
    assert found["legal_dong_code"] not in {"2771025021", "2771025000"}
    assert found["legal_dong_code"].endswith("00")


def test_the_surest_evidence_decides(tmp_path: Path) -> None:
    by_road = district("ROAD", roads=("공단로",), legal_dong_codes=("4159134022",), postal_codes=("00001",))
    by_name = district("NAME", name="서해산단", legal_dong_codes=(), aliases=("서해밸리",))
    by_place = district("PLACE", name="먼곳일반산업단지")
    there = {"legal_dong_code": "4159134022", "postal_code": "00001"}
    rows = [
        {},
        {**there, "road_address": "경기도 화성시 만세구 팔탄면 공단로"},
        {"road_address": "경기도 화성시 만세구 팔탄면 공단로12번길"},  # another street
        {"road_address": "경기도 화성시 만세구 팔탄면 서해산단로"},
        {"road_address": "경기도 화성시 만세구 팔탄면 (서해 밸리)"},
        {
            "road_address": "경기도 화성시 만세구 봉담읍 공단로",
            "lot_address": "x",
            "legal_dong_code": "4159325021",
        },
        {"postal_code": "99999"},
    ]
    assert grades(matched(tmp_path, rows, by_road, by_name, by_place)) == [
        ("PLACE", "medium", "postal_code"),
        ("ROAD", "high", "road"),
        ("PLACE", "medium", "postal_code"),
        ("NAME", "high", "name"),
        ("NAME", "high", "name"),
        (None, "none", None),
        (None, "none", None),
    ]


def test_several_districts_are_ambiguous_and_the_inner_of_two_nested_ones_wins(tmp_path: Path) -> None:
    outer = district("OUT", postal_codes=("18577", "18578"))
    (alone,) = matched(tmp_path, [{}], outer, district("IN", postal_codes=("18577",)))
    assert (alone["district_id"], alone["grade"], alone["candidate_ids"]) == (None, "ambiguous", "IN|OUT")
    inner = district("IN", postal_codes=("18577",), parent_id="OUT")
    assert grades(matched(tmp_path, [{}, {"postal_code": "18578"}], outer, inner)) == [
        ("IN", "medium", "postal_code"),
        ("OUT", "medium", "postal_code"),
    ]
    same = district("IN", postal_codes=("18577", "18578"), parent_id="OUT")
    assert grades(matched(tmp_path, [{}], outer, same)) == [(None, "ambiguous", "place")]


def test_a_building_takes_nobody_by_its_place_unless_it_is_alone_there_or_has_a_list(tmp_path: Path) -> None:
    building = district("B", kind="knowledge_industry_centre", name="서해지식산업센터")
    (found,) = matched(tmp_path, [{}], building)
    assert (found["grade"], found["evidence"], found["candidate_ids"]) == ("not_assignable", "building", "B")
    assert grades(matched(tmp_path, [{}], building, district("C"))) == [("C", "medium", "postal_code")]
    alone = district("B", kind="knowledge_industry_centre", is_alone=True)
    assert grades(matched(tmp_path, [{}], alone)) == [("B", "medium", "postal_code")]
    rows = [{}, {"workplace_name": "다른곳"}]
    listed = matched(tmp_path, rows, building, placements=(placement("list", "B"),))
    assert grades(listed) == [("B", "high", "list"), (None, "not_assignable", "building")]


def test_an_override_is_above_all_and_may_place_a_workplace_in_none(tmp_path: Path) -> None:
    held = (placement("list", "C"), placement("override", None))
    assert grades(matched(tmp_path, [{}], district("C"), placements=held)) == [(None, "none", "override")]
    elsewhere = (placement("override", "D", legal_dong_code="4159036021"),)  # an old code of the same dong
    found = matched(tmp_path, [{}], district("C"), district("D", postal_codes=("1",)), placements=elsewhere)
    assert grades(found) == [("D", "high", "override")]
    other_site = (placement("override", "D", legal_dong_code="4159325021"),)
    assert grades(matched(tmp_path, [{}], district("C"), placements=other_site))[0][0] == "C"


def test_an_industry_filter_holds_for_places_only(tmp_path: Path) -> None:
    rows = [
        {},
        {"industry_code": "552101"},
        {"industry_code": None},
        {"industry_code": "552101", "road_address": "경기도 화성시 만세구 팔탄면 공단로"},
    ]
    for roads, expected in (
        ((), ["medium", "none", "none", "none"]),
        (("공단로",), ["low", "none", "none", "high"]),
    ):
        filtered = district("C", industry_codes=("29", "30"), roads=roads)
        assert [grade for _, grade, _ in grades(matched(tmp_path, rows, filtered))] == expected


def test_a_wide_legal_dong_without_postal_codes_tells_nothing(tmp_path: Path) -> None:
    """오정구 삼정동 has more postal codes than a district fills; 팔탄면 구장리 has few."""
    wide = district("D1", legal_dong_codes=("4119610700",), postal_codes=(), sigungu_code="41196")
    narrow = district("D2", legal_dong_codes=("4159134021",), postal_codes=())
    there = {"legal_dong_code": "4119610700", "lot_address": None}
    found = matched(tmp_path, [there, {}], wide, narrow)
    assert [(row["grade"], row["evidence"], row["candidate_ids"]) for row in found] == [
        ("not_assignable", "dong_alone", "D1"),
        ("medium", "legal_dong", None),
    ]


def test_a_placement_into_a_district_that_has_ended_places_nobody(tmp_path: Path) -> None:
    ended = district("D1", valid_to=dt.date(2020, 12, 31))
    registry = Registry.of([ended, district("D2")], [placement("list", "D1"), placement("override", None)])
    assert [one.district_id for one in registry.on(dt.date(2026, 9, 30)).placements] == [None]
    assert {one.district_id for one in registry.on(dt.date(2020, 9, 30)).placements} == {"D1", None}


def test_another_trade_than_the_usual_one_needs_surer_evidence(tmp_path: Path) -> None:
    """Of no manufacturer a listed road says less, the place less still, and beside the listed roads too little."""
    trade = {"industry_code": "552101"}
    road = {"road_address": "경기도 화성시 만세구 팔탄면 공단로"}
    rows = [{}, road, trade, {**trade, **road}, {**trade, "workplace_name": "다른곳"}]
    with_roads = matched(tmp_path, rows, district("C", roads=("공단로",)))
    assert grades(with_roads) == [
        ("C", "low", "beside_roads"),
        ("C", "high", "road"),
        (None, "ambiguous", "beside_roads"),
        ("C", "medium", "road"),
        (None, "ambiguous", "beside_roads"),
    ]
    assert with_roads[2]["candidate_ids"] == "C"
    assert grades(matched(tmp_path, rows, district("C")))[1:3] == [
        ("C", "medium", "postal_code"),
        ("C", "low", "other_trade"),
    ]
    without = matched(tmp_path, rows, district("C"), placements=(placement("list", "C"),))
    assert [grade for _, grade, _ in grades(without)] == ["high", "high", "high", "high", "low"]
    anybody = district("C", roads=("공단로",), kind="regional_special_zone")
    assert [grade for _, grade, _ in grades(matched(tmp_path, rows, anybody))] == [
        "low",
        "high",
        "low",
        "high",
        "low",
    ]


def test_a_place_alone_says_little_where_no_trade_speaks_or_others_claim_a_part(tmp_path: Path) -> None:
    zone = district("C", kind="regional_special_zone")
    assert grades(matched(tmp_path, [{}], zone)) == [("C", "low", "any_trade")]
    chosen = district("C", kind="regional_special_zone", industry_codes=("29",))
    assert grades(matched(tmp_path, [{}], chosen)) == [("C", "medium", "postal_code")]
    sharing = district("D", postal_codes=("18578",))
    assert grades(matched(tmp_path, [{}], district("C"), sharing)) == [("C", "low", "shared_dong")]
    nested = district("D", postal_codes=("18578",), parent_id="C")
    building = district("D", postal_codes=("18578",), kind="knowledge_industry_centre")
    for other in (nested, building):
        assert grades(matched(tmp_path, [{}], district("C"), other)) == [("C", "medium", "postal_code")]
    trade = {"industry_code": "552101"}
    for alone in (district("C", is_alone=True), district("C", is_alone=True, roads=("공단로",))):
        assert grades(matched(tmp_path, [{}, trade], alone, sharing)) == 2 * [("C", "medium", "postal_code")]


ROAD = {"road_address": "경기도 화성시 만세구 팔탄면 공단로"}


@pytest.mark.parametrize(("beyond", "leads_on"), [(0, False), (1, False), (2, True)])
def test_a_road_of_which_more_than_a_twentieth_lies_elsewhere_leads_on(
    tmp_path: Path, beyond: int, leads_on: bool
) -> None:
    """A place on it is low, its being listed tells nothing, and who is on it elsewhere is in none."""
    rows = [ROAD] * 19 + [{**ROAD, "postal_code": "99999"}] * beyond
    expected = ("C", "low", "through_road") if leads_on else ("C", "medium", "postal_code")
    assert grades(matched(tmp_path, rows, district("C")))[0] == expected
    listed = matched(tmp_path, rows, district("C", roads=("공단로",)))
    assert grades(listed)[0] == (("C", "low", "beside_roads") if leads_on else ("C", "high", "road"))
    if leads_on:
        assert grades(listed)[-1] == (None, "ambiguous", "through_road")
        assert listed[-1]["candidate_ids"] == "C"
    alone = district("C", roads=("공단로",), is_alone=True)
    assert grades(matched(tmp_path, rows, alone))[0][1] == ("medium" if leads_on else "high")


def test_a_road_leads_on_in_its_own_sigungu_and_from_a_place(tmp_path: Path) -> None:
    far = [{**ROAD, "legal_dong_code": "1111010100", "lot_address": None}] * 9
    assert grades(matched(tmp_path, [ROAD, *far], district("C")))[0] == ("C", "medium", "postal_code")
    placeless = district("C", legal_dong_codes=(), postal_codes=(), roads=("공단로",))
    assert grades(matched(tmp_path, [ROAD], placeless)) == [("C", "high", "road")]
