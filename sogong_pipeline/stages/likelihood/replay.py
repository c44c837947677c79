"""Replay of earlier quarters: flags recomputed under the judged quarter's own registry and evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sogong_pipeline.stages.likelihood.judge import Judge, Signal, may_enter
from sogong_pipeline.stages.likelihood.memory import Memory
from sogong_pipeline.stages.likelihood.parameters import Floats


@dataclass(frozen=True)
class Replayed:
    """Result of one replayed quarter.

    Attributes:
        quarter: Number of the quarter.
        signal: Its combined evidence.
        memory: State of flags after it.
        since_base: Log Bayes factor against the base of each flag, NaN where none was up before, shape (districts,).
        severe_share: Probability of a severe loss at that base, NaN likewise.
    """

    quarter: int
    signal: Signal
    memory: Memory
    since_base: Floats
    severe_share: Floats


def replay(
    judge: Judge,
    quarters: range,
    cut_of: Callable[[int], Floats],
    on_quarter: Callable[[Replayed], None] | None = None,
) -> Replayed:
    """Run the rule through some quarters.

    Args:
        judge: The rule on the country.
        quarters: The quarters, the judged one last; nothing is flagged before the first, and those without a base
            are skipped.
        cut_of: Cut of each size class in a quarter.
        on_quarter: Called with the result of every quarter.

    Returns:
        The last quarter.

    Raises:
        ValueError: when no quarter has a base.
    """
    memory, last = Memory.empty(judge.panel.districts), None
    for quarter in quarters:
        if not judge.lags(quarter):
            continue
        signal = judge.signal(quarter)
        since_base, severe = against_base(judge, quarter, memory)
        memory = memory.advance(
            quarter,
            may_enter(signal, cut_of(quarter), judge.parameters),
            signal.lag,
            since_base,
            judge.parameters,
        )
        last = Replayed(quarter, signal, memory, since_base, severe)
        if on_quarter:
            on_quarter(last)
    if last is None:
        raise ValueError("no quarter of the replay has a base")
    return last


def against_base(judge: Judge, quarter: int, memory: Memory) -> tuple[Floats, Floats]:
    """Return evidence against the base of every raised flag: log Bayes factor and probability of a severe loss."""
    log_bf = np.full(judge.panel.districts, np.nan)
    severe = log_bf.copy()
    is_asked = memory.is_flagged & (quarter - memory.base <= judge.parameters.lasting_quarters)
    for lag in np.unique(quarter - memory.base[is_asked]).tolist():
        chosen = is_asked & (quarter - memory.base == lag)
        evidence = judge.evidence(quarter, lag)
        log_bf[chosen] = evidence.log_bf[chosen]
        severe[chosen] = evidence.severe_share[chosen]
    return log_bf, severe
