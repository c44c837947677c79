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


def propose(facts: Mapping[str, Any], rules: RuleSet) -> Proposal:
    """Propose the stage of one district.

    Args:
        facts: its row of fact_district_quarter.
        rules: the rule set.

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
    return Proposal(
        stage, _confidence(facts, rules), None, clauses, sentences.determined(stage, clauses, facts, rules)
    )


def _obstacle(facts: Mapping[str, Any], rules: RuleSet) -> str | None:
    """Why no stage can be proposed, or None when one can."""
    if facts["workplaces"] is None:
        return "not_computable"
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


def _confidence(facts: Mapping[str, Any], rules: RuleSet) -> str:
    """How far noise is to be reckoned with, by the number of workplaces and by missing months."""
    if any(facts[f"{base}_status"] == "partial" for base in rules.bases):
        return "low"
    return next((level for level, fewest in rules.confidence.items() if facts["workplaces"] >= fewest), "low")
