"""Known shocks: as large in the files as in the truth, and nowhere else."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from country.country import write_country
from country.law import load_law
from country.shocks import choose_closures, layoff_share, plan_shocks
from sogong_pipeline.nps.file.columns import COLUMNS
from sogong_pipeline.periods import Month, Quarter, parse_months
from sogong_pipeline.rates.contribution import contribution_for

MEASURES = ("workplaces", "workers", "payroll")


@pytest.fixture(scope="module")
def struck(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, dict[str, Any]], pd.DataFrame]:
    """The shocks by district, and quarterly measures of corporations by true district."""
    folder = tmp_path_factory.mktemp("struck")
    write_country(folder, seed=11, districts=400, outside=0.05)
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    members = pd.read_parquet(folder / "truth_members.parquet")
    where = members.set_index(["workplace_name", "business_number_prefix"])["district_id"]
    months = pd.concat(_measures(path, where) for path in sorted((folder / "files").iterdir()))
    quarters = months.groupby(["district_id", "quarter"])[list(MEASURES)].mean()
    return {shock["district_id"]: shock for shock in truth["shocks"]}, quarters


def _measures(path: Path, where: pd.Series) -> pd.DataFrame:
    rows = pd.read_csv(
        path, encoding="cp949", header=0, names=list(COLUMNS), dtype=str, keep_default_na=False
    )
    month = Month.parse(rows["data_month"][0])
    rows = rows[(rows["status"] == "1") & (rows["legal_form"] == "1")]
    rows = rows.join(where, on=["workplace_name", "business_number_prefix"]).dropna(subset="district_id")
    rows["workers"] = rows["subscribers"].astype(int)
    rows["payroll"] = rows["billed_amount_krw"].astype(int) * 10_000 / contribution_for(month).rate_bp
    rows["workplaces"] = 1
    return rows.groupby("district_id")[list(MEASURES)].sum().assign(quarter=str(month.quarter)).reset_index()


def _changes(quarters: pd.DataFrame, quarter: Quarter, back: int) -> pd.DataFrame:
    now, then = (quarters.xs(str(q), level="quarter") for q in (quarter, quarter.shift(-back)))
    return (now / then - 1) * 100


def _after(shock: dict[str, Any]) -> Quarter:
    return Month.parse(shock["full_month"]).quarter.shift(1)


def _bases(shock: dict[str, Any]) -> list[int]:
    """Return the distances in quarters to available bases."""
    return [back for back in (4, 8) if _after(shock).shift(-back) >= Quarter(2023, 3)]


@pytest.mark.slow
def test_every_shock_is_as_large_as_the_truth_says(
    struck: tuple[dict[str, dict[str, Any]], pd.DataFrame],
) -> None:
    shocks, quarters = struck
    errors: dict[str, list[float]] = {measure: [] for measure in MEASURES}
    for district, shock in shocks.items():
        for back in _bases(shock):
            change = _changes(quarters, _after(shock), back).loc[district]
            for measure in MEASURES:
                errors[measure].append(change[measure] - shock["effects_pct"].get(measure, 0.0))
    for measure, points in errors.items():
        assert len(points) >= len(shocks), measure
        assert abs(np.mean(points)) < 1.5, (measure, points)
        assert np.max(np.abs(points)) < 12, (measure, points)


@pytest.mark.slow
def test_a_shock_of_a_quarter_or_more_shows_against_both_years(
    struck: tuple[dict[str, dict[str, Any]], pd.DataFrame],
) -> None:
    shocks, quarters = struck
    large = {d: shock for d, shock in shocks.items() if shock["size_pct"] <= -25}
    assert {_after(shock) for shock in large.values()} >= {Quarter(2026, number) for number in (1, 2, 3)}
    for district, shock in large.items():
        changes = [_changes(quarters, _after(shock), back).loc[[district]] for back in _bases(shock)]
        worst = pd.concat(changes).max()
        assert worst["workers"] < -20
        assert worst["payroll"] < -20


@pytest.mark.slow
def test_quiet_districts_mostly_look_quiet(struck: tuple[dict[str, dict[str, Any]], pd.DataFrame]) -> None:
    shocks, quarters = struck
    quarter = Quarter(2026, 3)
    worst = np.maximum(_changes(quarters, quarter, 4), _changes(quarters, quarter, 8))
    quiet = worst[~worst.index.isin(list(shocks))]
    alarms = ((quiet <= -5).sum(axis=1) >= 2).mean()
    assert 0.01 < alarms < 0.15
    assert abs(quiet["workers"].median()) < 5


def test_shocks_spread_over_sizes_and_months() -> None:
    law = load_law().shocks
    shocks = plan_shocks(law, np.arange(400), 2185, np.random.default_rng(1))
    assert len(shocks) == 60
    assert len({shock.district for shock in shocks}) == 60
    assert {shock.size_pct for shock in shocks} == set(law.sizes_pct)
    assert {shock.kind for shock in shocks} == {"workers", "workplaces", "pay", "all"}
    assert min(shock.first_month for shock in shocks) >= Month(2024, 10)
    assert max(shock.full_month for shock in shocks) <= Month(2026, 6)
    for quarter in (Quarter(2025, 4), Quarter(2026, 1), Quarter(2026, 2)):
        assert sum(shock.full_month.quarter == quarter for shock in shocks) >= 10
    for shock in shocks:
        assert 1 <= shock.months_to_full <= 6
        if shock.kind == "pay":
            assert shock.size_pct <= law.pay_alone_up_to_pct
        steps = [shock.step(month) for month in parse_months("2024-09..2026-09")]
        assert steps[0] == 0
        assert steps[-1] == shock.months_to_full
        assert all(0 <= later - sooner <= 1 for sooner, later in itertools.pairwise(steps))
        before_start = shock.full_month.quarter.shift(1).months[-1].shift(-12)
        assert before_start < shock.first_month


def test_a_country_with_few_large_districts_has_few_shocks() -> None:
    law = load_law().shocks
    assert len(plan_shocks(law, np.arange(4), 60, np.random.default_rng(1))) == 4
    assert plan_shocks(law, np.arange(0), 5, np.random.default_rng(1)) == []


def test_closures_hold_their_share_of_heads_and_wages() -> None:
    rng = np.random.default_rng(2)
    heads = rng.geometric(0.08, 500)
    pay = rng.uniform(2e6, 5e6, 500)
    members = np.arange(100, 300)
    closed = choose_closures(0.3, members, heads, pay, rng)
    assert set(closed.tolist()) <= set(members.tolist())
    assert len(set(closed.tolist())) == 60
    assert heads[closed].sum() / heads[members].sum() == pytest.approx(0.3, abs=0.01)
    assert (heads * pay)[closed].sum() / (heads * pay)[members].sum() == pytest.approx(0.3, abs=0.01)


def test_layoffs_in_larger_workplaces_make_up_for_the_small_ones() -> None:
    heads = np.array([4, 6, 40, 50])
    share = layoff_share(0.3, heads, np.full(4, True), heads >= 10)
    assert share * 90 == pytest.approx(0.3 * 100)
