"""Changes of many districts at once, computed from workplaces; input of threshold rules in placebo countries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sogong_pipeline.stages.likelihood.grouping import sum_by
from sogong_pipeline.stages.likelihood.panel import ABSENT, Panel
from sogong_pipeline.stages.likelihood.parameters import Flags, Floats, Integers
from sogong_pipeline.stages.rules import CHANGE, DIFFERENCE, RELATIVE, STANDARD_ERRORS, RuleSet

INDICATORS = ("workplaces", "workers", "payroll")
QUARTERS_BACK = {"quarter": 1, "year": 4, "two_years": 8}
MONTHS = 3
GOOD, UNDETERMINED = "good", "undetermined"
Pair = tuple[str, str]
Stages = np.ndarray[tuple[int], np.dtype[np.str_]]


@dataclass(frozen=True)
class Comparison:
    """All districts in one quarter; arrays have shape (districts,).

    Attributes:
        change_pct: Change by indicator and base, NaN without a base.
        nation_pct: Change of all workplaces by indicator and base.
        error_points: Standard error of each change over its workplaces, in points.
        workplaces: Mean workplaces of the quarter.
        largest_share_pct: Share of workers in the largest workplace.
    """

    change_pct: Mapping[Pair, Floats]
    nation_pct: Mapping[Pair, float]
    error_points: Mapping[Pair, Floats]
    workplaces: Floats
    largest_share_pct: Floats


def compare(
    panel: Panel,
    quarter: int,
    labels: Integers | None = None,
    gone: Flags | None = None,
    nation: Panel | None = None,
) -> Comparison:
    """Compare a quarter with the years before.

    Args:
        panel: The workplaces, with payroll.
        quarter: Number of the quarter; bases before the panel's first quarter are left out.
        labels: District of every workplace, for placebo districts.
        gone: Whether every workplace is to be taken as closed in the quarter, for planted losses.
        nation: The panel whose change is that of the nation; `panel` unless given.
    """
    districts = panel.districts
    now_label = _label(panel, quarter, labels)
    if gone is not None:
        now_label = np.where(gone, ABSENT, now_label)
    change: dict[Pair, Floats] = {}
    nations: dict[Pair, float] = {}
    errors: dict[Pair, Floats] = {}
    for base, back in QUARTERS_BACK.items():
        before = quarter - back
        if before < 0:
            continue
        used = panel.compared(before, quarter)
        then_label = _label(panel, before, labels)
        for indicator in INDICATORS:
            now, then = (_figures(panel, one, indicator) for one in (quarter, before))
            sums = _Sums.of(
                now, then, now_label=now_label, then_label=then_label, used=used, districts=districts
            )
            change[indicator, base] = 100 * sums.change
            errors[indicator, base] = 100 * sums.standard_error
            nations[indicator, base] = _nations(nation or panel, quarter, before, indicator)
    heads = _figures(panel, quarter, "workers")
    inside = (now_label != ABSENT) & (now_label < districts)
    largest, total = np.zeros(districts), sum_by(now_label[inside], heads[inside], districts)
    np.maximum.at(largest, now_label[inside], heads[inside])
    workplaces = sum_by(now_label[inside], _figures(panel, quarter, "workplaces")[inside], districts)
    share = 100 * largest / np.where(total > 0, total, 1.0)
    return Comparison(change, nations, errors, workplaces, share)


def stages_of(comparison: Comparison, rules: RuleSet) -> Stages:
    """Return the stage of every district under a threshold rule set, by the arithmetic of `proposal.propose`.

    Districts without a base are undetermined, as are small ones and those dominated by one workplace.
    """
    changes = np.stack(
        [
            np.stack([comparison.change_pct[indicator, base] for base in rules.bases])
            for indicator in rules.indicators
        ]
    )
    is_undetermined = (
        (comparison.workplaces < rules.fewest_workplaces)
        | (comparison.largest_share_pct > float(rules.largest_share_pct))
        | np.isnan(changes).any(axis=(0, 1))
    )
    stages = np.full(comparison.workplaces.size, GOOD, dtype="<U12")
    for stage in reversed(rules.order):
        limits = np.stack(
            [
                np.stack([_limit(comparison, rules, stage, (indicator, base)) for base in rules.bases])
                for indicator in rules.indicators
            ]
        )
        with np.errstate(invalid="ignore"):
            votes = (changes <= limits).all(axis=1).sum(axis=0)
        stages[votes >= rules.at_least] = stage
    stages[is_undetermined] = UNDETERMINED
    return stages


def _limit(comparison: Comparison, rules: RuleSet, stage: str, pair: Pair) -> Floats:
    """Return the largest change that breaches a stage, see `proposal.limit_pct`."""
    threshold, nation = float(rules.thresholds_pct[stage]), comparison.nation_pct[pair]
    errors = comparison.error_points[pair]
    if rules.yardstick == STANDARD_ERRORS:
        limits: Floats = threshold * np.maximum(errors, float(rules.least_error_points))
        return limits
    if rules.yardstick == CHANGE:
        limit = threshold
    elif rules.yardstick == DIFFERENCE:
        limit = nation + threshold
    elif rules.yardstick == RELATIVE:
        limit = nation + threshold * abs(nation) / 100
    else:
        limit = (100 + nation) * threshold / 100 - 100
    return np.full_like(errors, limit)


@dataclass(frozen=True)
class _Sums:
    """Sums of one indicator by district: now, at the base, and their squares and product over workplaces."""

    now: Floats
    then: Floats
    now_squared: Floats
    then_squared: Floats
    product: Floats

    @classmethod
    def of(
        cls,
        now: Floats,
        then: Floats,
        *,
        now_label: Integers,
        then_label: Integers,
        used: Flags,
        districts: int,
    ) -> _Sums:
        def total(values: Floats, label: Integers, chosen: Flags) -> Floats:
            rows = np.flatnonzero(chosen & (label != ABSENT) & (label < districts))
            return sum_by(label[rows], values[rows], districts)

        return cls(
            now=total(now, now_label, used),
            then=total(then, then_label, used),
            now_squared=total(now**2, now_label, used),
            then_squared=total(then**2, then_label, used),
            product=total(now * then, now_label, used & (now_label == then_label)),
        )

    @property
    def change(self) -> Floats:
        known = self.then > 0
        return np.where(known, self.now / np.where(known, self.then, 1.0) - 1, np.nan)

    @property
    def standard_error(self) -> Floats:
        """Return the first-order standard error of the ratio of two sums over resampled workplaces."""
        ratio = self.change + 1
        squares = self.now_squared - 2 * ratio * self.product + ratio**2 * self.then_squared
        with np.errstate(invalid="ignore"):
            return np.sqrt(np.maximum(squares, 0.0)) / np.where(self.then > 0, self.then, np.nan)


def _label(panel: Panel, quarter: int, labels: Integers | None) -> Integers:
    seen = panel.months[:, quarter] > 0
    where = panel.place[:, quarter] if labels is None else labels
    return np.where(seen, where, ABSENT).astype(np.int64)


def _figures(panel: Panel, quarter: int, indicator: str) -> Floats:
    """Return what each workplace adds to the mean over the quarter's months, shape (workplaces,)."""
    months = panel.months[:, quarter].astype(float)
    if indicator == "workplaces":
        return months / MONTHS
    if indicator == "workers":
        return months * panel.heads[:, quarter] / MONTHS
    paid: Floats = panel.payroll[:, quarter] / MONTHS
    return paid


def _nations(nation: Panel, quarter: int, before: int, indicator: str) -> float:
    used = nation.compared(before, quarter)
    now, then = (float(_figures(nation, one, indicator)[used].sum()) for one in (quarter, before))
    return 100 * (now / then - 1) if then else float("nan")
