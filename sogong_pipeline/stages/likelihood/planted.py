"""Losses planted in placebo districts, to measure the smallest loss that the rule detects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sogong_pipeline.stages.likelihood.judge import Judge, Signal, may_enter
from sogong_pipeline.stages.likelihood.parameters import Flags, Floats, Integers, Parameters

NEVER = np.inf


def spread_over_sizes(district: Integers, heads: Floats, share: float, rng: np.random.Generator) -> Flags:
    """Choose a share of each district's workplaces, spread evenly over their sizes.

    Args:
        district: District of each workplace, from 0.
        heads: Its heads.
        share: The share to choose, 0 to 1.
        rng: Source of randomness: order of ties, and starting point of each district.
    """
    if not district.size:
        return np.zeros(0, dtype=bool)
    order = np.lexsort((rng.random(heads.size), -heads, district))
    rank = np.empty(heads.size)
    rank[order] = np.arange(heads.size) - np.searchsorted(district[order], district[order])
    begin = rng.random(int(district.max()) + 1)[district]
    return np.asarray(np.floor((rank + 1) * share + begin) > np.floor(rank * share + begin))


def closed(judge: Judge, quarter: int, labels: Integers, share: float, rng: np.random.Generator) -> Flags:
    """Close a share of the workplaces of every district in a quarter, shape (workplaces,)."""
    panel = judge.panel
    there = np.flatnonzero((panel.months[:, quarter] > 0) & (labels < panel.districts))
    gone = np.zeros(labels.size, dtype=bool)
    gone[there] = spread_over_sizes(labels[there], panel.heads[there, quarter], share, rng)
    return gone


@dataclass(frozen=True)
class Visibility:
    """Least information on exits at which a planted loss is detected often enough.

    Attributes:
        least_information: By loss; `NEVER` where even the largest districts overlook it too often.
    """

    least_information: Mapping[float, float]

    def least_visible_loss(self, information: Floats) -> Floats:
        """Return the smallest planted loss that is seen in each district, NaN where none is."""
        least_loss = np.full(information.size, np.nan)
        for loss in sorted(self.least_information, reverse=True):
            least_loss[information >= self.least_information[loss]] = loss
        return least_loss


def least_information(information: Floats, is_caught: Flags, share: float) -> float:
    """Return the least information at which the required share of losses is caught, by an isotonic fit.

    Args:
        information: Information on exits of each planted district.
        is_caught: Flags of detected losses.
        share: Required share of detections.
    """
    order = np.argsort(information, kind="stable")
    blocks: list[tuple[float, int]] = []
    for value in is_caught[order].astype(float).tolist():
        blocks.append((value, 1))
        while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] >= blocks[-1][0] * blocks[-2][1]:
            total, count = blocks.pop()
            blocks[-1] = (blocks[-1][0] + total, blocks[-1][1] + count)
    begin = 0
    for total, count in blocks:
        if total >= share * count:
            return float(information[order][begin])
        begin += count
    return NEVER


@dataclass(frozen=True)
class Planting:
    """One placebo country with one loss planted in all of its districts, or with none.

    Attributes:
        loss: The loss, as a share; None without one.
        labels: District of every workplace.
        gone: Whether every workplace was closed; None without a loss.
        signal: What the likelihood rule sees.
        information: Information on exits of every district without the loss.
    """

    loss: float | None
    labels: Integers
    gone: Flags | None
    signal: Signal
    information: Floats


def plant_all(
    judge: Judge, quarter: int, countries: Iterable[Integers], *, losses: Sequence[float], seed: Sequence[int]
) -> list[Planting]:
    """Plant no loss and then each loss in each placebo country.

    Args:
        judge: The rule on the country.
        quarter: Number of the quarter.
        countries: Labels of the placebo countries.
        losses: The losses, as shares.
        seed: The rule set's own seed and the ordinal of the quarter.
    """
    planted = []
    for number, labels in enumerate(countries):
        quiet = judge.signal(quarter, labels)
        planted.append(Planting(None, labels, None, quiet, quiet.information))
        for loss in losses:
            rng = np.random.default_rng([*seed, number, round(100 * loss)])
            gone = closed(judge, quarter, labels, loss, rng)
            signal = judge.signal(quarter, labels, gone)
            planted.append(Planting(loss, labels, gone, signal, quiet.information))
    return planted


def measure_visibility(planted: Sequence[Planting], cut: Floats, rule: Parameters) -> Visibility:
    """Measure the least information at which each planted loss is detected often enough.

    Args:
        planted: Placebo countries with losses.
        cut: Cut of each size class.
        rule: Parameters with the required share of detections.
    """
    information_by_loss = {}
    for loss in sorted({one.loss for one in planted if one.loss is not None}):
        those = [one for one in planted if one.loss == loss]
        information = np.concatenate([one.information for one in those])
        caught = np.concatenate([may_enter(one.signal, cut, rule) for one in those])
        information_by_loss[loss] = least_information(information, caught, rule.visible_share)
    return Visibility(information_by_loss)
