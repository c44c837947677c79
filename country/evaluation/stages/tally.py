"""Shares over districts and quarters, with intervals from resampled districts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from country.workplaces import Flags, Floats

DRAWS = 1_000
MIDDLE = (2.5, 97.5)


@dataclass(frozen=True, order=True)
class Key:
    """Identification of a figure.

    Attributes:
        measure: Name of the measure.
        rule_set: The rule set, `own_1 entry` for the likelihood rule without its memory.
        kind: Kind of loss, empty where none is planted.
        loss_pct: Size of the loss, 0 where none is planted.
        size: Least workplaces of the districts: 0, 20, 40, 80 or 160, up to the next.
    """

    measure: str
    rule_set: str
    kind: str = ""
    loss_pct: int = 0
    size: str = "20+"


@dataclass(frozen=True)
class Figure:
    """A share with its interval.

    Attributes:
        key: Its identification.
        value: Successes over trials.
        low: Lower end of 95 % when districts are resampled.
        high: Upper end.
        trials: Number of trials.
    """

    key: Key
    value: float
    low: float
    high: float
    trials: int


@dataclass
class Tally:
    """Successes and trials by key and district.

    Attributes:
        districts: Number of districts.
    """

    districts: int
    _successes: dict[Key, Floats] = field(default_factory=dict)
    _trials: dict[Key, Floats] = field(default_factory=dict)

    def add(self, key: Key, success: Flags | Floats, trial: Flags) -> None:
        """Count one trial a district at most; arrays have shape (districts,)."""
        nothing = np.zeros(self.districts)
        self._successes[key] = self._successes.get(key, nothing) + np.where(trial, success, 0)
        self._trials[key] = self._trials.get(key, nothing) + trial

    def figures(self) -> list[Figure]:
        """Return every share, ordered by key."""
        return shares([self])


def shares(tallies: Iterable[Tally], seed: int = 1) -> list[Figure]:
    """Return shares over the districts of one country or several.

    Args:
        tallies: One tally a country.
        seed: Seed of the draws.
    """
    parts = list(tallies)
    keys = sorted({key for part in parts for key in part._successes})
    rng = np.random.default_rng(seed)
    drawn = np.zeros((2, len(keys), DRAWS))
    total = np.zeros((2, len(keys)))
    for part in parts:
        chance = np.full(part.districts, 1 / part.districts)
        weights = rng.multinomial(part.districts, chance, DRAWS).astype(float)
        nothing = np.zeros(part.districts)
        for row, counted in enumerate((part._successes, part._trials)):
            values = np.stack([counted.get(key, nothing) for key in keys])
            total[row] += values.sum(axis=1)
            drawn[row] += values @ weights.T
    results = []
    for number, key in enumerate(keys):
        successes, trials = total[:, number]
        if trials:
            ratios = drawn[0, number] / np.maximum(drawn[1, number], 1)
            low, high = np.percentile(ratios, MIDDLE).tolist()
            results.append(Figure(key, float(successes / trials), low, high, int(trials)))
    return results
