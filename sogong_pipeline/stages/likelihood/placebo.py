"""Placebo countries: the same workplaces dealt out anew to districts of the same sizes, so that only chance is left."""

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
        countries: How many countries to deal.

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


def cuts(signals: Sequence[Signal], parameters: Parameters) -> Floats:
    """What the allowed share of placebo districts reaches, by size class, never below 0.

    Args:
        signals: Signals of placebo countries.
        parameters: Classes and the share.
    """
    log_bf = np.concatenate([signal.log_bf for signal in signals])
    workplaces = np.concatenate([signal.workplaces for signal in signals])
    size = parameters.size_class(workplaces)
    is_used = workplaces >= parameters.fewest_workplaces
    found = np.full(len(parameters.classes) + 1, NO_CUT)
    for number in range(found.size):
        values = log_bf[is_used & (size == number)]
        if values.size:
            found[number] = max(float(np.quantile(values, 1 - parameters.chance)), 0.0)
    return found


def placebo_signals(judge: Judge, quarter: int, ordinal: int) -> list[Signal]:
    """Signals of the placebo countries of a quarter.

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
