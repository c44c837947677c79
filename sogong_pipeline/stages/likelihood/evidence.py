"""Evidence: the log Bayes factor of a loss against ordinary turnover, by district and lag."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sogong_pipeline.stages.likelihood.contributions import Contributions
from sogong_pipeline.stages.likelihood.dispersion import Dispersion
from sogong_pipeline.stages.likelihood.grouping import sum_by
from sogong_pipeline.stages.likelihood.parameters import Flags, Floats, Integers, Parameters

LAYOFF_SHARE = 0.8
"""Share of a district's heads that lies in large workplaces, the only ones with layoffs."""
LEAST_LEFT = 0.1
Total = Callable[[Floats | None, Integers], Floats]
"""Function that sums values of chosen rows by district; counts rows when there are no values."""


@dataclass(frozen=True)
class Evidence:
    """Evidence on every district over one lag.

    Attributes:
        log_bf: Log Bayes factor of a loss, shape (districts,).
        severe_share: Share of that evidence that speaks for a severe loss, shape (districts,).
        information: Effective number of detectable exits, shape (districts,).
    """

    log_bf: Floats
    severe_share: Floats
    information: Floats


def weigh(
    contributions: Contributions,
    label: Integers,
    *,
    districts: int,
    dispersion: Dispersion,
    parameters: Parameters,
    gone: Flags | None = None,
) -> Evidence:
    """Sum up workplaces by district and weigh four kinds of loss.

    The kinds are closures, shrinking, layoffs, and an equal mix of closures and shrinking.

    Args:
        contributions: Contributions of workplaces.
        label: District of each workplace; numbers from `districts` on are outside.
        districts: Number of districts.
        dispersion: Overdispersion of exits and growth.
        parameters: Losses and their weights.
        gone: Survivors to treat as closed, for planted losses.
    """
    is_there = contributions.is_there if gone is None else contributions.is_there & ~gone
    losses, weights = contributions.losses, np.array(parameters.weights)

    def total(values: Floats | None, chosen: Integers) -> Floats:
        picked = None if values is None else values[chosen]
        return sum_by(label[chosen], picked, districts)

    staying, leaving = np.flatnonzero(is_there), np.flatnonzero(~is_there)
    terms = contributions.exit_terms(leaving)
    of_leaving = label[leaving]
    exits = np.stack([sum_by(of_leaving, terms[:, i], districts) for i in range(losses.size)], axis=1)
    closures = (total(None, staying)[:, None] * np.log1p(-losses) + exits) / dispersion.exits
    grown = _Growth.of(contributions, total, staying, dispersion.growth)
    large = _Growth.of(
        contributions, total, np.flatnonzero(is_there & contributions.is_large), dispersion.growth
    )
    halves = _interpolated(np.array(losses) / 2, np.array(losses), closures)
    kinds = np.stack(
        [
            closures,
            grown.log_ratio(np.log1p(-losses)),
            large.log_ratio(np.log(np.maximum(1 - losses / LAYOFF_SHARE, LEAST_LEFT))),
            halves + grown.log_ratio(np.log1p(-losses / 2)),
        ]
    )
    largest = kinds.max(axis=(0, 2))
    by_loss = np.exp(kinds - largest[None, :, None]).mean(axis=0) * weights
    total_weight = by_loss.sum(axis=1)
    survival = contributions.survival
    everyone = np.arange(survival.size)
    variance = dispersion.exits * total(survival * (1 - survival), everyone)
    certain = np.maximum(variance, np.finfo(float).tiny)
    return Evidence(
        log_bf=np.log(total_weight) + largest,
        severe_share=by_loss[:, losses >= parameters.severe_loss - 1e-12].sum(axis=1) / total_weight,
        information=np.where(variance > 0, total(survival, everyone) ** 2 / certain, 0.0),
    )


@dataclass(frozen=True)
class _Growth:
    """Mean growth of districts and its variance; infinite where no workplace stayed."""

    mean: Floats
    variance: Floats

    @classmethod
    def of(cls, contributions: Contributions, total: Total, chosen: Integers, between: float) -> _Growth:
        precision = total(contributions.precision, chosen)
        known = precision > 0
        divisor = np.where(known, precision, 1.0)
        mean = np.where(known, total(contributions.weighted_growth, chosen) / divisor, 0.0)
        return cls(mean, np.where(known, 1 / divisor + between, np.inf))

    def log_ratio(self, shift: Floats) -> Floats:
        """Return the log likelihood ratio of a shift of growth against none, shape (districts, losses)."""
        distance = (self.mean[:, None] - shift) ** 2 - self.mean[:, None] ** 2
        ratio: Floats = -distance / (2 * self.variance[:, None])
        return ratio


def _interpolated(at: Floats, losses: Floats, values: Floats) -> Floats:
    """Interpolate values linearly between the losses, from 0 at no loss, shape (districts, at)."""
    known = np.append(0.0, losses)
    extended = np.column_stack([np.zeros(values.shape[0]), values])
    right = np.clip(np.searchsorted(known, at), 1, losses.size)
    share = (at - known[right - 1]) / (known[right] - known[right - 1])
    between: Floats = extended[:, right - 1] * (1 - share) + extended[:, right] * share
    return between
