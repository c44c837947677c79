"""Members of the areas of offices, and the reforms of codes that break them."""

from __future__ import annotations

import datetime as dt

from sogong_pipeline.districts.registry import District
from sogong_pipeline.indicators.month import outside_roll_out
from sogong_pipeline.indicators.offices import broken_offices, office_areas, office_code
from sogong_pipeline.indicators.series_breaks import area_breaks
from sogong_pipeline.periods import Quarter


def district(district_id: str, sigungu_code: str, legal_dong_code: str) -> District:
    return District(
        district_id=district_id,
        name=district_id,
        kind="general_industrial_complex",
        sigungu_code=sigungu_code,
        legal_dong_codes=(legal_dong_code,),
        postal_codes=(),
        longitude=None,
        latitude=None,
        source="invented",
        valid_from=dt.date(2020, 1, 1),
        valid_to=None,
    )


DISTRICTS = [
    district("D1", "27110", "2711010100"),
    district("D2", "47110", "4711110100"),
    district("D3", "50110", "5011010100"),
    district("D4", "29200", "2920010100"),
]


def members(area: str) -> set[str]:
    return {row["member"] for row in office_areas(DISTRICTS).to_pylist() if row["area"] == area}


def test_two_sido_of_one_office_are_one_area_and_the_nation_is_all() -> None:
    assert members("daegu_gyeongbuk/districts") == {"D1", "D2"}
    assert members("daegu_gyeongbuk/region") == {"27", "47"}
    assert members("gwangju_jeonnam/region") == {"12", "29", "46"}  # the codes of before and after the union
    assert members("gwangju_jeonnam/districts") == {"D4"}
    assert (members("jeju/districts"), members("jeju/region")) == ({"D3"}, {"50"})
    assert members("nation/districts") == {"D1", "D2", "D3", "D4"}
    assert members("nation/region") == {"00"}  # rows without any code count for the nation alone


def test_no_member_is_in_two_offices() -> None:
    rows = [row for row in office_areas(DISTRICTS).to_pylist() if not row["area"].startswith("nation/")]
    assert len({(row["kind"], row["member"]) for row in rows}) == len(rows)
    assert (office_code("42"), office_code("51"), office_code("99")) == ("gangwon", "gangwon", "jeju")


def test_a_reform_that_breaks_a_district_flags_its_office_and_not_the_nation() -> None:
    breaks = [("28110", "2026-07", ["28110"]), ("D1", "2026-07", ["27290"]), ("27", "2023-07", ["47720"])]
    assert list(broken_offices(breaks, DISTRICTS)) == [
        ("daegu_gyeongbuk/districts", "2026-07", ["27290"]),
        ("daegu_gyeongbuk/region", "2023-07", ["47720"]),
    ]
    known = {area for area, _, _ in broken_offices(area_breaks(DISTRICTS), DISTRICTS)}
    assert not known, "no reform so far cut a 시도 anew, and none of these districts lies in one that was"


def test_offices_outside_the_roll_out_are_marked() -> None:
    early = set(outside_roll_out(DISTRICTS, Quarter(2022, 1)).column("area").to_pylist())
    late = set(outside_roll_out(DISTRICTS, Quarter(2026, 1)).column("area").to_pylist())
    assert {"seoul/districts", "seoul/region"} <= early
    assert not any(area.startswith("daegu_gyeongbuk/") for area in late)
