"""Estimates: interval coverage at its nominal level, and weights against a plain calculation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sogong_pipeline.periods import Quarter
from sogong_pipeline.surveys.draw import Candidate, draw
from sogong_pipeline.surveys.estimate import Stratum, estimate


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_with_two_hundred_random_visits_the_interval_covers_93_to_97_times_in_a_hundred(share: float) -> None:
    """The population is invented: 2,000 workplaces, 200 drawn from the seeds 0, 1, 2 ... by the draw itself."""
    rng = np.random.default_rng(20260930)
    names = [f"w{n}" for n in range(2_000)]
    says_yes = dict(zip(names, (rng.random(2_000) < share).tolist(), strict=True))
    truth = sum(says_yes.values()) / len(names)
    candidates = [Candidate("D1", name, True, 0, True) for name in names]
    covered, draws = 0, 400
    for seed in range(draws):
        places = draw(candidates, [], 200, Quarter(2026, 3), seed=f"{seed}")
        result = estimate([Stratum(2_000, [says_yes[place.workplace_id] for place in places])])
        assert result is not None
        covered += result.low <= truth <= result.high
    assert 0.93 <= covered / draws <= 0.97, covered / draws


def test_offices_are_weighted_by_their_frames() -> None:
    """Against the textbook formulas of a stratified sample."""
    strata = [Stratum(500, [True] * 6 + [False] * 14), Stratum(100, [True] * 9 + [False] * 6)]
    result = estimate(strata)
    assert result is not None
    shares, sizes, answers = np.array([0.3, 0.6]), np.array([500, 100]), np.array([20, 15])
    weights = sizes / sizes.sum()
    mean = float((weights * shares).sum())
    variance = float((weights**2 * (1 - answers / sizes) * shares * (1 - shares) / (answers - 1)).sum())
    n_eff = mean * (1 - mean) / variance
    z = 1.959963984540054
    half = z * math.sqrt(mean * (1 - mean) / n_eff + z**2 / (4 * n_eff**2)) / (1 + z**2 / n_eff)
    middle = (mean + z**2 / (2 * n_eff)) / (1 + z**2 / n_eff)
    assert np.allclose([result.share, result.low, result.high], [mean, middle - half, middle + half])
    assert result.frame == 600


def test_a_census_is_exact_and_unanimous_answers_are_not_certain() -> None:
    whole = estimate([Stratum(30, [True] * 12 + [False] * 18)])
    assert whole is not None
    assert (whole.low, whole.share, whole.high) == (0.4, 0.4, 0.4)
    nobody = estimate([Stratum(400, [False] * 40)])
    assert nobody is not None
    assert nobody.share == nobody.low == 0
    assert 0.04 < nobody.high < 0.12


def test_an_office_with_one_answer_is_left_out() -> None:
    result = estimate([Stratum(900, [True]), Stratum(100, [False] * 10 + [True] * 10)])
    assert result is not None
    assert (result.frame, result.share) == (100, 0.5)
    assert estimate([Stratum(900, [True])]) is None
    assert estimate([]) is None
