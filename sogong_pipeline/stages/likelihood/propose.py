"""Stages under a likelihood rule, derived from the remembered flags of a district."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sogong_pipeline.stages.likelihood.judge import Judge
from sogong_pipeline.stages.likelihood.memory import LASTING, NO_BASE, RECOVERED
from sogong_pipeline.stages.likelihood.parameters import Floats, Integers
from sogong_pipeline.stages.likelihood.planted import Visibility
from sogong_pipeline.stages.likelihood.replay import Replayed
from sogong_pipeline.vocabulary import STAGES

GOOD, CAUTION, SEVERE, UNDETERMINED = STAGES
NOT_COMPUTABLE, OVERLOOKED = "not_computable", "loss_would_be_overlooked"
HIGH, MEDIUM, LOW = "high", "medium", "low"


@dataclass(frozen=True)
class Finding:
    """Result for one district under a likelihood rule.

    Attributes:
        stage: Reference stage.
        state: `quiet`, `new`, `stays`, `recovered` or `lasting`.
        undetermined_reason: A code, set only with the stage `undetermined`.
        confidence: `high`, `medium` or `low`; None without a stage.
        base: Number of the quarter that the district is compared with, None without a comparison.
        since: Number of the quarter in which the flag was raised, None without one.
        fall_pct: Change of workers since the base, in percent.
        jobs_lost: Workers at the base less those of the quarter.
        log_bf: Log of the mean Bayes factor over lags.
        cut: Required value of `log_bf`.
        since_base: Log Bayes factor against the base of a flag that was up before.
        severe_share: Probability of a severe loss, if there is a loss.
        information: Information on exits.
        least_visible_loss_pct: Smallest planted loss that would be seen often enough, None where none would.
    """

    stage: str
    state: str
    undetermined_reason: str | None
    confidence: str | None
    base: int | None
    since: int | None
    fall_pct: float | None
    jobs_lost: float | None
    log_bf: float
    cut: float
    since_base: float | None
    severe_share: float
    information: float
    least_visible_loss_pct: int | None


def propose_all(judge: Judge, last: Replayed, cut: Floats, visibility: Visibility) -> list[Finding]:
    """Propose the stage of every district of the panel.

    A flagged district keeps or enters its stage by memory. An unflagged one is good where a loss of the size that the
    rule names would have been detected, and undetermined elsewhere.

    Args:
        judge: The rule on the country.
        last: The judged quarter at the end of its replay.
        cut: Cut of each size class in the judged quarter.
        visibility: Detectability measured with planted losses.
    """
    rule, signal, memory = judge.parameters, last.signal, last.memory
    flagged = memory.is_flagged
    has_base = memory.base != NO_BASE
    base = np.where(has_base, memory.base, last.quarter - signal.lag)
    falls, lost = _since(judge, last.quarter, base)
    severe_share = np.where(np.isnan(last.severe_share), signal.severe_share, last.severe_share)
    is_severe = flagged & (severe_share >= rule.severe_probability) & (falls <= -rule.severe_fall)
    visible = visibility.least_visible_loss(signal.information)
    workers = judge.workers(last.quarter)
    findings = []
    for i in range(flagged.size):
        district_cut = float(cut[rule.size_class(signal.workplaces[i : i + 1])[0]])
        is_visible = bool(visible[i] <= rule.visible_loss + 1e-9)
        reason = None
        if flagged[i]:
            stage = SEVERE if is_severe[i] else CAUTION
        elif not workers[i]:
            stage, reason = UNDETERMINED, NOT_COMPUTABLE
        elif is_visible or memory.state[i] in {RECOVERED, LASTING}:
            stage = GOOD
        else:
            stage, reason = UNDETERMINED, OVERLOOKED
        evidence = signal.log_bf[i] if np.isnan(last.since_base[i]) else last.since_base[i]
        findings.append(
            Finding(
                stage=stage,
                state=str(memory.state[i]),
                undetermined_reason=reason,
                confidence=None
                if reason
                else _confidence(bool(flagged[i]), float(evidence) - district_cut, float(visible[i]), judge),
                base=None if reason == NOT_COMPUTABLE else int(base[i]),
                since=int(memory.since[i]) if has_base[i] else None,
                fall_pct=None if np.isnan(falls[i]) else 100 * float(falls[i]),
                jobs_lost=None if np.isnan(lost[i]) else float(lost[i]),
                log_bf=float(signal.log_bf[i]),
                cut=district_cut,
                since_base=None if np.isnan(last.since_base[i]) else float(last.since_base[i]),
                severe_share=float(severe_share[i]),
                information=float(signal.information[i]),
                least_visible_loss_pct=None if np.isnan(visible[i]) else round(100 * float(visible[i])),
            )
        )
    return findings


def _since(judge: Judge, quarter: int, base: Integers) -> tuple[Floats, Floats]:
    """Return the change of workers since each district's base, and workers lost; NaN where there were none."""
    falls, lost = np.full(base.size, np.nan), np.full(base.size, np.nan)
    for one in np.unique(base).tolist():
        chosen = base == one
        change, difference = judge.fall_since(quarter, int(one))
        falls[chosen], lost[chosen] = change[chosen], difference[chosen]
    return falls, lost


def _confidence(is_flagged: bool, margin: float, least_visible: float, judge: Judge) -> str:
    """Return the confidence of a stage: distance to the cut for a flag, least detectable loss for `good`."""
    rule = judge.parameters
    if is_flagged:
        return HIGH if margin >= rule.high_margin else MEDIUM if margin >= 0 else LOW
    if np.isnan(least_visible):
        return LOW
    return HIGH if least_visible <= min(rule.visible_losses) + 1e-9 else MEDIUM
