"""Placebo countries, planted losses, and the resulting figures of every rule set."""

from __future__ import annotations

import numpy as np
import pytest

from sogong_pipeline.stages.chance import ALL_SIZES, measure_chance
from sogong_pipeline.stages.comparison import compare, stages_of
from sogong_pipeline.stages.likelihood.judge import Judge
from sogong_pipeline.stages.likelihood.parameters import Parameters
from sogong_pipeline.stages.likelihood.placebo import NO_CUT, cut_of, placebo_labels, placebo_signals, reached
from sogong_pipeline.stages.likelihood.planted import (
    NEVER,
    Visibility,
    closed,
    least_information,
    measure_visibility,
    plant_all,
)
from sogong_pipeline.stages.rules import load, load_likelihood

QUARTER = 12


def test_placebo_districts_keep_sizes_and_trades_and_depend_on_the_seed_alone(
    judge: Judge, rule: Parameters
) -> None:
    first, again = ([*placebo_labels(judge.panel, (rule.seed, 7), 2)] for _ in range(2))
    assert all((one == other).all() for one, other in zip(first, again, strict=True))
    (other,) = placebo_labels(judge.panel, (rule.seed, 8), 1)
    home = judge.panel.home()
    assert (first[0] != other).any()
    assert (first[0] != first[1]).any()
    assert (first[0] != home).mean() > 0.9
    for sector in np.unique(judge.panel.sector):
        member = judge.panel.sector == sector
        assert np.bincount(first[0][member]).tolist() == np.bincount(home[member]).tolist()


def test_cuts_are_the_mean_of_quarters_never_below_zero_and_infinite_where_nothing_is_known() -> None:
    cut = cut_of([np.array([1.0, -3.0, np.nan, np.nan]), np.array([2.0, 1.0, 4.0, np.nan])])
    assert cut.tolist() == [1.5, 0.0, 4.0, NO_CUT]


def test_a_share_of_each_district_closes_evenly_over_sizes(judge: Judge) -> None:
    home = judge.panel.home()
    gone = closed(judge, QUARTER, home, 0.3, np.random.default_rng(3))
    there = judge.panel.months[:, QUARTER] > 0
    assert not gone[~there].any()
    heads = judge.panel.heads[:, QUARTER]
    for district in range(judge.panel.districts):
        member = there & (home == district)
        assert abs(gone[member].sum() - 0.3 * member.sum()) <= 1
        if member.sum() >= 60:
            assert heads[member & gone].sum() / heads[member].sum() == pytest.approx(0.3, abs=0.15)


def test_least_information_is_where_a_rising_fit_passes_the_share() -> None:
    information = np.array([4.0, 1.0, 3.0, 2.0, 5.0, 6.0])
    caught = np.array([False, False, True, True, True, True])
    # sorted: 1 no, 2 yes, 3 yes, 4 no, 5 yes, 6 yes; the fit is 0, 2/3, 2/3, 2/3, 1, 1
    assert least_information(information, caught, 0.8) == 5.0
    assert least_information(information, caught, 0.6) == 2.0
    assert least_information(information, np.zeros(6, dtype=bool), 0.8) == NEVER


def test_the_least_visible_loss_is_the_smallest_that_is_seen() -> None:
    visibility = Visibility({0.2: 300.0, 0.3: 100.0, 0.4: NEVER})
    least_loss = visibility.least_visible_loss(np.array([400.0, 300.0, 299.0, 50.0]))
    assert least_loss[:3].tolist() == [0.2, 0.2, 0.3]
    assert np.isnan(least_loss[3])


def test_planted_losses_are_seen_more_the_larger_they_are_and_chance_flags_few(
    judge: Judge, rule: Parameters
) -> None:
    cut = cut_of([reached(placebo_signals(judge, QUARTER, QUARTER), rule)])
    labels = list(placebo_labels(judge.panel, (rule.seed, QUARTER), 2))
    planted = plant_all(judge, QUARTER, labels, losses=(0.2, 0.3, 0.5), seed=(rule.seed, QUARTER))
    own, ref = load_likelihood("own_1"), load()
    rows = measure_chance(judge, [own, ref, load("stat_z")], QUARTER, cut=cut, planted=planted)
    of = {(row.rule_set, row.size_class): row for row in rows}
    total = of["own_1", ALL_SIZES]
    assert total.districts == sum(
        row.districts for row in rows if row.rule_set == "own_1" and row.size_class >= 0
    )
    assert total.alarm_share <= 0.03
    caught = [total.caught[loss] for loss in (0.2, 0.3, 0.5)]
    assert caught == sorted(caught)
    assert caught[-1] >= 0.9 * total.districts
    assert total.least_visible_loss in {0.3, 0.5}
    visibility = measure_visibility(planted, cut, rule)
    assert visibility.least_information[0.5] < visibility.least_information[0.2]
    by_hand = [stages_of(compare(judge.panel, QUARTER, one), ref) for one in labels]
    alarms = sum(int(np.isin(stages, ["caution", "severe"]).sum()) for stages in by_hand)
    assert of["ref_5_10", ALL_SIZES].alarms == alarms
    assert of["ref_5_10", ALL_SIZES].judged == sum(int((s != "undetermined").sum()) for s in by_hand)
