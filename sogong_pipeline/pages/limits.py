"""Figures at which a rule set decides otherwise: nothing is rounded onto one of them."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from sogong_pipeline.stages.rules import CHANGE, LikelihoodRuleSet, RuleSet, load_any, names


@cache
def limits_of_change() -> frozenset[Decimal]:
    """The limits of changes and shares of every rule set that ships, in percent and without their sign."""
    found: set[Decimal] = set()
    for rules in map(load_any, names()):
        if isinstance(rules, RuleSet):
            found.add(Decimal(rules.largest_share_pct))
            if rules.yardstick == CHANGE:
                found |= {abs(limit) for limit in rules.thresholds_pct.values()}
        elif isinstance(rules, LikelihoodRuleSet):
            shares = (rules.likelihood.least_fall, rules.likelihood.severe_fall)
            found |= {Decimal(round(100 * share)) for share in shares}
    return frozenset(found)
