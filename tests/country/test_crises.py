"""Crises of law 5: the truth agrees with the files."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from country.country import Country, found
from country.crises import EVERYWHERE
from country.law import load_law
from country.population import MonthRows
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month, parse_months

MONTHS = parse_months("2024-01..2026-09")
DISTRICTS = 120


@pytest.fixture(scope="module")
def lived() -> tuple[Country, dict[Month, MonthRows]]:
    country = found(7, load_law(5), MONTHS, 0.05, DISTRICTS)
    return country, {month: rows for month, rows, _ in country.live(MONTHS)}


def test_every_kind_strikes_districts_of_all_sizes(lived: tuple[Country, dict[Month, MonthRows]]) -> None:
    country, _ = lived
    assert country.population.crises
    planned = country.population.crises.planned
    assert len({crisis.kind for crisis in planned}) >= 12
    sizes = [country.area[crisis.district].workplaces for crisis in planned if crisis.district != EVERYWHERE]
    assert min(sizes) < 35, "small districts are struck as well"
    assert not country.shocks


def test_closures_take_what_the_truth_says(lived: tuple[Country, dict[Month, MonthRows]]) -> None:
    """Heads of the workplaces that existed before, against the recorded share."""
    country, rows = lived
    assert country.population.crises
    losses: dict[tuple[int, str], dict[Month, float]] = defaultdict(dict)
    for loss in country.population.crises.losses:
        losses[loss.district, loss.kind][loss.month] = loss.workplaces
    checked = 0
    for crisis in country.population.crises.planned:
        if crisis.kind not in {"closures", "closures_and_pay"} or crisis.size_pct < 20:
            continue
        effect = crisis.effects[0]
        full = effect.first_month.shift(effect.months_to_full - 1)
        before, after = rows[effect.first_month.shift(-1)], rows[full.shift(1)]
        there = (before.status == 1) & (before.who.district == crisis.district)
        if there.sum() < 20:
            continue
        still = np.isin(before.who.serial[there], after.who.serial[after.status == 1]).mean()
        assert losses[crisis.district, crisis.kind][full] == pytest.approx(crisis.size_pct / 100, abs=0.05)
        assert 1 - still >= crisis.size_pct / 100 - 0.08
        checked += 1
    assert checked >= 1


def test_a_recovery_is_over_when_it_says_so(lived: tuple[Country, dict[Month, MonthRows]]) -> None:
    country, _ = lived
    assert country.population.crises
    for crisis in country.population.crises.planned:
        if crisis.kind == "recovery":
            until = crisis.effects[0].until
            assert until is not None
            months = [
                loss.month
                for loss in country.population.crises.losses
                if loss.kind == "recovery" and loss.district == crisis.district
            ]
            assert not months or max(months) < until


def test_divisions_move_together_and_some_have_a_season() -> None:
    from country.trades import Trades

    law = load_law(5).dynamics.industries
    assert law
    rng = np.random.default_rng(1)
    trades = Trades(law, rng)
    first = trades.level(Month(2024, 1))
    summer = trades.level(Month(2024, 7))
    swings = np.abs(summer - first)
    assert 0 < (swings > 1e-9).mean() < 0.6
    assert swings.max() <= 2 * law.seasonal_height + 1e-9
    for _ in range(12):
        trades.live(rng)
    moved = trades.level(Month(2025, 1)) - first
    assert 0.01 < moved.std() < 0.08


def test_laws_n_and_m_are_named_and_others_refused() -> None:
    assert load_law("N").dynamics.closure == pytest.approx(0.012)
    assert load_law("M").lives
    with pytest.raises(RefusedError, match="there is no law X; give one of 1, 2, 3, 4, 5, N, M"):
        load_law("X")
