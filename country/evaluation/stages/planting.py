"""Losses planted in the districts of a country without other events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from country.evaluation.stages.living import Lived
from country.population import CORPORATE_FLOOR, SOLE_FLOOR
from country.workplaces import Floats, Integers
from sogong_pipeline.stages.likelihood.panel import Amounts, Counts
from sogong_pipeline.stages.likelihood.planted import spread_over_sizes

CLOSURES, LAYOFFS, PAY_TOO, SHRINKING, HALF, BLEED = KINDS = (
    "closures",
    "layoffs",
    "closures_and_pay",
    "all_shrink",
    "half_lose_double",
    "bleed_of_a_year",
)
LAYOFF_HEADS = 10
LONGEST_RAMP, BLEED_MONTHS = 3, 12
MOST = 0.95


@dataclass(frozen=True)
class Loss:
    """One loss, planted in every district.

    Attributes:
        kind: One of `KINDS`.
        share: Share of the district that is lost, 0 to 1.
        full_month: Number of the first month with the full loss.
        until: Number of the month in which heads are back, None when they stay away; for kinds without closures.
    """

    kind: str
    share: float
    full_month: int
    until: int | None = None


def plant(lived: Lived, loss: Loss, rng: np.random.Generator) -> tuple[Counts, Amounts]:
    """Plant a loss in every district of a country.

    Args:
        lived: The country.
        loss: The loss.
        rng: Source of randomness: ramps, and workplaces struck.

    Returns:
        Subscribers and payroll with the loss, shape (workplaces, months).
    """
    is_bleed = loss.kind == BLEED
    ramp = (
        np.full(lived.districts, BLEED_MONTHS)
        if is_bleed
        else rng.integers(1, LONGEST_RAMP + 1, lived.districts)
    )
    before = loss.full_month - (BLEED_MONTHS if is_bleed else LONGEST_RAMP)
    members = np.flatnonzero((lived.area[:, before] >= 0) & (lived.area[:, before] < lived.districts))
    district = lived.area[members, before]
    heads = lived.subscribers[members, before].astype(float)
    ramp_of = ramp[district]
    subscribers, payroll = lived.subscribers.copy(), lived.payroll.copy()
    remaining = np.ones((members.size, subscribers.shape[1] - before))
    months = np.arange(remaining.shape[1])[None, :] + before
    step = np.clip((months - loss.full_month + ramp_of[:, None]) / ramp_of[:, None], 0, 1)
    if loss.kind in {CLOSURES, PAY_TOO, BLEED}:
        chosen = spread_over_sizes(district, heads, loss.share, rng)
        month = loss.full_month - ramp_of + 1 + np.floor(rng.random(members.size) * ramp_of)
        remaining[chosen[:, None] & (months >= month[:, None])] = 0.0
    else:
        remaining = 1 - step * _lost(loss, district, heads, lived.districts, rng)[:, None]
        if loss.until is not None:
            remaining[:, loss.until - before :] = 1.0
    reduced = _rounded(subscribers[members, before:], remaining, rng)
    fewest = np.where(lived.corporate[members], CORPORATE_FLOOR, SOLE_FLOOR)[:, None]
    reduced[reduced < fewest] = 0
    old = subscribers[members, before:]
    paid = payroll[members, before:] * np.where(old > 0, reduced / np.maximum(old, 1), 0.0)
    if loss.kind == PAY_TOO:
        paid = paid * (1 - step * loss.share / 2)
    subscribers[members, before:], payroll[members, before:] = reduced, paid
    return subscribers, payroll


def _lost(loss: Loss, district: Integers, heads: Floats, districts: int, rng: np.random.Generator) -> Floats:
    """Return the share of heads that each workplace loses."""
    if loss.kind == SHRINKING:
        return np.full(heads.size, loss.share)
    if loss.kind == HALF:
        return np.where(spread_over_sizes(district, heads, 0.5, rng), min(2 * loss.share, MOST), 0.0)
    is_large = heads >= LAYOFF_HEADS
    total = np.bincount(district, heads, minlength=districts)
    large = np.bincount(district, heads * is_large, minlength=districts)
    share = np.minimum(loss.share * total / np.maximum(large, 1), MOST)
    return np.where(is_large, share[district], 0.0)


def _rounded(heads: Counts, remaining: Floats, rng: np.random.Generator) -> Counts:
    """Return the remaining heads, rounded by the same draw in all months of a workplace."""
    draw = rng.random((heads.shape[0], 1))
    return np.where(remaining == 1, heads, np.floor(heads * remaining + draw)).astype(heads.dtype)
