"""An independent calculation in plain numpy agrees on evidence, cuts and flags of a fixed country."""

from __future__ import annotations

import numpy as np
import pytest

from country.evaluation.stages.living import Lived
from country.evaluation.stages.planting import CLOSURES, Loss, plant
from sogong_pipeline.stages.likelihood.judge import Judge
from sogong_pipeline.stages.likelihood.parameters import Parameters
from sogong_pipeline.stages.likelihood.placebo import cut_of, placebo_labels, placebo_signals, reached
from sogong_pipeline.stages.likelihood.replay import Replayed, replay
from tests.stages.likelihood.plain import Plain

QUARTER = 12


@pytest.fixture(scope="module")
def struck(lived: Lived) -> np.ndarray:
    """The country with 40 % of the workplaces of every fifth district closed from the tenth quarter on."""
    heads = np.asarray(plant(lived, Loss(CLOSURES, 0.4, 30), np.random.default_rng(1))[0])
    is_struck = lived.area.max(axis=1) % 5 == 0
    return np.where(is_struck[:, None], heads, lived.subscribers)


@pytest.fixture(scope="module")
def plain(lived: Lived, struck: np.ndarray) -> Plain:
    return Plain(struck, lived.area.max(axis=1), lived.division, lived.districts)


@pytest.fixture(scope="module")
def judge(lived: Lived, struck: np.ndarray, rule: Parameters) -> Judge:
    return Judge(lived.panel(struck), rule)


@pytest.mark.parametrize("quarter", [3, 8, 10, 12])
def test_evidence_agrees(judge: Judge, plain: Plain, quarter: int) -> None:
    signal = judge.signal(quarter)
    value, lag = plain.b_and_lag(quarter)
    assert signal.log_bf == pytest.approx(value, abs=1e-6)
    assert signal.lag.tolist() == lag.tolist()
    assert signal.workplaces == pytest.approx(plain.at_base(quarter, lag, plain.workplaces))
    workers = plain.at_base(quarter, lag, plain.workers)
    assert 1 + signal.fall == pytest.approx(plain.workers(quarter) / workers)


def test_cuts_and_flags_agree(judge: Judge, plain: Plain, rule: Parameters) -> None:
    labels = list(placebo_labels(judge.panel, (rule.seed, QUARTER), rule.countries))
    own = reached(placebo_signals(judge, QUARTER, QUARTER), rule)
    assert own == pytest.approx(plain.reached(QUARTER, labels), abs=1e-6, nan_ok=True)
    cut = cut_of([own])
    replayed: dict[int, Replayed] = {}
    replay(judge, range(6, 13), lambda _: cut, lambda one: replayed.update({one.quarter: one}))
    expected = plain.flags(range(6, 13), cut)
    flags = {quarter: one.memory.is_flagged.tolist() for quarter, one in replayed.items()}
    assert flags == {quarter: flagged.tolist() for quarter, flagged in expected.items()}
    assert sum(flags[10][::5]) >= 5, "most of the eight struck districts are flagged at once"
    others = [flagged for number, flagged in enumerate(flags[10]) if number % 5]
    assert sum(others) <= 4, "few of the 32 others are"
