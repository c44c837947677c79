"""Contribution of each workplace to the evidence on its district, before summing by district."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sogong_pipeline.stages.likelihood.norms import Norm, at_base, log_growth, survivors
from sogong_pipeline.stages.likelihood.panel import Panel
from sogong_pipeline.stages.likelihood.parameters import Flags, Floats, Integers, Parameters


@dataclass(frozen=True)
class Contributions:
    """Workplaces at a base; all arrays have shape (rows,) unless said otherwise.

    Attributes:
        rows: Their rows in the panel.
        is_there: Flags of workplaces still in sight.
        survival: Probability of being still in sight.
        is_large: Flags of large workplaces, by heads.
        precision: Weight of its growth, 0 for one that left.
        weighted_growth: Clipped log growth less the norm, times precision.
        losses: Losses weighed, shape (losses,).
    """

    rows: Integers
    is_there: Flags
    survival: Floats
    is_large: Flags
    precision: Floats
    weighted_growth: Floats
    losses: Floats

    @cached_property
    def small(self) -> Integers:
        """Return survivors that are not large, as row numbers."""
        return np.flatnonzero(self.is_there & ~self.is_large)

    @cached_property
    def large(self) -> Integers:
        """Return survivors that are large, as row numbers."""
        return np.flatnonzero(self.is_there & self.is_large)

    def exit_terms(self, chosen: Integers) -> Floats:
        """Return the log ratio by which each loss makes an exit likelier, shape (chosen, losses)."""
        leaving = 1 - self.survival[chosen, None]
        terms: Floats = np.log((leaving + self.survival[chosen, None] * self.losses) / leaving)
        return terms


def contributions_of(
    panel: Panel, quarter: int, lag: int, *, norm: Norm, factor: Floats, parameters: Parameters
) -> Contributions:
    """Compare every workplace of the base with the norm.

    Args:
        panel: The workplaces.
        quarter: The judged quarter.
        lag: Quarters back to the base.
        norm: The norm to apply.
        factor: Exits over expected by division, shape (100,).
        parameters: Limits and losses.
    """
    base = quarter - lag
    rows = at_base(panel, base, quarter)
    size = parameters.size_bin(panel.heads[rows, base])
    is_there = survivors(panel, base, quarter, rows)
    survival = np.clip(
        1 - (1 - norm.survival[size]) * factor[panel.division[rows]],
        parameters.survival_least,
        parameters.survival_most,
    )
    stayed = size[is_there]
    limit = parameters.clip_sd * norm.clip_scale[stayed]
    growth = np.clip(log_growth(panel, base, quarter, rows[is_there]) - norm.location[stayed], -limit, limit)
    precision, weighted = np.zeros(rows.size), np.zeros(rows.size)
    precision[is_there] = 1 / norm.spread[stayed] ** 2
    weighted[is_there] = growth * precision[is_there]
    return Contributions(
        rows=rows,
        is_there=is_there,
        survival=survival,
        is_large=size >= parameters.large_bin,
        precision=precision,
        weighted_growth=weighted,
        losses=np.array(parameters.losses),
    )
