from __future__ import annotations

import re
from decimal import Decimal
from importlib import resources
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Quarter
from sogong_pipeline.stages.clauses import threshold_clauses
from sogong_pipeline.stages.proposal import propose
from sogong_pipeline.stages.rules import RuleSet, load, load_any, names, parse

RULES = load("ref_5_10")
INDICATORS = ("workplaces", "workers", "payroll")


def facts(changes: dict[str, tuple[str | None, str | None]] | None = None, **values: Any) -> dict[str, Any]:
    """A district of 80 workplaces with the given changes on year and two years, 0 elsewhere."""
    row: dict[str, Any] = {
        "workplaces": Decimal("80.0"),
        "largest_share_pct": Decimal("12.00"),
        **{f"{base}_status": "ok" for base in ("year", "two_years")},
        **{f"payroll_{base}_status": "ok" for base in ("year", "two_years")},
        **{f"{base}_scope": "all" for base in ("year", "two_years")},
    }
    for indicator in INDICATORS:
        for base, change in zip(
            ("year", "two_years"), (changes or {}).get(indicator, ("0", "0")), strict=True
        ):
            row[f"{indicator}_change_{base}_pct"] = None if change is None else Decimal(change)
    return {**row, **values}


@pytest.mark.parametrize(
    ("changes", "stage"),
    [
        ({}, "good"),
        ({"workers": ("-12", "-12"), "payroll": ("-11", "-15")}, "severe"),
        ({"workers": ("-12", "-12"), "payroll": ("-7", "-15")}, "caution"),
        ({"workers": ("-5", "-5"), "payroll": ("-5.00", "-5.00")}, "caution"),
        ({"workers": ("-4.99", "-20"), "payroll": ("-20", "-20")}, "good"),
        ({"workers": ("-20", "-4.99"), "payroll": ("-20", "-20")}, "good"),
        ({"workers": ("-30", "-30")}, "good"),
        ({"workers": ("-30", "-30"), "workplaces": ("-10", "-10")}, "severe"),
        ({"workers": ("-6", "-6"), "workplaces": ("-6", "-6"), "payroll": ("-30", "-30")}, "caution"),
        ({"workers": ("-30", None), "payroll": ("-30", "-30"), "workplaces": ("-6", "-6")}, "caution"),
    ],
)
def test_two_of_three_indicators_must_breach_both_bases(changes: dict[str, Any], stage: str) -> None:
    assert propose(facts(changes), RULES).stage == stage


def test_the_reason_names_indicator_base_and_value() -> None:
    proposal = propose(facts({"workers": ("-25.31", "-24.10"), "payroll": ("-22.00", "-20.05")}), RULES)
    assert proposal.reason_ko == (
        "종사자 수(1년 전 대비 25.31%, 2년 전 대비 24.10%)·급여 총액(1년 전 대비 22.00%, 2년 전 대비 20.05%) "
        "감소로 3개 지표 중 2개가 심각 참고 기준(1년 전·2년 전 대비 모두 10% 이상 감소)에 해당합니다."
    )
    clauses = {clause.indicator: clause for clause in proposal.clauses}
    assert clauses["workers"].changes_pct == {"year": Decimal("-25.31"), "two_years": Decimal("-24.10")}
    assert clauses["workers"].breaches == "severe"
    assert clauses["workplaces"].breaches is None


def test_clauses_are_rows_with_limits_and_what_each_base_reaches() -> None:
    changes = {"workers": ("-25.31", "-7.10"), "payroll": ("-6.00", "-5.00"), "workplaces": ("-30", None)}
    proposal = propose(facts(changes), RULES)
    rows = list(threshold_clauses(proposal, "D1", Quarter(2026, 3), "abc", RULES))
    assert proposal.stage == "caution"
    assert [
        (row["indicator"], row["base_quarter"], row["base_reaches"], row["reaches"], row["is_decisive"])
        for row in rows
    ] == [
        ("workplaces", "2025-Q3", "severe", None, False),
        ("workplaces", "2024-Q3", None, None, False),
        ("workers", "2025-Q3", "severe", "caution", True),
        ("workers", "2024-Q3", "caution", "caution", True),
        ("payroll", "2025-Q3", "caution", "caution", True),
        ("payroll", "2024-Q3", "caution", "caution", True),
    ]
    assert {(str(row["caution_limit"]), str(row["severe_limit"])) for row in rows if row["value"]} == {
        ("-5.00", "-10.00")
    }
    assert [str(row["value"]) for row in rows] == ["-30", "None", "-25.31", "-7.10", "-6.00", "-5.00"]
    undetermined = propose(facts(changes, workplaces=Decimal(3)), RULES)
    assert not list(threshold_clauses(undetermined, "D1", Quarter(2026, 3), "abc", RULES))


def test_all_indicators_are_told_as_all() -> None:
    changes = dict.fromkeys(INDICATORS, ("-12", "-12"))
    assert "감소로 3개 지표 모두 심각 참고 기준(" in propose(facts(changes), RULES).reason_ko


def test_a_single_falling_indicator_is_told_though_it_decides_nothing() -> None:
    proposal = propose(facts({"workers": ("-25.31", "-24.10")}), RULES)
    assert "종사자 수(1년 전 대비 25.31%" in proposal.reason_ko
    assert "3개 지표 중 1개만" in proposal.reason_ko
    assert "주의 참고 기준(2개 이상)에 미치지 않습니다" in proposal.reason_ko


@pytest.mark.parametrize(
    ("values", "code", "words"),
    [
        ({"workplaces": Decimal("19.9")}, "few_workplaces", "월평균 19.9개로 20개에 미치지 못해"),
        ({"workplaces": None}, "not_computable", "확인되는 사업장이 없어"),
        ({"largest_share_pct": Decimal("50.01")}, "dominated_by_one", "종사자의 50.01%를 차지해"),
        ({"workplaces": Decimal(5), "year_status": "not_computable"}, "no_base", "비교할 1년 전 같은 분기"),
        ({"year_status": "not_computable"}, "no_base", "비교할 1년 전 같은 분기"),
        ({"two_years_status": "unadjusted_break"}, "unadjusted_break", "행정구역 코드가 나뉘거나 합쳐져"),
        (
            {"year_status": "not_computable", "two_years_status": "not_computable"},
            "no_base",
            "비교할 1년 전·2년 전",
        ),
    ],
)
def test_undetermined_says_why(values: dict[str, Any], code: str, words: str) -> None:
    proposal = propose(facts({"workers": ("-30", "-30"), "payroll": ("-30", "-30")}, **values), RULES)
    assert (proposal.stage, proposal.undetermined_reason, proposal.confidence) == ("undetermined", code, None)
    assert words in proposal.reason_ko
    assert proposal.reason_ko.endswith("판정을 보류합니다.")


FALL = {"workers": ("-12", "-12"), "payroll": ("-12", "-12")}


@pytest.mark.parametrize(
    ("changes", "reaching", "confidence"),
    [
        ({}, ("4.9", "0.0"), "high"),
        ({}, ("5.1", "0.0"), "medium"),
        ({}, ("20.1", "0.0"), "low"),
        (FALL, ("99.0", "95.0"), "high"),
        (FALL, ("99.0", "94.9"), "medium"),
        (FALL, ("99.0", "79.9"), "low"),
    ],
)
def test_confidence_is_how_often_a_draw_gives_the_same_stage(
    changes: dict[str, Any], reaching: tuple[str, str], confidence: str
) -> None:
    odds = {"caution": Decimal(reaching[0]), "severe": Decimal(reaching[1])}
    assert propose(facts(changes), RULES, odds).confidence == confidence
    assert propose(facts(changes), RULES).confidence == "low"


@pytest.mark.parametrize(
    "values",
    [{"year_status": "partial"}, {"payroll_year_status": "unadjusted_break"}],
)
def test_a_missing_month_or_a_rise_of_the_ceiling_lowers_the_confidence(values: dict[str, str]) -> None:
    odds = {"caution": Decimal(0), "severe": Decimal(0)}
    proposal = propose(facts(**values), RULES, odds)
    assert (proposal.stage, proposal.confidence) == ("good", "low")
    assert ("있는 달만 비교함" in proposal.reason_ko) == ("year_status" in values)


def test_a_comparison_of_corporations_only_is_told() -> None:
    assert "법인 사업장만 비교함" in propose(facts(year_scope="corporations"), RULES).reason_ko


CHANGE = st.decimals(-40, 40, places=2)


@given(st.fixed_dictionaries({name: st.tuples(CHANGE, CHANGE) for name in INDICATORS}))
def test_a_deeper_fall_never_gives_a_milder_stage(changes: dict[str, tuple[Decimal, Decimal]]) -> None:
    order = ("good", "caution", "severe")
    text = {name: tuple(map(str, pair)) for name, pair in changes.items()}
    deeper = {name: tuple(str(change - 3) for change in pair) for name, pair in changes.items()}
    before, after = propose(facts(text), RULES), propose(facts(deeper), RULES)
    assert order.index(after.stage) >= order.index(before.stage)
    breaching = sum(max(pair) <= -5 for pair in changes.values())
    assert (before.stage != "good") == (breaching >= 2)


def test_every_number_of_a_rule_set_names_its_source() -> None:
    kinds = {"law", "notice", "press", "research", "own"}
    for name in names():
        rules = load_any(name)
        sourced = set(rules.sources)
        if isinstance(rules, RuleSet):
            expected = {
                "at_least",
                "bases",
                *(["confidence"] if rules.draws else []),
                *(f"thresholds_pct.{stage}" for stage in rules.order),
            }
            assert expected <= sourced, name
        else:
            text = (
                resources.files("sogong_pipeline.stages").joinpath("rules", f"{name}.yaml").read_text("utf-8")
            )
            numbers = set(yaml.safe_load(text)["parameters"]) - {"seed"}
            assert numbers <= {source.partition(".")[0] for source in sourced}, name
        assert {source["kind"] for source in rules.sources.values()} <= kinds, name


def test_an_unknown_rule_set_is_refused() -> None:
    with pytest.raises(
        RefusedError, match=r"there is no rule set 'x'; available: kosi_2y, own_1, .*ref_5_10"
    ):
        load("x")


def test_a_rule_set_of_another_kind_is_refused() -> None:
    with pytest.raises(RefusedError, match="'own_1' is of the kind likelihood, not threshold"):
        load("own_1")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "votes"}, "new.yaml: the kind 'votes' is neither threshold nor likelihood"),
        ({"yardstick": "feet"}, "new.yaml: the yardstick 'feet' is none of change, "),
        ({"at_least": None}, "new.yaml lacks 'at_least'"),
        ({"rule_set": "other"}, "new.yaml holds the rule set 'other'; name the file after it"),
    ],
)
def test_a_faulty_rule_set_is_refused_by_name(change: dict[str, Any], message: str) -> None:
    text = resources.files("sogong_pipeline.stages").joinpath("rules", "kosi_2y.yaml").read_text("utf-8")
    data = {**yaml.safe_load(text), "rule_set": "new", **change}
    data = {key: value for key, value in data.items() if value is not None}
    with pytest.raises(RefusedError, match=re.escape(message)):
        parse(data, "new.yaml")


def test_a_new_rule_set_of_a_known_kind_is_its_file_and_nothing_else() -> None:
    text = resources.files("sogong_pipeline.stages").joinpath("rules", "kosi_2y.yaml").read_text("utf-8")
    data = {**yaml.safe_load(text), "rule_set": "mine", "indicators": ["workers"], "at_least": 1}
    rules = parse({**data, "thresholds_pct": {"severe": -12.5, "caution": -3}}, "mine.yaml")
    assert isinstance(rules, RuleSet)
    assert propose(facts({"workers": ("0", "-3.00")}), rules).stage == "caution"
    assert propose(facts({"workers": ("0", "-12.50")}), rules).stage == "severe"
    assert propose(facts({"workers": ("-30", "-2.99")}), rules).stage == "good"


@pytest.mark.parametrize(
    ("name", "changes", "points", "stage"),
    [
        # the nation: workers +5.00 and payroll +5.00, so the limit lies at 5 - 0.3 x 5 = 3.50
        (
            "press_30_a",
            {"workers": "3.50", "payroll": "3.50"},
            {"workers": "-1.50", "payroll": "-1.50"},
            "caution",
        ),
        (
            "press_30_a",
            {"workers": "3.51", "payroll": "3.50"},
            {"workers": "-1.49", "payroll": "-1.50"},
            "good",
        ),
        # the nation fell by 10: the limit lies at -10 - 0.3 x 10 = -13
        ("press_30_a", {"workers": "-13", "payroll": "-13"}, {"workers": "-3", "payroll": "-3"}, "caution"),
        ("press_30_b", {"workers": "-30"}, {"workers": "-30"}, "caution"),
        ("press_30_b", {"workers": "-27"}, {"workers": "-29.99"}, "good"),
        # the nation grew by 10: 1.1 x 0.7 = 0.77
        ("press_30_c", {"workers": "-23.00"}, {"workers": "-33.00"}, "caution"),
        ("press_30_c", {"workers": "-22.99"}, {"workers": "-32.99"}, "good"),
        ("kosi_2y", {"workers": "-5", "workplaces": "-5"}, {}, "caution"),
        ("kosi_2y", {"workers": "-25", "workplaces": "-4.99"}, {}, "good"),
    ],
)
def test_rule_sets_shown_beside_by_hand(
    name: str, changes: dict[str, str], points: dict[str, str], stage: str
) -> None:
    rules = load(name)
    row = facts({one: (changes.get(one, "1"),) * 2 for one in INDICATORS})  # 1 % is above every limit
    for indicator in INDICATORS:
        for base in ("year", "two_years"):
            row[f"{indicator}_{base}_points"] = Decimal(points.get(indicator, "0"))
    proposal = propose(row, rules)
    assert proposal.stage == stage
    assert rules.yardstick == "change" or ("전국" in proposal.reason_ko) == (
        rules.yardstick != "standard_errors"
    )


def test_standard_errors_by_hand() -> None:
    rules = load("stat_z")
    errors = {(one, base): Decimal("0.2") for one in INDICATORS for base in ("year", "two_years")}
    errors["workers", "year"] = Decimal("4")
    at_limit = {"workers": ("-6.56", "-0.82"), "payroll": ("-0.82", "-0.82")}
    assert propose(facts(at_limit), rules, errors_points=errors).stage == "caution"
    below = {"workers": ("-6.55", "-0.82"), "payroll": ("-0.82", "-0.82")}
    assert propose(facts(below), rules, errors_points=errors).stage == "good"
    assert propose(facts(at_limit), rules).stage == "good", "without standard errors nothing breaches"
