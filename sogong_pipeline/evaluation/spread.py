"""Errors of assignable districts over several countries: one has a dozen of them, and their median is half luck."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import yaml

from sogong_pipeline.evaluation.accuracy import district_errors
from sogong_pipeline.evaluation.country import Evaluated, Recipe
from sogong_pipeline.evaluation.page import MOST_MEDIAN_ERROR, percent
from sogong_pipeline.periods import Month

DISTRICTS, MONTH = 200, Month.parse("2026-01")
TITLES = {
    "tuned": "the law the rules were tuned on",
    "again": "another law, nothing was tuned on it",
    "full": "as much around the districts as in the real file",
}


def spread_recipes() -> dict[str, list[Recipe]]:
    """The countries of each group, one month of each."""
    text = resources.files(__package__).joinpath("spread.yaml").read_text(encoding="utf-8")
    return {
        name: [Recipe(group["law"], seed, DISTRICTS, group["outside"], (MONTH,)) for seed in group["seeds"]]
        for name, group in yaml.safe_load(text).items()
    }


def measure_spread(groups: dict[str, list[Recipe]], told: Callable[[str], None]) -> pd.DataFrame:
    """The errors of all districts of these countries, with group, law and seed; a country in memory at a time."""
    errors = []
    for name, recipes in groups.items():
        for recipe in recipes:
            with TemporaryDirectory() as folder:
                found = district_errors(Evaluated(recipe, Path(folder)), MONTH)
            errors.append(found.assign(group=name, law=recipe.law, seed=recipe.seed))
            told(str(recipe))
    return pd.concat(errors, ignore_index=True)


def spread_lines(errors: pd.DataFrame) -> list[str]:
    """The spread as Markdown: each country, and all of a group together."""
    aim = percent(MOST_MEDIAN_ERROR)
    shown = [
        f"| countries | seed | assignable | of the districts | of the workers | off in the median | by {aim} or less |",
        "|---|---|---|---|---|---|---|",
    ]
    for group, rows in errors.groupby("group", sort=False):
        law = rows["law"].iloc[0]
        for seed, country in rows.groupby("seed"):
            shown.append(_line(f"law {law}", str(seed), country))
        shown.append(_line(f"**law {law}, {TITLES[str(group)]}**", "**all**", rows))
    return shown


def _line(name: str, seed: str, rows: pd.DataFrame) -> str:
    held = rows[rows["is_assignable"]]
    shares = (
        len(held) / len(rows),
        held["true_workers"].sum() / rows["true_workers"].sum(),
        held["error"].median(),
        (held["error"] <= MOST_MEDIAN_ERROR).mean(),
    )
    return f"| {name} | {seed} | {len(held)} | {' | '.join(percent(float(share)) for share in shares)} |"
