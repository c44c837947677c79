"""Conversion of base incomes to billed amounts, with the rounding of the pension service."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from country.law import Pay
from country.workplaces import Floats, Integers
from sogong_pipeline.periods import Month
from sogong_pipeline.rates.contribution import Contribution

_GROUPS = 5
_FILLED = (2, 0, 4, 1, 3)  # the middle of the pay scale first, so that three heads are middle, low and high


def income_year(month: Month) -> int:
    """Return the year of the July since which the month's base incomes apply."""
    return month.year if month.month >= 7 else month.year - 1


def billed_krw(average: Floats, heads: Integers, contribution: Contribution, law: Pay) -> Integers:
    """Return the amount billed to each workplace for a month.

    The staff forms five equal groups of a log-normal pay scale. A subscriber's base income is a whole number of
    thousands between floor and ceiling; each half of the contribution is floored to 10 won.

    Args:
        average: Base income of the average employee before the limits, won a month, shape (n,).
        heads: Subscribers, shape (n,).
        contribution: Rate and limits of the month.
        law: The law on pay.

    Returns:
        Won, multiples of 20, shape (n,).
    """
    scale = np.array([NormalDist().inv_cdf((i + 0.5) / _GROUPS) for i in range(_GROUPS)])
    factor = np.exp(law.staff_sd * scale)
    factor /= factor.mean()
    billed = np.zeros(heads.size, dtype=np.int64)
    for turn, group in enumerate(_FILLED):
        thousands = np.rint(average * factor[group] / law.unit_krw).astype(np.int64)
        base = np.clip(thousands * law.unit_krw, contribution.floor_krw, contribution.ceiling_krw)
        half = base * contribution.rate_bp // 20_000 // 10 * 10
        billed += (heads // _GROUPS + (turn < heads % _GROUPS)) * 2 * half
    return billed
