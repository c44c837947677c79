"""Estimate shares of the frame from the answers of the random remainder, stratified by office, with an interval.

Weights are frame / answers within an office, which assumes that nonrespondents resemble respondents. The interval is
Wilson's at the effective number of answers, with finite population correction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054
"""Normal quantile for 95 %."""
LEAST_ANSWERS = 2
"""Below this number of answers the variance of an office is unknown; its frame is left out."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Random answers of one office.

    Attributes:
        frame: Workplaces drawn from.
        answers: True for each answer with the value in question.
    """

    frame: int
    answers: Sequence[bool]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share of the frame.

    Attributes:
        share: Between 0 and 1.
        low: Lower end of the interval.
        high: Upper end.
        frame: Workplaces covered.
    """

    share: float
    low: float
    high: float
    frame: int


def estimate(strata: Sequence[Stratum]) -> Estimate | None:
    """Estimate a share over all strata with enough answers; None without any."""
    known = [one for one in strata if len(one.answers) >= LEAST_ANSWERS]
    frame = sum(one.frame for one in known)
    if not frame:
        return None
    shares = [sum(one.answers) / len(one.answers) for one in known]
    weights = [one.frame / frame for one in known]
    share = sum(weight * p for weight, p in zip(weights, shares, strict=True))
    # Variance of a stratum at the overall share, so that it is not 0 where all answers are equal.
    unit = sum(
        weight**2 * (1 - len(one.answers) / one.frame) / (len(one.answers) - 1)
        for weight, one in zip(weights, known, strict=True)
    )
    own = sum(
        weight**2 * (1 - len(one.answers) / one.frame) * p * (1 - p) / (len(one.answers) - 1)
        for weight, one, p in zip(weights, known, shares, strict=True)
    )
    spread = share * (1 - share)
    variance = own / spread if spread and own else unit
    if variance <= 0:
        return Estimate(share, share, share, frame)
    return Estimate(share, *_wilson(share, 1 / variance), frame)


def _wilson(share: float, answers: float) -> tuple[float, float]:
    """Return Wilson's interval of a share; the number of answers need not be an integer."""
    centre = share + Z**2 / (2 * answers)
    half = Z * sqrt(share * (1 - share) / answers + Z**2 / (4 * answers**2))
    scale = 1 + Z**2 / answers
    return max((centre - half) / scale, 0.0), min((centre + half) / scale, 1.0)
