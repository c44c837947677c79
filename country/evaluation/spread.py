"""Spread over many countries: variation of the figures between countries of the same law."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import yaml

from country.evaluation.accuracy import Accuracy, district_errors
from country.evaluation.country import Evaluated, Recipe
from country.evaluation.page import MOST_MEDIAN_ERROR, percent
from sogong_pipeline.districts.matching import GRADES
from sogong_pipeline.periods import Month

MONTH = Month.parse("2026-01")
PLACED = GRADES[:3]
"""The grades that place a workplace in a district."""
TITLES = {
    "tuned": "the law the rules were tuned on",
    "again": "another law, nothing was tuned on it",
}


@dataclass(frozen=True)
class CountryResult:
    """Results of one month of a country of a group; `errors` are its districts'."""

    group: str
    recipe: Recipe
    precision: dict[str, float]
    errors: pd.DataFrame


def spread_recipes() -> dict[str, list[Recipe]]:
    """Return the countries of each group, one month of each."""
    text = resources.files(__package__).joinpath("spread.yaml").read_text(encoding="utf-8")
    return {
        name: [
            Recipe(group["law"], seed, group["districts"], group["outside"], (MONTH,))
            for seed in group["seeds"]
        ]
        for name, group in yaml.safe_load(text).items()
    }


def measure_spread(groups: dict[str, list[Recipe]], on_country: Callable[[str], None]) -> list[CountryResult]:
    """Measure all countries of all groups, one in memory at a time."""
    results = []
    for name, recipes in groups.items():
        for recipe in recipes:
            with TemporaryDirectory() as folder:
                evaluated, counted = Evaluated(recipe, Path(folder)), Accuracy()
                rows = evaluated.rows(MONTH)
                present = rows[rows["is_counted"]]
                counted.count(present)
                errors = district_errors(evaluated, MONTH, present)
            precision = {grade: counted.precision(grade) for grade in PLACED}
            results.append(CountryResult(name, recipe, precision, errors))
            on_country(str(recipe))
    return results


def spread_lines(results: list[CountryResult]) -> list[str]:
    """Format the spread as Markdown: each country, and all assignable districts of a group together."""
    aim = percent(MOST_MEDIAN_ERROR)
    shown = [
        "| country | high | medium | low | assignable | of the districts | of the workers | off in the median "
        f"| by {aim} or less |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for group, countries in groupby(results, key=lambda one: one.group):
        held = list(countries)
        for one in held:
            right = [f"{one.precision[grade]:.3f}" for grade in PLACED]
            shown.append(_line(f"law {one.recipe.law}, seed {one.recipe.seed}", right, one.errors))
        together = pd.concat([one.errors for one in held], ignore_index=True)
        shown.append(_line(f"**law {held[0].recipe.law}: {TITLES[group]}**", ["", "", ""], together))
    return shown


def _line(name: str, right: list[str], errors: pd.DataFrame) -> str:
    assignable = errors[errors["is_assignable"]]
    shares = (
        len(assignable) / len(errors),
        assignable["true_workers"].sum() / errors["true_workers"].sum(),
        assignable["error"].median(),
        (assignable["error"] <= MOST_MEDIAN_ERROR).mean(),
    )
    cells = [name, *right, str(len(assignable)), *(percent(float(share)) for share in shares)]
    return f"| {' | '.join(cells)} |"
