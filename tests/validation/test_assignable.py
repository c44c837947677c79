"""Grading of assignable districts: doubt outside and inside, without the truth."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from country.evaluation.country import Recipe
from country.evaluation.spread import CountryResult, spread_lines
from sogong_pipeline.districts.registry import Slice
from sogong_pipeline.periods import Month
from sogong_pipeline.regions.dong_outlines import beside
from sogong_pipeline.validation.assignable import grade_districts
from tests.districts.test_matching import district, placement

HERE, ELSEWHERE = "4159134021", "1111010100"
NEXT = "4159134022"
NOBODY = {"district_id": None, "grade": "none", "evidence": None}
CLAIMED = {"district_id": None, "grade": "ambiguous", "evidence": "place", "candidate_ids": "D2|D1"}


def row(heads: int = 10, **changes: Any) -> dict[str, Any]:
    defaults = {"district_id": "D1", "grade": "medium", "evidence": "postal_code", "candidate_ids": None}
    return {**defaults, "legal_dong_code": HERE, "subscribers": heads, **changes}


@pytest.mark.parametrize(
    ("rows", "outside", "inside", "is_assignable"),
    [
        ([row()] * 10, 0.0, 0.0, True),
        ([row()] * 10 + [row(10, **NOBODY, legal_dong_code=NEXT)], 0.1, 0.0, True),
        ([row()] * 10 + [row(11, **NOBODY, legal_dong_code=NEXT)], 0.11, 0.0, False),
        ([row()] * 10 + [row(11, **NOBODY)], 0.11, 0.0, False),
        ([row()] * 10 + [row(11, **NOBODY, legal_dong_code=HERE[:8] + "00")], 0.11, 0.0, False),
        ([row()] * 10 + [row(99, **NOBODY, legal_dong_code=ELSEWHERE)], 0.0, 0.0, True),
        ([row()] * 10 + [row(11, **{**CLAIMED, "legal_dong_code": ELSEWHERE})], 0.11, 0.0, False),
        ([row()] * 8 + [row(grade="low")] * 2, 0.0, 0.2, True),
        ([row()] * 7 + [row(grade="low")] * 3, 0.0, 0.3, False),
    ],
)
def test_little_may_be_in_doubt_on_either_side(
    rows: list[dict[str, Any]], outside: float, inside: float, is_assignable: bool
) -> None:
    grades = graded(rows, district("D1")).loc["D1"]
    assert (grades["doubt_outside"], grades["doubt_inside"]) == pytest.approx((outside, inside))
    assert grades["is_assignable"] == is_assignable


def test_a_district_is_told_on_its_own_ground_only() -> None:
    rows = [row()] * 10
    assert graded(rows, district("D1")).loc["D1", "is_assignable"]
    assert not graded(rows, district("D1"), district("D2", postal_codes=())).loc["D1", "is_assignable"]
    assert not graded(rows, district("D1"), effective=4.9).loc["D1", "is_assignable"]
    nobody_there = graded(rows, district("D1"), district("D3", legal_dong_codes=(ELSEWHERE,))).loc["D3"]
    assert not nobody_there["is_assignable"]
    assert nobody_there[["doubt_outside", "doubt_inside"]].isna().all()


def test_a_list_tells_a_building_only_where_hardly_anybody_else_is_there() -> None:
    building = district("D1", kind="knowledge_industry_centre")
    tenants = [row(grade="high", evidence="list")] * 10
    others = row(11, district_id=None, grade="not_assignable", evidence="building", candidate_ids="D1")
    for rows, is_assignable in ((tenants, True), ([*tenants, others], False)):
        grades = graded(rows, building, listed=True).loc["D1"]
        assert (grades["has_list"], grades["is_assignable"]) == (True, is_assignable)


def test_dongs_lie_beside_those_their_outlines_touch_and_their_codes_follow() -> None:
    near = beside({HERE})
    assert NEXT in near
    assert HERE not in near
    assert ELSEWHERE not in near
    jongno = beside({"1111010200"})  # 신교동: its neighbours in life
    assert {"1111010100", "1111010300", "1111010400"} <= jongno
    assert beside(jongno) & {"1111010200"}


def graded(
    rows: list[dict[str, Any]], *districts: Any, effective: float = 10.0, listed: bool = False
) -> pd.DataFrame:
    facts = pd.DataFrame(
        {"workers": [sum(one["subscribers"] for one in rows if one["district_id"] == "D1")]},
        index=pd.Index(["D1"], name="district_id"),
    ).assign(effective_workplaces=effective)
    held = Slice.of(districts, [placement("list", "D1")] if listed else [])
    return grade_districts(held, pd.DataFrame(rows), facts)


def test_a_spread_tells_each_country_and_all_together() -> None:
    def country(seed: int, *districts: tuple[bool, int, float]) -> CountryResult:
        errors = pd.DataFrame(districts, columns=["is_assignable", "true_workers", "error"])
        precision = {"high": 0.99, "medium": 0.9104, "low": 0.7}
        return CountryResult("tuned", Recipe(2, seed, 2, 1.0, (Month(2026, 1),)), precision, errors)

    found = [
        country(3, (True, 10, 0.02), (False, 30, 0.5)),
        country(5, (True, 20, 0.04), (True, 20, 0.08)),
    ]
    assert spread_lines(found)[2:] == [
        "| law 2, seed 3 | 0.990 | 0.910 | 0.700 | 1 | 50.0 % | 25.0 % | 2.0 % | 100.0 % |",
        "| law 2, seed 5 | 0.990 | 0.910 | 0.700 | 2 | 100.0 % | 100.0 % | 6.0 % | 50.0 % |",
        "| **law 2: the law the rules were tuned on** |  |  |  | 3 | 75.0 % | 62.5 % | 4.0 % | 66.7 % |",
    ]
