"""The proposal: from one district's quarter facts to a reference stage, with the clauses that led to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sogong_pipeline.stages import sentences
from sogong_pipeline.stages.rules import RuleSet


@dataclass(frozen=True)
class Clause:
    """One indicator's part in a proposal; changes in percent by base, `breaches` the worst stage it reaches."""

    indicator: str
    changes_pct: dict[str, Decimal]
    breaches: str | None


@dataclass(frozen=True)
class Proposal:
    """A proposed stage; `undetermined_reason` is a code, set only with the stage `undetermined`."""

    stage: str
    confidence: str | None
    undetermined_reason: str | None
    clauses: tuple[Clause, ...]
    reason_ko: str

    @property
    def reasons(self) -> str:
        """The clauses as canonical JSON text, the same for the same values."""
        return json.dumps(
            [
                {
                    "indicator": clause.indicator,
                    "changes_pct": {base: str(value) for base, value in clause.changes_pct.items()},
                    "breaches": clause.breaches,
                }
                for clause in self.clauses
            ],
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        )


def propose(
    facts: Mapping[str, Any], rules: RuleSet, reaching_pct: Mapping[str, Decimal] | None = None
) -> Proposal:
    """Propose the stage of one district.

    Args:
        facts: its row of fact_district_quarter.
        rules: the rule set.
        reaching_pct: by stage, how many of 100 draws of its workplaces reach it or a worse one (`Odds`); without it the
            confidence is low.

    Returns:
        The worst stage that enough indicators reach against every base at once; `undetermined` where the
        district is too small, dominated by one workplace, or has nothing to be compared with.
    """
    obstacle = _obstacle(facts, rules)
    if obstacle:
        return Proposal("undetermined", None, obstacle, (), sentences.undetermined(obstacle, facts, rules))
    clauses = tuple(_clause(indicator, facts, rules) for indicator in rules.indicators)
    stage = next(
        (
            stage
            for stage in rules.thresholds_pct
            if len([clause for clause in clauses if _reaches(clause, stage, rules)]) >= rules.at_least
        ),
        "good",
    )
    confidence = _confidence(stage, facts, rules, reaching_pct or {})
    return Proposal(stage, confidence, None, clauses, sentences.determined(stage, clauses, facts, rules))


def _obstacle(facts: Mapping[str, Any], rules: RuleSet) -> str | None:
    """Why no stage can be proposed, or None when one can."""
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


def _clause(indicator: str, facts: Mapping[str, Any], rules: RuleSet) -> Clause:
    changes = {base: facts[f"{indicator}_change_{base}_pct"] for base in rules.bases}
    known = {base: change for base, change in changes.items() if change is not None}
    breaches = next(
        (
            stage
            for stage, threshold in rules.thresholds_pct.items()
            if len(known) == len(changes) and all(change <= threshold for change in known.values())
        ),
        None,
    )
    return Clause(indicator, known, breaches)


def _reaches(clause: Clause, stage: str, rules: RuleSet) -> bool:
    """Whether an indicator reaches a stage: by its own or by a worse one."""
    order = list(rules.thresholds_pct)
    return clause.breaches is not None and order.index(clause.breaches) <= order.index(stage)


def _confidence(
    stage: str, facts: Mapping[str, Any], rules: RuleSet, reaching_pct: Mapping[str, Decimal]
) -> str:
    """How far the stage stands up to chance, by the share of draws that give it or, for good, no worse one.

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
