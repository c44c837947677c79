"""Small-area estimates: shrinkage of a district's change, and its percentile among all districts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def shrink(change: Floats, standard_error: Floats) -> Floats:
    """Return empirical-Bayes estimates under a normal prior fitted to all districts.

    The prior's spread tau^2 is DerSimonian and Laird's moment estimate, its mean the mean weighted by 1 / (tau^2 +
    standard error^2).

    Args:
        change: Changes, shape (districts,), NaN where unknown.
        standard_error: Their standard errors in the same unit, NaN where unknown.

    Returns:
        The shrunken changes, NaN where either is unknown or the standard error is 0.
    """
    known = np.isfinite(change) & np.isfinite(standard_error) & (standard_error > 0)
    shrunken = np.full(change.shape, np.nan)
    if known.sum() < 2:
        return shrunken
    changes, variance = change[known], standard_error[known] ** 2
    weight = 1 / variance
    mean = float(weight @ changes) / weight.sum()
    spread = float(weight @ (changes - mean) ** 2) - (changes.size - 1)
    tau2 = max(0.0, spread / (weight.sum() - float(weight @ weight) / weight.sum()))
    weight = 1 / (tau2 + variance)
    mean = float(weight @ changes) / weight.sum()
    shrunken[known] = mean + (changes - mean) * tau2 / (tau2 + variance)
    return shrunken


def percentile(change: Floats) -> Floats:
    """Return the share of known values below each, ties half, in percent; NaN where unknown. Shape (districts,)."""
    known = np.isfinite(change)
    ordered = np.sort(change[known])
    below = np.searchsorted(ordered, change[known], side="left")
    up_to = np.searchsorted(ordered, change[known], side="right")
    percent = np.full(change.shape, np.nan)
    percent[known] = 100 * (below + up_to) / 2 / max(ordered.size, 1)
    return percent
