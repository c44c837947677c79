"""A small country guards every class of figure that `evaluate stages` reports, and the page and table made of them."""

from __future__ import annotations

import csv
import io

import pytest

from country.evaluation.stages.living import live
from country.evaluation.stages.measure import ENTRY, OWN, measure, parts
from country.evaluation.stages.page import RULE_SETS, Recipe, page, table, verdicts
from country.evaluation.stages.tally import Figure, Key, Tally
from country.law import load_law
from sogong_pipeline.stages.evaluation import rule_evaluation
from sogong_pipeline.stages.rules import names

RECIPE = Recipe(1, 5, 30)


@pytest.fixture(scope="module")
def figures() -> list[Figure]:
    seen: list[str] = []
    tally = measure(live(load_law(RECIPE.law), RECIPE.seed, RECIPE.districts), seen.append)
    assert len(seen) == parts()
    return tally.figures()


@pytest.mark.slow
def test_every_class_of_figure_is_there_and_says_what_it_should(figures: list[Figure]) -> None:
    of = {figure.key: figure for figure in figures}
    assert {key.measure for key in of} == {
        "false",
        "chance",
        "catch",
        "catch where determined",
        "changes a year",
        "undetermined",
        "still shown after 4 quarters",
        "still shown after 8 quarters",
        "closed within a quarter",
        "months until the first flag",
    }
    assert {key.rule_set for key in of} == {*names(), ENTRY}
    for figure in figures:
        assert figure.low - 1e-9 <= figure.value <= figure.high + 1e-9 or figure.trials < 30
    values = verdicts(figures)
    assert of[Key("false", OWN)].value <= 0.05
    assert values["catch_own"] > values["catch_ref"]
    assert values["shown_after_8"] > 0.75
    assert values["closed"] > 0.75
    assert values["seen_where_determined"] > 0.8
    catch = [of[Key("catch", OWN, "closures", size)].value for size in (5, 10, 20, 30, 50)]
    assert catch[0] < catch[2] < catch[4] or catch[2] == catch[4] == 1
    assert of[Key("undetermined", "ref_5_10", size="all")].value > values["undetermined"]
    assert 3 <= of[Key("months until the first flag", OWN, "all_shrink", 25)].value < 6


@pytest.mark.slow
def test_the_page_and_the_table_hold_them(figures: list[Figure]) -> None:
    text = page({RECIPE: figures})
    assert "## Law 1, seed 5, 30 districts" in text
    assert all(f"| `{name}` |" in text for name in RULE_SETS)
    rows = list(csv.DictReader(io.StringIO(table({RECIPE: figures}))))
    assert len(figures) / 3 < len(rows) < len(figures)
    assert {row["size"] for row in rows} == {figure.key.size for figure in figures}
    assert set(rows[0]) == set(rule_evaluation()[0]), "the wheel's table has the same columns"


def test_the_table_of_the_wheel_covers_all_rule_sets_and_laws() -> None:
    rows = rule_evaluation()
    assert {row["law"] for row in rows} == {"1", "2", "5", "N", "M"}
    assert {row["rule_set"] for row in rows} == {*names(), ENTRY}


def test_a_share_counts_trials_only_and_its_interval_holds_it() -> None:
    import numpy as np

    tally = Tally(4)
    key = Key("false", OWN)
    tally.add(key, np.array([True, True, False, False]), np.array([True, False, True, True]))
    tally.add(key, np.array([True, False, False, False]), np.array([True, True, True, False]))
    (figure,) = tally.figures()
    assert (figure.value, figure.trials) == (pytest.approx(2 / 6), 6)
    assert figure.low <= figure.value <= figure.high
