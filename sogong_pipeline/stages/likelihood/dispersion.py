"""Overdispersion: variance of a quarter's districts beyond that explained by turnover of their workplaces."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from sogong_pipeline.stages.likelihood.contributions import Contributions
from sogong_pipeline.stages.likelihood.grouping import sum_by
from sogong_pipeline.stages.likelihood.parameters import Floats, Integers

LARGEST_VARIANCE = 1.0
HALVINGS = 60


@dataclass(frozen=True)
class Dispersion:
    """Variance of districts beyond chance.

    Attributes:
        exits: Factor on the variance of exits (phi), at least 1.
        growth: Variance of the log growth of districts (tau squared), at least 0.
    """

    exits: float
    growth: float


def trimmed_mean_of_chance(share: float) -> float:
    """Return the mean of the calmest share of squared standard normal variables."""
    quantile = NormalDist().inv_cdf((1 + share) / 2)
    density = math.exp(-(quantile**2) / 2) * math.sqrt(2 / math.pi)
    return (share - quantile * density) / share


def measure_dispersion(
    contributions: Contributions, label: Integers, districts: int, calm_share: float
) -> Dispersion:
    """Estimate overdispersion by moments of the calmer districts.

    Args:
        contributions: Contributions of workplaces, under the norm of their own quarter.
        label: District of each workplace of `contributions`; numbers from `districts` on are outside.
        districts: Number of districts.
        calm_share: Share of districts that is taken as calm.
    """
    expected_of_calm = trimmed_mean_of_chance(calm_share)

    def total(values: Floats, chosen: Integers | slice = slice(None)) -> Floats:
        return sum_by(label[chosen], values[chosen], districts)

    survival, is_exit = contributions.survival, ~contributions.is_there
    expected = total(1 - survival)
    variance = total(survival * (1 - survival))
    known = expected > 1
    excess = (total(is_exit.astype(float))[known] - expected[known]) ** 2 / variance[known]
    factor = _calm_mean(excess, calm_share) / expected_of_calm if excess.size else 1.0
    estimates, variances = [], []
    for chosen in (contributions.small, contributions.large):
        precision = total(contributions.precision, chosen)
        known = precision > 0
        estimates.append(total(contributions.weighted_growth, chosen)[known] / precision[known])
        variances.append(1 / precision[known])
    squares, own = np.concatenate(estimates) ** 2, np.concatenate(variances)
    return Dispersion(max(factor, 1.0), _between(squares, own, expected_of_calm, calm_share))


def _calm_mean(values: Floats, share: float) -> float:
    return float(values[values <= np.quantile(values, share)].mean())


def _between(squares: Floats, own: Floats, expected: float, share: float) -> float:
    """Find by bisection the variance at which the mean of calm squares over variance equals its chance value."""
    if not squares.size or _calm_mean(squares / own, share) <= expected:
        return 0.0
    low, high = 0.0, LARGEST_VARIANCE
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _calm_mean(squares / (own + middle), share) > expected:
            low = middle
        else:
            high = middle
    return (low + high) / 2
