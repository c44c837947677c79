"""Judge of a quarter: evidence over all lags, combined into one figure by district."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sogong_pipeline.stages.likelihood.contributions import Contributions, contributions_of
from sogong_pipeline.stages.likelihood.dispersion import Dispersion, measure_dispersion
from sogong_pipeline.stages.likelihood.evidence import Evidence, weigh
from sogong_pipeline.stages.likelihood.norms import (
    Norm,
    average,
    division_factor,
    measure_norm,
    norm_quarters,
)
from sogong_pipeline.stages.likelihood.panel import Panel
from sogong_pipeline.stages.likelihood.parameters import Flags, Floats, Integers, Parameters
from sogong_pipeline.stages.likelihood.totals import Totals, change, totals_of


@dataclass(frozen=True)
class Signal:
    """Combined evidence of a quarter on every district; arrays have shape (districts,).

    Attributes:
        log_bf: Log of the mean Bayes factor over lags (B).
        lag: Lag with the largest Bayes factor, quarters.
        severe_share: Probability of a severe loss, if there is a loss, at that lag.
        fall: Change of workers since the base of that lag, as a share; NaN without a base.
        workplaces: Mean workplaces at that base.
        information: Information on exits at the rule's information lag, 0 without it.
    """

    log_bf: Floats
    lag: Integers
    severe_share: Floats
    fall: Floats
    workplaces: Floats
    information: Floats


class Judge:
    """A likelihood rule applied to one country.

    Args:
        panel: Workplaces of the districts, under the registry and evidence of the judged quarter.
        parameters: The rule.
        norms: Norms by quarter and lag when the nation is a separate panel; measured on `panel` otherwise.
        first_norm: First quarter for which norms are measured.
        window: Quarters whose norms set the factor of a division; defaults to all available.
    """

    def __init__(
        self,
        panel: Panel,
        parameters: Parameters,
        *,
        norms: Mapping[tuple[int, int], Norm] | None = None,
        first_norm: int = 0,
        window: range | None = None,
    ) -> None:
        self.panel = panel
        self.parameters = parameters
        self._first = first_norm
        self._window = window or range(first_norm, panel.quarters)
        self._norms = dict(norms or {})
        self._is_given = norms is not None
        self._factors: dict[int, Floats] = {}
        self._dispersions: dict[tuple[int, int], Dispersion] = {}
        self._current: dict[tuple[int, int], Contributions] = {}
        self._source: Judge | None = None

    def on(self, panel: Panel) -> Judge:
        """Return a judge of other workplaces, such as planted losses, with the same norms and overdispersion."""
        other = Judge(panel, self.parameters)
        other._source = self._source or self
        return other

    def lags(self, quarter: int) -> list[int]:
        """Return the lags of the rule whose base lies in the panel."""
        return [lag for lag in self.parameters.lags if self._has_base(quarter, lag)]

    def _has_base(self, quarter: int, lag: int) -> bool:
        return self.panel.is_known(quarter) and self.panel.is_known(quarter - lag)

    def _has_norm(self, quarter: int, lag: int) -> bool:
        if self._is_given:
            return (quarter, lag) in self._norms
        return self._has_base(quarter, lag)

    def norm(self, quarter: int, lag: int) -> Norm:
        """Return the norm measured for a quarter and lag."""
        key = quarter, lag
        if self._source:
            return self._source.norm(quarter, lag)
        if key not in self._norms:
            self._norms[key] = measure_norm(self.panel, quarter, lag, self.parameters)
        return self._norms[key]

    def norm_quarters(self, quarter: int, lag: int) -> list[int]:
        """Return the quarters whose norms are applied to a quarter and lag."""
        if self._source:
            return self._source.norm_quarters(quarter, lag)
        earlier = norm_quarters(quarter, lag, self._first)
        return [one for one in earlier if self._has_norm(one, lag)] or [quarter]

    def applied_norm(self, quarter: int, lag: int) -> Norm:
        """Return the norm that the rule applies to a quarter and lag."""
        return average([self.norm(one, lag) for one in self.norm_quarters(quarter, lag)])

    def factor(self, lag: int) -> Floats:
        """Return exits over expected exits by division at a lag."""
        if self._source:
            return self._source.factor(lag)
        if lag not in self._factors:
            known = [self.norm(quarter, lag) for quarter in self._window if self._has_norm(quarter, lag)]
            self._factors[lag] = division_factor(known, self.parameters.shrink_exits)
        return self._factors[lag]

    def label(self, rows: Integers, quarter: int) -> Integers:
        """Return the district of workplaces in a quarter; all places outside districts share one number."""
        return np.asarray(np.minimum(self.panel.place[rows, quarter], self.panel.districts), dtype=np.int64)

    def contributions(self, quarter: int, lag: int) -> Contributions:
        """Return the contributions of workplaces to a quarter and lag; cached for one quarter at a time."""
        key = quarter, lag
        if key not in self._current:
            self._current = {known: cached for known, cached in self._current.items() if known[0] == quarter}
            self._current[key] = contributions_of(
                self.panel,
                quarter,
                lag,
                norm=self.applied_norm(quarter, lag),
                factor=self.factor(lag),
                parameters=self.parameters,
            )
        return self._current[key]

    def dispersion(self, quarter: int, lag: int) -> Dispersion:
        """Return the overdispersion to apply: the mean over the quarters of the norm."""
        if self._source:
            return self._source.dispersion(quarter, lag)
        each = [self._own_dispersion(one, lag) for one in self.norm_quarters(quarter, lag)]
        return Dispersion(
            float(np.mean([one.exits for one in each])), float(np.mean([one.growth for one in each]))
        )

    def _own_dispersion(self, quarter: int, lag: int) -> Dispersion:
        key = quarter, lag
        if key not in self._dispersions:
            added = contributions_of(
                self.panel,
                quarter,
                lag,
                norm=self.norm(quarter, lag),
                factor=self.factor(lag),
                parameters=self.parameters,
            )
            self._dispersions[key] = measure_dispersion(
                added,
                self.label(added.rows, quarter - lag),
                self.panel.districts,
                self.parameters.calm_share,
            )
        return self._dispersions[key]

    def evidence(
        self, quarter: int, lag: int, labels: Integers | None = None, gone: Flags | None = None
    ) -> Evidence:
        """Return the evidence on every district over one lag.

        Args:
            quarter: The judged quarter.
            lag: Quarters back to the base.
            labels: District of every workplace of the panel, for placebo districts.
            gone: Flags of workplaces to treat as closed, for planted losses.
        """
        added = self.contributions(quarter, lag)
        label = self.label(added.rows, quarter - lag) if labels is None else labels[added.rows]
        return weigh(
            added,
            label,
            districts=self.panel.districts,
            dispersion=self.dispersion(quarter, lag),
            parameters=self.parameters,
            gone=None if gone is None else gone[added.rows],
        )

    def signal(self, quarter: int, labels: Integers | None = None, gone: Flags | None = None) -> Signal:
        """Combine the evidence of all lags; the arguments are those of `evidence`.

        Raises:
            ValueError: when the panel has no base for the quarter.
        """
        lags = self.lags(quarter)
        if not lags:
            raise ValueError(f"quarter {quarter} of the panel has no base to be compared with")
        each = [self.evidence(quarter, lag, labels, gone) for lag in lags]
        log_bf = np.stack([one.log_bf for one in each])
        best = log_bf.argmax(axis=0)
        every = np.arange(best.size)
        largest = log_bf.max(axis=0)
        fall, workplaces = np.full(best.size, np.nan), np.zeros(best.size)
        now = {crossing: self._totals(quarter, crossing, labels, gone) for crossing in self._scopes(quarter)}
        for number, lag in enumerate(lags):
            chosen = best == number
            crossing = self.panel.is_crossing(quarter - lag, quarter)
            before = self._totals(quarter - lag, crossing, labels, None)
            fall[chosen] = change(now[crossing].workers, before.workers)[chosen]
            workplaces[chosen] = before.workplaces[chosen]
        information_lag = self.parameters.information_lag
        return Signal(
            log_bf=np.log(np.exp(log_bf - largest).mean(axis=0)) + largest,
            lag=np.array(lags)[best],
            severe_share=np.stack([one.severe_share for one in each])[best, every],
            fall=fall,
            workplaces=workplaces,
            information=each[lags.index(information_lag)].information
            if information_lag in lags
            else np.zeros(best.size),
        )

    def fall_since(self, quarter: int, base: int) -> tuple[Floats, Floats]:
        """Return the change of workers since a base, as a share, and workers lost; NaN where there were none."""
        crossing = self.panel.is_crossing(base, quarter)
        now, before = (self._totals(one, crossing, None, None).workers for one in (quarter, base))
        return change(now, before), np.where(before > 0, before - now, np.nan)

    def workers(self, quarter: int) -> Floats:
        """Return the workers of every district in a quarter."""
        return self._totals(quarter, False, None, None).workers

    def _scopes(self, quarter: int) -> set[bool]:
        """Return the coverage flags of a quarter's comparisons: True for one that spans the change of coverage."""
        return {self.panel.is_crossing(quarter - lag, quarter) for lag in self.lags(quarter)}

    def _totals(self, quarter: int, is_crossing: bool, labels: Integers | None, gone: Flags | None) -> Totals:
        """Return workplaces and workers of a quarter; corporations only for a comparison across the coverage change."""
        chosen = self.panel.corporate if is_crossing else None
        if gone is not None:
            chosen = ~gone if chosen is None else chosen & ~gone
        where = self.panel.place[:, quarter].astype(np.int64) if labels is None else labels
        return totals_of(self.panel, quarter, where, chosen)


def may_enter(signal: Signal, cut: Floats, parameters: Parameters) -> Flags:
    """Return flags of districts that qualify for a new flag: evidence at or above the cut, and fewer workers.

    Args:
        signal: Combined evidence of the quarter.
        cut: The cut of each size class.
        parameters: The least fall.
    """
    reaches = signal.log_bf >= cut[parameters.size_class(signal.workplaces)]
    return np.asarray(reaches & (signal.fall <= -parameters.least_fall))
