"""Independent implementation of the likelihood rule in plain numpy.

For panels without moves and without a change of coverage.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import logsumexp
from scipy.stats import chi2

LAGS = (1, 2, 3, 4, 6, 8)
EDGES = [4, 5, 7, 10, 15, 25, 50, 100]
LOSSES = np.array([0.05, 0.10, 0.15, 0.20, 0.25, 0.30, 0.40, 0.50])
PRIOR = np.array([0.10, 0.18, 0.18, 0.16, 0.13, 0.11, 0.09, 0.05])
CALM = chi2.cdf(chi2.ppf(0.7, 1), 3) / 0.7
Array = np.ndarray[Any, Any]


class Plain:
    """The rule on monthly heads, shape (workplaces, months), of workplaces that stay in one district."""

    def __init__(self, heads: Array, district: Array, division: Array, districts: int) -> None:
        self.months = heads.reshape(len(heads), -1, 3)
        self.seen = (self.months > 0).sum(axis=2)
        self.mean = self.months.sum(axis=2) / np.maximum(self.seen, 1)
        self.present = self.months[:, :, 2] > 0
        self.district, self.division, self.districts = district, division, districts
        self.quarters = self.mean.shape[1]
        self.norm = cache(self._norm)
        self.factor = cache(self._factor)
        self.spread = cache(self._spread)

    def bins(self, quarter: int) -> Array:
        return np.digitize(self.mean[:, quarter], EDGES)

    def _norm(self, quarter: int, lag: int) -> tuple[Array, Array]:
        base = quarter - lag
        size, there, stays = self.bins(base), self.present[:, base], self.present[:, quarter]
        survival, moments, last = [], [], (0.0, 0.01, 0.01)
        for k in range(9):
            member = there & (size == k)
            survival.append(stays[member].mean() if member.any() else 1.0)
            both = member & stays
            r = np.log(self.mean[both, quarter] / self.mean[both, base])
            if len(r) >= 20:
                s = max((np.quantile(r, 0.9) - np.quantile(r, 0.1)) / 2.56, 0.01)
                m = np.median(r)
                for _ in range(3):
                    m += np.clip(r - m, -3 * s, 3 * s).mean()
                last = (m, s, max(np.clip(r - m, -3 * s, 3 * s).std(), 0.01))
            moments.append(last)
        return np.array(survival), np.array(moments)

    def years(self, quarter: int, lag: int) -> list[int]:
        return [q for q in (quarter - 4, quarter - 8) if q - lag >= 0] or [quarter]

    def _factor(self, lag: int) -> Array:
        exits, expected = np.zeros(100), np.zeros(100)
        for quarter in range(lag, self.quarters):
            there = self.present[:, quarter - lag]
            chance = 1 - self.norm(quarter, lag)[0][self.bins(quarter - lag)]
            np.add.at(exits, self.division[there], (~self.present[there, quarter]).astype(float))
            np.add.at(expected, self.division[there], chance[there])
        return (exits + 20) / (expected + 20)

    def total(self, rows: Array, values: Array | float, label: Array) -> Array:
        out = np.zeros(self.districts)
        np.add.at(out, label[rows], np.broadcast_to(values, len(label))[rows])
        return out

    def _survival(self, quarter: int, lag: int, survival: Array) -> Array:
        chance = (1 - survival[self.bins(quarter - lag)]) * self.factor(lag)[self.division]
        return np.clip(1 - chance, 0.02, 0.985)

    def _spread(self, quarter: int, lag: int) -> tuple[float, float]:
        base = quarter - lag
        survival, moments = self.norm(quarter, lag)
        stay = self._survival(quarter, lag, survival)
        there, is_here = self.present[:, base], self.present[:, base] & self.present[:, quarter]
        observed = self.total(there & ~is_here, 1.0, self.district)
        expected = self.total(there, 1 - stay, self.district)
        variance = self.total(there, stay * (1 - stay), self.district)
        z2 = ((observed - expected) ** 2 / np.where(variance > 0, variance, 1))[expected > 1]
        phi = max(1.0, z2[z2 <= np.quantile(z2, 0.7)].mean() / CALM) if len(z2) else 1.0
        growth, weight = self._growth(quarter, lag, moments)
        estimate, own = [], []
        for part in (is_here & (self.bins(base) < 4), is_here & (self.bins(base) >= 4)):
            w = self.total(part, weight, self.district)
            estimate.append((self.total(part, weight * growth, self.district)[w > 0] / w[w > 0]) ** 2)
            own.append(1 / w[w > 0])
        squares, v = np.concatenate(estimate), np.concatenate(own)

        def excess(t: float) -> float:
            z = squares / (v + t)
            return float(z[z <= np.quantile(z, 0.7)].mean() - CALM)

        return phi, 0.0 if excess(0.0) <= 0 else brentq(excess, 0, 1, xtol=1e-15)

    def _growth(self, quarter: int, lag: int, moments: Array) -> tuple[Array, Array]:
        m, s, sigma = moments[self.bins(quarter - lag)].T
        both = self.present[:, quarter - lag] & self.present[:, quarter]
        ratio = np.ones(len(m))
        ratio[both] = self.mean[both, quarter] / self.mean[both, quarter - lag]
        return np.clip(np.log(ratio) - m, -3 * s, 3 * s), 1 / sigma**2

    def log_bf(self, quarter: int, lag: int, label: Array | None = None) -> Array:
        label = self.district if label is None else label
        years = self.years(quarter, lag)
        survival = np.mean([self.norm(q, lag)[0] for q in years], axis=0)
        moments = np.mean([self.norm(q, lag)[1] for q in years], axis=0)
        phi, tau2 = np.mean([self.spread(q, lag) for q in years], axis=0)
        stay = self._survival(quarter, lag, survival)
        there = self.present[:, quarter - lag]
        is_here = there & self.present[:, quarter]
        growth, weight = self._growth(quarter, lag, moments)
        alive = self.total(is_here, 1.0, label)

        def closures(s: float) -> Array:
            terms = np.log((1 - stay * (1 - s)) / (1 - stay))
            return (alive * np.log(1 - s) + self.total(there & ~is_here, terms, label)) / phi

        def shifted(part: Array, theta: float) -> Array:
            w = self.total(part, weight, label)
            g = np.divide(
                self.total(part, weight * growth, label), w, out=np.zeros(self.districts), where=w > 0
            )
            v = np.divide(1.0, w, out=np.full(self.districts, np.inf), where=w > 0) + tau2
            return -((g - theta) ** 2 - g**2) / (2 * v)

        known = [np.zeros(self.districts), *(closures(s) for s in LOSSES)]
        grid = np.append(0, LOSSES)
        large = is_here & (self.bins(quarter - lag) >= 4)
        kinds = []
        for i, s in enumerate(LOSSES):
            half = np.array([np.interp(s / 2, grid, column) for column in np.array(known).T])
            kinds.append(
                [
                    known[i + 1],
                    shifted(is_here, np.log(1 - s)),
                    shifted(large, np.log(max(1 - s / 0.8, 0.1))),
                    half + shifted(is_here, np.log(1 - s / 2)),
                ]
            )
        return logsumexp(np.array(kinds) + np.log(PRIOR / 4)[:, None, None], axis=(0, 1))

    def b_and_lag(self, quarter: int, label: Array | None = None) -> tuple[Array, Array]:
        lags = [lag for lag in LAGS if lag <= quarter]
        each = np.array([self.log_bf(quarter, lag, label) for lag in lags])
        return logsumexp(each, axis=0) - np.log(len(lags)), np.array(lags)[each.argmax(axis=0)]

    def workers(self, quarter: int, label: Array | None = None) -> Array:
        label = self.district if label is None else label
        return self.total(np.ones(len(label), bool), self.months[:, quarter].sum(axis=1) / 3, label)

    def workplaces(self, quarter: int, label: Array | None = None) -> Array:
        label = self.district if label is None else label
        return self.total(np.ones(len(label), bool), self.seen[:, quarter] / 3, label)

    def at_base(
        self, quarter: int, lag: Array, of: Callable[..., Array], label: Array | None = None
    ) -> Array:
        return np.array([of(quarter - one, label)[i] for i, one in enumerate(lag)])

    def reached(self, quarter: int, labels: Sequence[Array]) -> Array:
        """The evidence that 99.3 % of placebo districts stay below, by size class."""
        b, n = [], []
        for label in labels:
            value, lag = self.b_and_lag(quarter, label)
            b.append(value)
            n.append(self.at_base(quarter, lag, self.workplaces, label))
        value, size = np.concatenate(b), np.concatenate(n)
        place = np.digitize(size, [10, 20, 40, 80, 160])
        groups = [value[(size >= 3) & (place == k)] for k in range(6)]
        return np.array([np.quantile(group, 0.993) if len(group) else np.nan for group in groups])

    def flags(self, quarters: range, cut: Array) -> dict[int, Array]:
        """Flags with memory, by quarter."""
        base, flags_by_quarter = np.full(self.districts, -1), {}
        for quarter in quarters:
            value, lag = self.b_and_lag(quarter)
            place = np.digitize(self.at_base(quarter, lag, self.workplaces), [10, 20, 40, 80, 160])
            fall = self.workers(quarter) / np.maximum(self.at_base(quarter, lag, self.workers), 1e-9) - 1
            enters = (value >= cut[place]) & (fall <= -0.05)
            flagged = np.zeros(self.districts, bool)
            for i in range(self.districts):
                if base[i] >= 0:
                    age = quarter - base[i]
                    flagged[i] = age <= 12 and self.log_bf(quarter, age)[i] >= 1
                    base[i] = base[i] if flagged[i] else -1
                elif enters[i]:
                    flagged[i], base[i] = True, quarter - lag[i]
            flags_by_quarter[quarter] = flagged
        return flags_by_quarter
