"""Korean sentences that explain to a council why a stage is proposed, or why none is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sogong_pipeline.rates.contribution import coverage_breaks
from sogong_pipeline.vocabulary import MEASURE_OF, labels

if TYPE_CHECKING:
    from sogong_pipeline.stages.proposal import Clause
    from sogong_pipeline.stages.rules import RuleSet

FALLS = ("change", "standard_errors")
"""Yardsticks under which every breach is a fall."""


def undetermined(obstacle: str, facts: Mapping[str, Any], rules: RuleSet) -> str:
    """Explain why no stage is proposed."""
    match obstacle:
        case "few_workplaces":
            return (
                f"집계된 사업장이 월평균 {facts['workplaces']:,}개로 {rules.fewest_workplaces}개에 미치지 못해 "
                "우연한 변동과 위기를 가릴 수 없으므로 판정을 보류합니다."
            )
        case "dominated_by_one":
            return (
                f"가장 큰 사업장 한 곳이 종사자의 {facts['largest_share_pct']}%를 차지해 "
                "지역 전체의 흐름으로 볼 수 없으므로 판정을 보류합니다."
            )
        case "unadjusted_break":
            return "비교 기간에 행정구역 코드가 나뉘거나 합쳐져 앞뒤를 맞출 수 없으므로 판정을 보류합니다."
        case "no_base":
            missing = "·".join(
                labels().bases[base] for base in rules.bases if facts[f"{base}_status"] == "not_computable"
            )
            return f"비교할 {missing} 같은 분기의 자료가 없어 판정을 보류합니다."
        case _:
            return "주소만으로 이 지역에 속한다고 확인되는 사업장이 없어 판정을 보류합니다."


def determined(stage: str, clauses: Sequence[Clause], facts: Mapping[str, Any], rules: RuleSet) -> str:
    """Explain a proposed stage: the indicators that reach it with their changes, or that too few do."""
    order = list(rules.thresholds_pct)
    compared = stage if stage != "good" else order[-1]
    reaching = [c for c in clauses if c.breaches and order.index(c.breaches) <= order.index(compared)]
    criterion = _criterion(compared, rules)
    changes = "·".join(_changes(clause, rules) for clause in reaching) + _move(rules)
    if stage != "good":
        if len(reaching) == len(clauses):
            count = f"{len(clauses)}개 지표 모두" if len(clauses) > 1 else ""
        else:
            count = f"{len(clauses)}개 지표 중 {len(reaching)}개가"
        sentence = f"{changes} {count} {labels().stages[stage]} 참고 기준({criterion})에 해당합니다."
    elif reaching:
        sentence = (
            f"{changes} {len(clauses)}개 지표 중 {len(reaching)}개만 {_met(compared, rules)} "
            f"{labels().stages[compared]} 참고 기준({rules.at_least}개 이상)에 미치지 않습니다."
        )
    else:
        sentence = (
            f"{_criterion(compared, rules, is_attribute=True)} 지표가 없어 "
            f"{labels().stages[compared]} 참고 기준({rules.at_least}개 이상)에 미치지 않습니다."
        )
    return sentence + _note(facts, rules)


def _criterion(stage: str, rules: RuleSet, *, is_attribute: bool = False) -> str:
    """Describe the criterion of a stage, as a noun phrase or before a noun."""
    amount = f"{abs(rules.thresholds_pct[stage])}"
    against = _against(rules) + (" 모두" if len(rules.bases) > 1 else "")
    noun, attribute = {
        "change": (f"{amount}% 이상 감소", f"{amount}% 이상 감소한"),
        "points_to_nation": (f"전국보다 {amount}%p 이상 나쁨", f"전국보다 {amount}%p 이상 나쁜"),
        "share_of_nations_change": (
            f"전국 증감률보다 그 크기의 {amount}% 이상 나쁨",
            f"전국 증감률보다 그 크기의 {amount}% 이상 나쁜",
        ),
        "ratio_to_nation": (f"전국의 {amount}% 이하로 줄어듦", f"전국의 {amount}% 이하로 줄어든"),
        "standard_errors": (
            f"표준오차의 {amount}배 이상 감소",
            f"표준오차의 {amount}배 이상 감소한",
        ),
    }[rules.yardstick]
    return f"{against} {attribute if is_attribute else noun}"


def _met(stage: str, rules: RuleSet) -> str:
    """State that the indicators named reach a criterion."""
    criterion = _criterion(stage, rules)
    return f"{criterion}하여" if criterion.endswith("감소") else f"기준({criterion})에 들어"


def _move(rules: RuleSet) -> str:
    """Describe the common movement of the indicators: they fell, or fared worse than the nation."""
    return " 감소로" if rules.yardstick in FALLS else " 등 증감으로"


def _changes(clause: Clause, rules: RuleSet) -> str:
    """Describe the fall of one indicator, by base; with its sign where a rule set may flag a rise."""
    changes = ", ".join(
        f"{labels().bases[base]} 대비 {abs(change) if rules.yardstick in FALLS else format(change, '+')}%"
        for base, change in clause.changes_pct.items()
    )
    return f"{labels().measures[MEASURE_OF[clause.indicator]]}({changes})"


def _against(rules: RuleSet) -> str:
    return "·".join(labels().bases[base] for base in rules.bases) + " 대비"


def _note(facts: Mapping[str, Any], rules: RuleSet) -> str:
    """Return the note on how the comparison was made."""
    notes = []
    if any(facts[f"{base}_scope"] == "corporations" for base in rules.bases):
        since = coverage_breaks()[-1].korean
        notes.append(f"{since} 개인사업장이 자료에 더해진 영향을 없애려고 법인 사업장만 비교함")
    if any(facts[f"{base}_status"] == "partial" for base in rules.bases):
        notes.append("일부 달의 자료가 없어 있는 달만 비교함")
    return f" ({'; '.join(notes)})" if notes else ""
