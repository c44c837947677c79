"""The figures of an evaluation as a page of docs/ and as an object for machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sogong_pipeline.evaluation.accuracy import GRADES, LINKS, Accuracy
from sogong_pipeline.evaluation.assignable import LEAST_EFFECTIVE, LEAST_STILL_THERE, MOST_IN_DOUBT
from sogong_pipeline.evaluation.country import Recipe

TARGETS = {"high": 0.98, "medium": 0.90}
"""Least precision by grade."""
MOST_MEDIAN_ERROR = 0.05
LEAST_EXITS_RIGHT = 0.90
_OPENING = """\
# How right the matching is

Written by `sogong evaluate matching --page docs/matching-accuracy.md`; do not edit. The countries are simulated, so
that the truth is known ([simulator.md](simulator.md)). Their addresses are as vague as the pattern of the real
complexes, but how many strangers lie beside a district is in part our own choice, and the figures are as good as it.

Aims: precision of *high* at least {high:.2f}, of *medium* at least {medium:.2f}; workers off by at most {error} in the
median of the districts graded assignable; at least {exits} of exits told with their true reason. *Assignable* is a
district of {effective} effective workplaces or more, without a building in it whose tenants nobody lists, that has a
supplied list of which {still} are still there, or of which little is in doubt: workers of rows it is a candidate for,
and of its usual trades at addresses of its 읍면동 that no district claims, are at most {doubt} of those counted in it.
The pipeline itself sees all that. Who is placed in a complex and truly lies in a building inside it is placed rightly;
in the workers of districts the innermost one counts. *Missed* are a district's workers that are not placed in it, most
of them at postal codes beyond those the registry lists; *strangers* are those placed in it who are none of its.
"""
NAMES = {
    "tuned": "The country the rules were tuned on",
    "again": "Another seed, another law: nothing was tuned on it",
}


def figures(accuracy: Accuracy) -> dict[str, Any]:
    """Everything found, for machines; shares between 0 and 1, null where there is nothing to divide by."""
    return {
        "grades": {
            grade: {
                **vars(accuracy.grades[grade]),
                "precision": _share(accuracy.precision(grade)),
                "recall": _share(accuracy.recall(grade)),
            }
            for grade in GRADES
        },
        "districts": {
            "count": accuracy.districts,
            "share_assignable": _share(accuracy.share_assignable),
            "share_of_workers_assignable": _share(accuracy.workers_assignable),
            "median_error": _share(accuracy.median_error),
        },
        "links": {link: dict(accuracy.links[link]) for link in LINKS},
        "exits": {
            "right": _share(accuracy.exits_right),
            "counts": [
                {"true": true, "told": told, "exits": count}
                for (true, told), count in sorted(accuracy.exits.items())
            ],
        },
    }


def _share(value: float) -> float | None:
    return None if value != value else round(value, 4)  # noqa: PLR0124 - not a number is unlike itself


def lines(recipe: Recipe, accuracy: Accuracy) -> list[str]:
    """What was found on one country, as Markdown."""
    return [
        f"{recipe}.",
        "",
        "| grade | workplaces x months | truly in a district | placed | placed rightly | precision | recall |",
        "|---|---|---|---|---|---|---|",
        *(_grade_line(accuracy, grade) for grade in GRADES),
        "",
        f"Right of *medium*: {_medium(accuracy, has_roads=False)} where the registry lists no roads of the district, "
        f"{_medium(accuracy, has_roads=True)} where it does:",
        "there the sure ones are *high*, and strangers weigh more in the rest.",
        "",
        f"Districts graded assignable: {_percent(accuracy.share_assignable)} of {accuracy.districts}, with "
        f"{_percent(accuracy.workers_assignable)} of all workers truly in districts.",
        f"In these the measured workers are off by {_percent(accuracy.median_error)} in the median.",
        "",
        "| told by | assignable district-months | workers in them | off in the median | missed | strangers |",
        "|---|---|---|---|---|---|",
        *_told_lines(accuracy),
        "",
        "| kind | district-months | assignable | off in the median | off in one of ten by more than |",
        "|---|---|---|---|---|",
        *_kind_lines(accuracy),
        "",
        "| who is who | told | of these right | truly happened | of these found |",
        "|---|---|---|---|---|",
        *(_link_line(accuracy, link) for link in LINKS),
        "",
        f"Exits from districts told with their true reason: {_percent(accuracy.exits_right)} of "
        f"{sum(accuracy.exits.values()):,}.",
        "",
        *_exit_lines(accuracy),
    ]


def page(found: Mapping[str, tuple[Recipe, Accuracy]]) -> str:
    """The page of several countries by name."""
    text = [
        _OPENING.format(
            high=TARGETS["high"],
            medium=TARGETS["medium"],
            error=_percent(MOST_MEDIAN_ERROR),
            exits=_percent(LEAST_EXITS_RIGHT),
            effective=LEAST_EFFECTIVE,
            still=_percent(LEAST_STILL_THERE),
            doubt=_percent(MOST_IN_DOUBT),
        ).rstrip()
    ]
    for name, (recipe, accuracy) in found.items():
        text += ["", f"## {NAMES[name]}", "", *lines(recipe, accuracy)]
    return "\n".join(text) + "\n"


def _percent(value: float) -> str:
    return "-" if value != value else f"{value * 100:.1f} %"  # noqa: PLR0124 - not a number is unlike itself


def _grade_line(accuracy: Accuracy, grade: str) -> str:
    count = accuracy.grades[grade]
    cells = (count.rows, count.inside, count.placed, count.right)
    shares = (accuracy.precision(grade), accuracy.recall(grade))
    shown = ["-" if share != share else f"{share:.3f}" for share in shares]  # noqa: PLR0124 - as above
    return f"| {grade} | {' | '.join(f'{cell:,}' for cell in cells)} | {' | '.join(shown)} |"


def _medium(accuracy: Accuracy, *, has_roads: bool) -> str:
    count = accuracy.medium[has_roads]
    return _percent(count.right / count.placed if count.placed else float("nan"))


def _kind_lines(accuracy: Accuracy) -> list[str]:
    shown = []
    for kind, rows in accuracy.district_errors.groupby("kind"):
        error = rows.loc[rows["is_assignable"], "error"]
        cells = (rows["is_assignable"].mean(), error.median(), error.quantile(0.9))
        shown.append(f"| {kind} | {len(rows):,} | {' | '.join(_percent(float(cell)) for cell in cells)} |")
    return shown


def _told_lines(accuracy: Accuracy) -> list[str]:
    shown = []
    for name, has_list in (("a supplied list", True), ("address", False)):
        rows = accuracy.assignable[accuracy.assignable["has_list"] == has_list]
        share = rows["true_workers"].sum() / max(accuracy.true_workers, 1)
        shares = (share, *(rows[column].median() for column in ("error", "missed", "strangers")))
        shown.append(f"| {name} | {len(rows):,} | {' | '.join(_percent(float(one)) for one in shares)} |")
    return shown


def _link_line(accuracy: Accuracy, link: str) -> str:
    count = accuracy.links[link]
    return f"| {link} | {count['told']:,} | {count['right']:,} | {count['happened']:,} | {count['found']:,} |"


def _exit_lines(accuracy: Accuracy) -> list[str]:
    told = sorted({kind for _, kind in accuracy.exits})
    shown = [f"| truly \\ told | {' | '.join(told)} |", "|---" * (len(told) + 1) + "|"]
    for true in sorted({kind for kind, _ in accuracy.exits}):
        cells = " | ".join(f"{accuracy.exits[true, kind]:,}" for kind in told)
        shown.append(f"| {true} | {cells} |")
    return shown
