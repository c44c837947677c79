"""The worked example of the rule, to its printed digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sogong_pipeline.stages.likelihood.judge import Judge
from sogong_pipeline.stages.likelihood.panel import Panel, panel_of_months
from sogong_pipeline.stages.likelihood.replay import Replayed, replay
from sogong_pipeline.stages.rules import load_likelihood

CUTS = np.array([2.883, 2.280, 2.469, 3.004, 2.889, 3.243])
FIRST_NORM = 4
pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def folder(test_data: Path) -> Path:
    return test_data / "rules"


@pytest.fixture(scope="module")
def panel(folder: Path) -> Panel:
    rows = pd.read_parquet(folder / "panel.parquet")
    workplaces = pd.read_csv(folder / "workplaces.csv").sort_values("workplace")
    subscribers = np.zeros((len(workplaces), 66), dtype=np.int64)
    subscribers[rows["workplace"], rows["month"]] = rows["subscribers"]
    district = workplaces["district"].to_numpy()
    return panel_of_months(
        subscribers,
        district[:, None],
        division=workplaces["division"].to_numpy(),
        sector=workplaces["sector"].to_numpy(),
        districts=int(district.max()) + 1,
    )


@pytest.fixture(scope="module")
def judge(panel: Panel) -> Judge:
    return Judge(panel, load_likelihood("own_1").likelihood, first_norm=FIRST_NORM)


@pytest.fixture(scope="module")
def quarters(judge: Judge) -> dict[int, Replayed]:
    replayed: dict[int, Replayed] = {}
    replay(judge, range(4, 22), lambda _: CUTS, lambda one: replayed.update({one.quarter: one}))
    return replayed


@pytest.fixture(scope="module")
def expected(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "expected.csv").sort_values(["quarter", "district"])


def test_norms_are_those_of_the_example(judge: Judge, folder: Path) -> None:
    for (quarter, lag), rows in pd.read_csv(folder / "norm.csv").groupby(["quarter", "lag"]):
        norm = judge.applied_norm(int(quarter), int(lag))
        dispersion = judge.dispersion(int(quarter), int(lag))
        for column, values in (
            ("S", norm.survival),
            ("mu", norm.location),
            ("clip_scale", norm.clip_scale),
            ("sigma", norm.spread),
        ):
            assert rows[column].to_numpy() == pytest.approx(values, abs=5.1e-9), (quarter, lag, column)
        assert rows["phi"].iloc[0] == pytest.approx(dispersion.exits, abs=5.1e-9)
        assert rows["tau2"].iloc[0] == pytest.approx(dispersion.growth, abs=2e-10)


def test_turnover_of_divisions_is_that_of_the_example(judge: Judge, folder: Path) -> None:
    for lag, rows in pd.read_csv(folder / "division_turnover.csv").groupby("lag"):
        assert rows["f"].to_numpy() == pytest.approx(
            judge.factor(int(lag))[rows["division"].to_numpy()], abs=5.1e-9
        )


def test_evidence_is_that_of_the_example(quarters: dict[int, Replayed], expected: pd.DataFrame) -> None:
    for quarter, rows in expected.groupby("quarter"):
        signal = quarters[int(quarter)].signal
        assert rows["B"].to_numpy() == pytest.approx(signal.log_bf, abs=2e-6), quarter
        assert rows["best_lag"].tolist() == signal.lag.tolist(), quarter
        size = load_likelihood("own_1").likelihood.size_class(signal.workplaces)
        assert rows["cut"].to_numpy() == pytest.approx(CUTS[size], abs=5.1e-4), quarter
        assert rows["information_lag2"].to_numpy() == pytest.approx(signal.information, abs=6e-5), quarter


def test_flags_are_those_of_the_example(quarters: dict[int, Replayed], expected: pd.DataFrame) -> None:
    for quarter, rows in expected.groupby("quarter"):
        flagged = quarters[int(quarter)].memory.is_flagged
        assert rows["flag_with_memory"].astype(bool).tolist() == flagged.tolist(), quarter
