"""Norms: survival and growth of workplaces of a size over a lag, measured on the whole nation.

A norm does not depend on districts. It belongs to a quarter and a lag, is measured once and reused; the rule applies
the norms of the same quarter one and two years earlier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sogong_pipeline.stages.likelihood.grouping import sum_by
from sogong_pipeline.stages.likelihood.panel import ABSENT, Panel
from sogong_pipeline.stages.likelihood.parameters import Flags, Floats, Integers, Parameters

DIVISIONS = 100
FEWEST_IN_BIN = 20
"""A size bin with fewer survivors takes location and spread from the bin below."""
LEAST_SPREAD = 0.01
DECILE_SPAN = 2.56
"""Distance of the outer deciles of a normal distribution, in standard deviations."""
STEPS = 3
Norms = dict[tuple[int, int], "Norm"]


@dataclass(frozen=True)
class Norm:
    """Survival and growth of the nation's workplaces from base to quarter; arrays by size bin have shape (bins,).

    Attributes:
        survival: Share still in sight.
        location: Centre of the log growth of heads.
        clip_scale: Robust standard deviation at whose multiples growth is clipped.
        spread: Standard deviation of clipped growth.
        workplaces: Workplaces at the base.
        exits: Exits by division, shape (100,).
        expected: Exits expected from size alone by division, shape (100,).
    """

    survival: Floats
    location: Floats
    clip_scale: Floats
    spread: Floats
    workplaces: Integers
    exits: Floats
    expected: Floats


def log_growth(panel: Panel, base: int, quarter: int, rows: Integers) -> Floats:
    """Return the log of heads in the quarter over heads at the base."""
    growth: Floats = np.log(panel.heads[rows, quarter] / panel.heads[rows, base])
    return growth


def at_base(panel: Panel, base: int, quarter: int) -> Integers:
    """Return the workplaces in the file in the last month of the base that the comparison may use."""
    return np.flatnonzero((panel.area(base) != ABSENT) & panel.compared(base, quarter))


def survivors(panel: Panel, base: int, quarter: int, rows: Integers) -> Flags:
    """Return flags of workplaces still in the file and in the same area as at the base."""
    return np.asarray(panel.area(quarter)[rows] == panel.place[rows, base])


def measure_norm(panel: Panel, quarter: int, lag: int, parameters: Parameters) -> Norm:
    """Measure the norm of a quarter and a lag.

    Args:
        panel: The nation.
        quarter: Number of the quarter.
        lag: Quarters back to the base.
        parameters: Size bins and clipping.
    """
    base, bins = quarter - lag, len(parameters.bins)
    rows = at_base(panel, base, quarter)
    size = parameters.size_bin(panel.heads[rows, base])
    is_there = survivors(panel, base, quarter, rows)
    count = np.bincount(size, minlength=bins)
    remaining = np.bincount(size, is_there, minlength=bins)
    survival = np.where(count > 0, remaining / np.maximum(count, 1), 1.0)
    growth = log_growth(panel, base, quarter, rows[is_there])
    moments = [(0.0, LEAST_SPREAD, LEAST_SPREAD)]
    for number in range(bins):
        moments.append(_moments(growth[size[is_there] == number], moments[-1], parameters.clip_sd))
    location, clip_scale, spread = np.array(moments[1:]).T
    division = panel.division[rows]
    return Norm(
        survival=survival,
        location=location,
        clip_scale=clip_scale,
        spread=spread,
        workplaces=count,
        exits=sum_by(division, ~is_there, DIVISIONS),
        expected=sum_by(division, 1 - survival[size], DIVISIONS),
    )


def _moments(
    growth: Floats, smaller: tuple[float, float, float], clip_sd: float
) -> tuple[float, float, float]:
    """Return winsorised mean, robust scale and winsorised standard deviation; the smaller bin's where data are few."""
    if growth.size < FEWEST_IN_BIN:
        return smaller
    low, middle, high = np.quantile(growth, [0.1, 0.5, 0.9])
    scale = max((high - low) / DECILE_SPAN, LEAST_SPREAD)
    limit, centre = clip_sd * scale, float(middle)
    for _ in range(STEPS):
        centre += float(np.clip(growth - centre, -limit, limit).mean())
    spread = max(float(np.clip(growth - centre, -limit, limit).std()), LEAST_SPREAD)
    return centre, float(scale), spread


def norm_quarters(quarter: int, lag: int, first: int) -> list[int]:
    """Return the quarters whose norms apply: one and two years earlier, or the quarter itself if neither exists.

    Args:
        quarter: The judged quarter.
        lag: Quarters back to the base.
        first: First quarter for which norms are measured; its base must exist as well.
    """
    earlier = [one for one in (quarter - 4, quarter - 8) if one >= first and one - lag >= 0]
    return earlier or [quarter]


def average(norms: Sequence[Norm]) -> Norm:
    """Average norms over several years; counts are summed."""
    return Norm(
        survival=np.mean([norm.survival for norm in norms], axis=0),
        location=np.mean([norm.location for norm in norms], axis=0),
        clip_scale=np.mean([norm.clip_scale for norm in norms], axis=0),
        spread=np.mean([norm.spread for norm in norms], axis=0),
        workplaces=np.sum([norm.workplaces for norm in norms], axis=0),
        exits=np.sum([norm.exits for norm in norms], axis=0),
        expected=np.sum([norm.expected for norm in norms], axis=0),
    )


def division_factor(norms: Sequence[Norm], shrink_exits: float) -> Floats:
    """Return exits of each division over those expected from size, shrunken towards 1, shape (100,).

    Args:
        norms: Norms of one lag over the quarters of the window.
        shrink_exits: Exits added to both sides.
    """
    exits = np.sum([norm.exits for norm in norms], axis=0)
    expected = np.sum([norm.expected for norm in norms], axis=0)
    factor: Floats = (exits + shrink_exits) / (expected + shrink_exits)
    return factor
