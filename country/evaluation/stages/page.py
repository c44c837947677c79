"""Accuracy of the rule sets: the page of docs/ and the table of the wheel."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import yaml

from country.evaluation.stages.measure import ENTRY, LASTING_PCT, OWN, SIZES_PCT
from country.evaluation.stages.planting import BLEED, KINDS
from country.evaluation.stages.tally import Figure, Key
from country.law import Version

RULE_SETS = ("ref_5_10", OWN, ENTRY, "press_30_a", "press_30_b", "press_30_c", "kosi_2y", "stat_z")
WHOLE = ("20+", "all")
"""Sizes that are no class of their own."""
COLUMNS = (
    "law",
    "seed",
    "districts",
    "membership",
    "rule_set",
    "measure",
    "kind",
    "loss_pct",
    "size",
    "value",
    "low",
    "high",
    "trials",
)
Figures = Mapping[Key, Figure]


@dataclass(frozen=True)
class Recipe:
    """A country to measure on.

    Attributes:
        law: Version of its law.
        seed: Its seed.
        districts: Number of districts.
    """

    law: Version
    seed: int
    districts: int

    def __str__(self) -> str:
        return f"law {self.law}, seed {self.seed}, {self.districts:,} districts"


def recipes() -> list[Recipe]:
    """Return the countries of the page."""
    text = resources.files(__package__).joinpath("recipes.yaml").read_text(encoding="utf-8")
    return [Recipe(**entry) for entry in yaml.safe_load(text)]


def table(measured: Mapping[Recipe, Sequence[Figure]]) -> str:
    """Format figures as CSV, shares to four decimals; size classes of catch only for closures, to limit its size."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for recipe, figures in measured.items():
        for figure in figures:
            key = figure.key
            if key.measure == "catch" and key.size not in WHOLE and key.kind != "closures":
                continue
            values = (f"{value:.4f}" for value in (figure.value, figure.low, figure.high))
            writer.writerow(
                (
                    recipe.law,
                    recipe.seed,
                    recipe.districts,
                    "true",
                    key.rule_set,
                    key.measure,
                    key.kind,
                    key.loss_pct or "",
                    key.size,
                    *values,
                    figure.trials,
                )
            )
    return out.getvalue()


def mean_catch(figures: Figures, rule_set: str, kinds: Iterable[str] = KINDS) -> float:
    """Return the mean catch over kinds at -10, -15 and -20 %, districts of 20 workplaces and more."""
    values = [figures[Key("catch", rule_set, kind, size)].value for kind in kinds for size in SIZES_PCT]
    return sum(values) / len(values)


def mean_of(figures: Figures, measure: str, rule_set: str) -> float:
    """Return the mean over kinds of a measure of lasting losses."""
    values = [
        figure.value
        for key, figure in figures.items()
        if (key.measure, key.rule_set, key.loss_pct) == (measure, rule_set, LASTING_PCT)
    ]
    return sum(values) / len(values) if values else float("nan")


def lines(recipe: Recipe, measured: Sequence[Figure]) -> list[str]:
    """Format the figures of one country as Markdown."""
    figures = {figure.key: figure for figure in measured}
    return [
        f"## {str(recipe)[0].upper()}{str(recipe)[1:]}",
        "",
        *_overview(figures),
        "",
        *_by_kind(figures),
        "",
        *_by_size(figures),
        "",
    ]


def _overview(figures: Figures) -> list[str]:
    head = (
        "| rule set | false | chance | catch | changes a year | undetermined | after 4 | after 8 | closed |",
        "|---|---|---|---|---|---|---|---|---|",
    )
    rows = []
    for name in RULE_SETS:
        changes = figures[Key("changes a year", name)]
        lasting = [
            f"{100 * mean_of(figures, f'still shown after {later} quarters', name):.0f}"
            if name != ENTRY
            else ""
            for later in (4, 8)
        ]
        ended = mean_of(figures, "closed within a quarter", name)
        closed = "" if math.isnan(ended) else f"{100 * ended:.0f}"
        rows.append(
            f"| `{name}` | {_share(figures, Key('false', name))} | "
            f"{_share(figures, Key('chance', ENTRY if name == OWN else name))} | "
            f"{100 * mean_catch(figures, name):.1f} | {100 * changes.value:.1f} | "
            f"{_share(figures, Key('undetermined', name, size='all'))} | {' | '.join(lasting)} | {closed} |"
        )
    return [*head, *rows]


def _by_kind(figures: Figures) -> list[str]:
    head = "| caught, % | " + " | ".join(f"-{size}, ref | own" for size in SIZES_PCT) + " |"
    rows = []
    for kind in KINDS:
        cells = [
            f"{100 * figures[Key('catch', name, kind, size)].value:.0f}"
            for size in SIZES_PCT
            for name in ("ref_5_10", OWN)
        ]
        rows.append(f"| {kind.replace('_', ' ')} | {' | '.join(cells)} |")
    return [head, "|---|" + "---|" * (2 * len(SIZES_PCT)), *rows]


def _by_size(figures: Figures) -> list[str]:
    sizes = ("0-19", "20-39", "40-79", "80-159", "160+")
    rows = [
        "| closures of 20 % caught, by workplaces | " + " | ".join(sizes) + " |",
        "|---|" + "---|" * len(sizes),
    ]
    for name in ("ref_5_10", OWN):
        cells = [_share(figures, Key("catch", name, "closures", 20, size)) for size in sizes]
        rows.append(f"| `{name}` | {' | '.join(cells)} |")
    return rows


def _share(figures: Figures, key: Key) -> str:
    figure = figures.get(key)
    if figure is None:
        return ""
    return f"{100 * figure.value:.1f} ({100 * figure.low:.1f}-{100 * figure.high:.1f})"


def verdicts(measured: Sequence[Figure]) -> dict[str, float]:
    """Return the figures of one country that the project's own rule set must satisfy."""
    figures = {figure.key: figure for figure in measured}
    ref, own = figures[Key("false", "ref_5_10")].value, figures[Key("false", OWN)].value
    entry = figures[Key("false", ENTRY)].value
    flips = {name: figures[Key("changes a year", name)].value for name in ("ref_5_10", OWN)}
    return {
        "false_of_ref": round(own / ref, 3),
        "catch_ref": round(mean_catch(figures, "ref_5_10"), 4),
        "catch_own": round(mean_catch(figures, OWN), 4),
        "bleeds_ref": round(mean_catch(figures, "ref_5_10", [BLEED]), 4),
        "bleeds_own": round(mean_catch(figures, OWN, [BLEED]), 4),
        "shown_after_8": round(mean_of(figures, "still shown after 8 quarters", OWN), 4),
        "closed": round(mean_of(figures, "closed within a quarter", OWN), 4),
        "changes_of_ref": round(flips[OWN] / flips["ref_5_10"], 3),
        "undetermined": round(figures[Key("undetermined", OWN, size="all")].value, 4),
        "seen_where_determined": round(
            figures[Key("catch where determined", OWN, "closures", 30, "all")].value, 4
        ),
        "chance_ref": round(figures[Key("chance", "ref_5_10")].value / max(ref, 1e-9), 2),
        "chance_own": round(figures[Key("chance", ENTRY)].value / max(entry, 1e-9), 2),
    }


OPENING = resources.files(__package__).joinpath("opening.md").read_text(encoding="utf-8")


def page(measured: Mapping[Recipe, Sequence[Figure]]) -> str:
    """Build the page of docs/."""
    blocks = ["\n".join(lines(recipe, figures)) for recipe, figures in measured.items()]
    return "\n".join([OPENING, *blocks]).rstrip() + "\n"
