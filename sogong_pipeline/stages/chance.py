"""False alarms and detection of planted losses, measured for every rule set on the months of this installation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sogong_pipeline.stages.comparison import GOOD, UNDETERMINED, Comparison, compare, stages_of
from sogong_pipeline.stages.likelihood.judge import Judge, may_enter
from sogong_pipeline.stages.likelihood.panel import Panel
from sogong_pipeline.stages.likelihood.parameters import Flags, Floats, Parameters
from sogong_pipeline.stages.likelihood.planted import Planting
from sogong_pipeline.stages.rules import LIKELIHOOD, AnyRuleSet, RuleSet

ALL_SIZES = -1
"""Number of the pseudo size class that holds districts of all sizes."""
SURELY_SEEN = 0.8
INFLATION = 1.5
"""Factor from alarms in placebo districts to alarms in real ones, which vary a little more."""


@dataclass(frozen=True)
class Chance:
    """Results of one rule set in the placebo districts of one size class.

    Attributes:
        rule_set: The rule set.
        size_class: Number of the size class, `ALL_SIZES` for all.
        districts: Placebo districts, over all countries.
        judged: Of these, how many get a stage other than undetermined.
        alarms: Of these, how many are flagged.
        caught: By planted loss, how many of the districts are flagged.
        inflation: Factor from alarms in placebo districts to those in quiet ones.
    """

    rule_set: str
    size_class: int
    districts: int
    judged: int
    alarms: int
    caught: Mapping[float, int]
    inflation: float = 1.0

    @property
    def alarm_share(self) -> float:
        """Return the share of judged districts that chance alone flags; NaN where none is judged."""
        return self.alarms / self.judged if self.judged else float("nan")

    @property
    def least_visible_loss(self) -> float | None:
        """Return the smallest planted loss that is seen in 8 of 10 districts; None where none is."""
        seen = [
            loss
            for loss, count in self.caught.items()
            if count >= SURELY_SEEN * self.districts and self.districts
        ]
        return min(seen, default=None)

    def expected_alarms(self, districts: int) -> int:
        """Return a rounded-down estimate of the alarms that chance alone raises among this many judged districts."""
        return int(np.floor(self.inflation * self.alarm_share * districts)) if self.judged else 0


def measure_chance(
    judge: Judge,
    rule_sets: Sequence[AnyRuleSet],
    quarter: int,
    *,
    cut: Floats,
    planted: Sequence[Planting],
    nation: Panel | None = None,
) -> list[Chance]:
    """Run rule sets on placebo districts, without losses and with planted losses.

    A likelihood rule set counts new flags only; flags that persist from earlier quarters are left out.

    Args:
        judge: The likelihood rule on the country; its size classes are used for all rule sets.
        rule_sets: The rule sets to run.
        quarter: Number of the quarter.
        cut: Cut of each size class for the likelihood rule.
        planted: Placebo countries, each without a loss first and then with losses.
        nation: The panel of the nation, for rule sets that compare with it.
    """
    rule, classes = judge.parameters, len(judge.parameters.classes) + 1
    counts = {(rules.rule_set, one): _Counts() for rules in rule_sets for one in (ALL_SIZES, *range(classes))}
    size = np.zeros(0, dtype=np.int64)
    for one in planted:
        seen = compare(judge.panel, quarter, one.labels, one.gone, nation)
        if one.loss is None:
            is_used = seen.workplaces >= rule.fewest_workplaces
            size = np.where(is_used, rule.size_class(seen.workplaces), classes)
        for rules in rule_sets:
            judged, flagged = _run(rules, seen, one, cut, rule)
            for (name, number), tally in counts.items():
                if name == rules.rule_set:
                    members = size < classes if number == ALL_SIZES else size == number
                    tally.add(members, judged, flagged, one.loss)
    kinds = {rules.rule_set: rules.kind for rules in rule_sets}
    return [
        tally.chance(name, number, INFLATION if kinds[name] == LIKELIHOOD else 1.0)
        for (name, number), tally in counts.items()
    ]


def _run(
    rules: AnyRuleSet, seen: Comparison, planted: Planting, cut: Floats, rule: Parameters
) -> tuple[Flags, Flags]:
    """Return the districts that a rule set judges and those that it flags."""
    if isinstance(rules, RuleSet):
        stages = stages_of(seen, rules)
        judged = np.asarray(stages != UNDETERMINED)
        return judged, judged & np.asarray(stages != GOOD)
    flagged = may_enter(planted.signal, cut, rule)
    return np.ones(flagged.size, dtype=bool), flagged


class _Counts:
    """Counts of one rule set in one size class."""

    def __init__(self) -> None:
        self.districts = self.judged = self.alarms = 0
        self.caught: dict[float, int] = {}

    def add(self, members: Flags, judged: Flags, flagged: Flags, loss: float | None) -> None:
        """Count one placebo country."""
        if loss is None:
            self.districts += int(members.sum())
            self.judged += int((members & judged).sum())
            self.alarms += int((members & flagged).sum())
        else:
            self.caught[loss] = self.caught.get(loss, 0) + int((members & flagged).sum())

    def chance(self, rule_set: str, size_class: int, inflation: float) -> Chance:
        """Return the counts as a `Chance`."""
        return Chance(rule_set, size_class, self.districts, self.judged, self.alarms, self.caught, inflation)
