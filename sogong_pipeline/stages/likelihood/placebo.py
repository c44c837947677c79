"""Placebo countries: the same workplaces reassigned at random to districts of the same sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sogong_pipeline.stages.likelihood.judge import Judge, Signal
from sogong_pipeline.stages.likelihood.panel import Panel
from sogong_pipeline.stages.likelihood.parameters import Floats, Integers, Parameters

NO_CUT = np.inf
"""Cut of a size class in which the placebo countries have no district."""


def placebo_labels(panel: Panel, seed: Sequence[int], countries: int) -> Iterator[Integers]:
    """Exchange the districts of workplaces within each sector.

    Args:
        panel: The workplaces; those outside districts stay outside.
        seed: The rule set's own seed and the ordinal of the quarter.
        countries: Number of countries to draw.

    Yields:
        District of every workplace, shape (workplaces,).
    """
    home = panel.home()
    groups = [
        np.flatnonzero((panel.sector == sector) & (home < panel.districts))
        for sector in np.unique(panel.sector)
    ]
    for country in range(countries):
        labels = np.minimum(home, panel.districts)
        for number, group in enumerate(groups):
            rng = np.random.default_rng([*seed, country, number])
            labels[group] = rng.permutation(home[group])
        yield labels


def reached(signals: Sequence[Signal], parameters: Parameters) -> Floats:
    """Return the evidence reached by the allowed share of placebo districts, by size class; NaN without districts.

    Args:
        signals: Signals of the placebo countries of the quarter.
        parameters: Classes and the share.
    """
    log_bf = np.concatenate([signal.log_bf for signal in signals])
    workplaces = np.concatenate([signal.workplaces for signal in signals])
    size = parameters.size_class(workplaces)
    is_used = workplaces >= parameters.fewest_workplaces
    groups = [log_bf[is_used & (size == number)] for number in range(len(parameters.classes) + 1)]
    return np.array([np.quantile(group, 1 - parameters.chance) if group.size else np.nan for group in groups])


def cut_of(quarters: Sequence[Floats]) -> Floats:
    """Return the cut of each size class: the mean over several quarters of the evidence reached, at least 0.

    Args:
        quarters: Results of `reached` for the judged quarter and those before.
    """
    known = ~np.isnan(quarters)
    total = np.where(known, quarters, 0.0).sum(axis=0)
    count = known.sum(axis=0)
    return np.where(count > 0, np.maximum(total / np.maximum(count, 1), 0.0), NO_CUT)


def placebo_signals(judge: Judge, quarter: int, ordinal: int) -> list[Signal]:
    """Return the signals of the placebo countries of a quarter.

    Args:
        judge: The rule on the country.
        quarter: Number of the quarter in the panel.
        ordinal: Ordinal of the quarter in the calendar, for the seed.
    """
    rule = judge.parameters
    return [
        judge.signal(quarter, labels)
        for labels in placebo_labels(judge.panel, (rule.seed, ordinal), rule.countries)
    ]
