"""Distribution of the expected heads of a workplace."""

from __future__ import annotations

import numpy as np

from country.law import Law
from country.workplaces import CORPORATION, SOLE_PROPRIETOR, Floats, Integers

_IN_SIGHT = {CORPORATION: 2.5, SOLE_PROPRIETOR: 9.5}
"""Targets from which a workplace rounds to enough heads to be in the file; the size laws are anchored there."""
_CANDIDATES = 8  # from which a newcomer's target is chosen


class SizeLaws:
    """The Lomax tails of corporations by sector, and that of sole proprietors.

    Args:
        law: The law.
        sectors: Names of the sectors, in the order of their indexes.
    """

    def __init__(self, law: Law, sectors: list[str]) -> None:
        sole = law.sole_proprietors
        laws = [law.sizes.by_sector[sector] for sector in sectors]
        self._closure_size_power = law.dynamics.closure_size_power
        self._smallest = {CORPORATION: law.sizes.smallest, SOLE_PROPRIETOR: sole.smallest}
        self._largest = {CORPORATION: np.inf, SOLE_PROPRIETOR: sole.largest}
        self._tail = {
            CORPORATION: np.array([entry.tail for entry in laws]),
            SOLE_PROPRIETOR: np.full(len(sectors), sole.tail),
        }
        self._scale = {
            CORPORATION: np.array([entry.scale for entry in laws]),
            SOLE_PROPRIETOR: np.full(len(sectors), sole.scale),
        }

    def visible_share(self, form: int) -> Floats:
        """Return the share of targets that put a workplace of this form in sight, shape (sectors,)."""
        below = self._smallest[form] - _IN_SIGHT[form]
        return np.asarray((1 + below / self._scale[form]) ** self._tail[form])

    def draw(
        self, rng: np.random.Generator, form: Integers, sector: Integers, cap: Floats, *, newcomers: bool
    ) -> Floats:
        """Draw targets.

        Args:
            rng: Source of randomness.
            form: Legal forms, shape (n,).
            sector: Sector indexes, shape (n,).
            cap: Largest target of each, shape (n,).
            newcomers: True when they follow closed workplaces. Small ones close more often, so newcomers must
                be smaller than the others to prevent a drift of sizes.

        Returns:
            Heads, shape (n,).
        """
        targets = np.zeros(form.size)
        for kind, largest in self._largest.items():
            these = form == kind
            highest = np.minimum(cap[these], largest)
            targets[these] = self._draw(rng, kind, sector[these], highest, newcomers=newcomers)
        return targets

    def _draw(
        self, rng: np.random.Generator, form: int, sector: Integers, cap: Floats, *, newcomers: bool
    ) -> Floats:
        tail, scale = self._tail[form][sector], self._scale[form][sector]
        lowest, anchor = self._smallest[form], _IN_SIGHT[form]
        highest = np.maximum(cap, lowest + 1)
        most, least = ((1 + (heads - anchor) / scale) ** -tail for heads in (lowest, highest))
        survival = least + (most - least) * rng.random((_CANDIDATES if newcomers else 1, sector.size))
        candidates = anchor + scale * (survival ** (-1 / tail) - 1)
        weights = np.cumsum(np.maximum(candidates, 3.0) ** self._closure_size_power, axis=0)
        chosen = (rng.random(sector.size) * weights[-1] > weights[:-1]).sum(axis=0)
        return np.asarray(candidates[chosen, np.arange(sector.size)])
