"""Common movement of industry divisions: cycles, and a season of their own."""

from __future__ import annotations

import numpy as np

from country.industries import load_industries
from country.law import IndustryLaw
from country.workplaces import Floats
from sogong_pipeline.periods import Month


class Trades:
    """Log levels of all divisions.

    Args:
        law: The law on industries.
        rng: Source of randomness of the beginning.
    """

    def __init__(self, law: IndustryLaw, rng: np.random.Generator) -> None:
        self._law = law
        codes = [code[:2] for code in load_industries().code]
        divisions = sorted(set(codes))
        self._division = np.array([divisions.index(code) for code in codes])
        count = len(divisions)
        self._common = law.sd * rng.standard_normal(count)
        is_seasonal = rng.permutation(count) < round(law.seasonal_share * count)
        self._height = np.where(is_seasonal, law.seasonal_height, 0.0)
        self._peak = rng.integers(0, 12, count)

    def live(self, rng: np.random.Generator) -> None:
        """Move the common level of each division by one month."""
        memory = self._law.memory
        step = self._law.sd * np.sqrt(1 - memory**2) * rng.standard_normal(self._common.size)
        self._common = memory * self._common + step

    def level(self, month: Month) -> Floats:
        """Log level of every industry code in a month, shape (codes,)."""
        season = self._height * np.cos(2 * np.pi * (month.month - 1 - self._peak) / 12)
        return np.asarray((self._common + season)[self._division])
