"""Proposals: from one district's quarter facts to a reference stage, with the clauses that led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sogong_pipeline.stages import sentences
from sogong_pipeline.stages.rules import CHANGE, STANDARD_ERRORS, RuleSet


@dataclass(frozen=True)
class Clause:
    """Result of one indicator in a proposal.

    Attributes:
        indicator: Its name.
        changes_pct: Known changes by base, in percent.
        breaches: The worst stage that it reaches against every base.
        limits_pct: By base and stage, the largest change that breaches it; None where the yardstick lacks its input.
    """

    indicator: str
    changes_pct: dict[str, Decimal]
    breaches: str | None
    limits_pct: dict[str, dict[str, Decimal | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """A proposed stage; `undetermined_reason` is a code, set only with the stage `undetermined`."""

    stage: str
    confidence: str | None
    undetermined_reason: str | None
    clauses: tuple[Clause, ...]
    reason_ko: str


def propose(
    facts: Mapping[str, Any],
    rules: RuleSet,
    reaching_pct: Mapping[str, Decimal] | None = None,
    errors_points: Mapping[tuple[str, str], Decimal] | None = None,
) -> Proposal:
    """Propose the stage of one district.

    Args:
        facts: its row of fact_district_quarter.
        rules: the rule set.
        reaching_pct: by stage, percentage of draws of its workplaces that reach it or a worse one (`Odds`); without
            it the confidence is low.
        errors_points: standard errors of the changes by indicator and base, in points, for a rule set whose yardstick
            they are.

    Returns:
        The worst stage that enough indicators reach against every base at once; `undetermined` where the
        district is too small, dominated by one workplace, or has no base.
    """
    obstacle = _obstacle(facts, rules)
    if obstacle:
        return Proposal("undetermined", None, obstacle, (), sentences.undetermined(obstacle, facts, rules))
    clauses = tuple(_clause(indicator, facts, rules, errors_points or {}) for indicator in rules.indicators)
    stage = next(
        (
            stage
            for stage in rules.thresholds_pct
            if len([clause for clause in clauses if _reaches(clause, stage, rules)]) >= rules.at_least
        ),
        "good",
    )
    confidence = _confidence(stage, facts, rules, reaching_pct or {}) if rules.draws else None
    return Proposal(stage, confidence, None, clauses, sentences.determined(stage, clauses, facts, rules))


def _obstacle(facts: Mapping[str, Any], rules: RuleSet) -> str | None:
    """Return the reason why no stage can be proposed, or None when one can."""
    if facts["workplaces"] is None:
        return "not_computable"
    if any(facts[f"{base}_status"] == "unadjusted_break" for base in rules.bases):
        return "unadjusted_break"
    if any(facts[f"{base}_status"] == "not_computable" for base in rules.bases):
        return "no_base"
    if facts["workplaces"] < rules.fewest_workplaces:
        return "few_workplaces"
    if facts["largest_share_pct"] is not None and facts["largest_share_pct"] > rules.largest_share_pct:
        return "dominated_by_one"
    return None


def _clause(
    indicator: str,
    facts: Mapping[str, Any],
    rules: RuleSet,
    errors_points: Mapping[tuple[str, str], Decimal],
) -> Clause:
    changes = {base: facts[f"{indicator}_change_{base}_pct"] for base in rules.bases}
    known = {base: change for base, change in changes.items() if change is not None}

    limits = {
        base: {
            stage: limit_pct(
                rules, stage, _nations_change(facts, indicator, base), errors_points.get((indicator, base))
            )
            for stage in rules.order
        }
        for base in known
    }

    def breaches(stage: str) -> bool:
        return len(known) == len(changes) and all(
            (limit := limits[base][stage]) is not None and known[base] <= limit for base in known
        )

    worst = next((stage for stage in rules.order if breaches(stage)), None)
    return Clause(indicator, known, worst, limits)


def limit_pct(
    rules: RuleSet, stage: str, nation_pct: Decimal | None, error_points: Decimal | None
) -> Decimal | None:
    """Return the largest change that breaches a stage, in percent; None where the yardstick lacks its input.

    Args:
        rules: The rule set.
        stage: One of its stages.
        nation_pct: Change of the nation, in percent.
        error_points: Standard error of the change, in points.
    """
    threshold = rules.thresholds_pct[stage]
    if rules.yardstick == CHANGE:
        return threshold
    if rules.yardstick == STANDARD_ERRORS:
        return None if error_points is None else threshold * max(error_points, rules.least_error_points)
    if nation_pct is None:
        return None
    match rules.yardstick:
        case "points_to_nation":
            return nation_pct + threshold
        case "share_of_nations_change":
            return nation_pct + threshold * abs(nation_pct) / 100
        case _:
            return (100 + nation_pct) * threshold / 100 - 100


def _nations_change(facts: Mapping[str, Any], indicator: str, base: str) -> Decimal | None:
    """Return the change of the nation: the district's change less its difference to the nation."""
    change = facts.get(f"{indicator}_change_{base}_pct")
    difference = facts.get(f"{indicator}_{base}_points")
    return None if change is None or difference is None else change - difference


def _reaches(clause: Clause, stage: str, rules: RuleSet) -> bool:
    """Return True when an indicator breaches a stage or a worse one."""
    order = list(rules.thresholds_pct)
    return clause.breaches is not None and order.index(clause.breaches) <= order.index(stage)


def _confidence(
    stage: str, facts: Mapping[str, Any], rules: RuleSet, reaching_pct: Mapping[str, Decimal]
) -> str:
    """Return the confidence of a stage from the share of draws that give it or, for `good`, no worse one.

    Low where a month is missing, or where the rise of the income ceiling alone can have hidden a fall of pay.
    """
    statuses = {facts[f"{measure}{base}_status"] for base in rules.bases for measure in ("", "payroll_")}
    if statuses & {"partial", "unadjusted_break"}:
        return "low"
    mildest = list(rules.thresholds_pct)[-1]
    support = (
        100 - reaching_pct.get(mildest, Decimal(100))
        if stage == "good"
        else reaching_pct.get(stage, Decimal(0))
    )
    return next((level for level, least in rules.confidence_pct.items() if support >= least), "low")
