"""Figures of an evaluation, as a page of docs/ and as an object for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from country.evaluation.accuracy import LINKS, Accuracy
from country.evaluation.country import Recipe
from sogong_pipeline.districts.matching import GRADES
from sogong_pipeline.validation.assignable import LEAST_EFFECTIVE, MOST_INSIDE, MOST_OUTSIDE

TARGETS = {"high": 0.98, "medium": 0.90}
"""Least precision by grade."""
MOST_MEDIAN_ERROR = 0.05
LEAST_EXITS_RIGHT = 0.90
SMALL = 0.005
"""Shares below are shown with two decimals."""
_OPENING = """\
# How right the matching is

Written by `python -m country evaluate matching --page docs/matching-accuracy.md`; do not edit. The countries are
invented, so that the truth is known ([simulator.md](simulator.md)). Their addresses are as vague as the pattern of the
real complexes, but how many strangers lie beside a district is in part our own choice, and the figures are as good
as it.

Aims: precision of *high* at least {high:.2f}, of *medium* at least {medium:.2f}; workers off by at most {error} in the
median of the districts graded assignable; at least {exits} of exits reported with their true reason.

*Low* is what a place says alone ([decision 19](decisions/0019-grade-a-place-alone-as-low.md)):
counted in the district, and more likely right
than not. *Assignable* is a district of {effective} effective workplaces or more, whose legal dongs no other one claims
and of which little is in doubt on either side: workers of rows it is a candidate for, and of everybody in its legal
dongs and those beside them whom no district claims, are at most {outside} of those counted in it; and at most {inside}
of these are graded low. The pipeline itself sees all that. It does not see whether a supplied list is complete: a
building with one is assignable only where hardly anybody else is at its address, and the figures of lists stand beside.

Who is placed in a complex and truly lies in a building inside it is placed rightly; in the workers of districts the
innermost one counts. *Missed* are a district's workers that are not placed in it, most of them at postal codes beyond
those the registry lists; *strangers* are those placed in it who are none of its.
"""
_SPREAD = """\
## The same of many countries

Of one month each, none left out because of what it showed: precision by grade, and the assignable districts, each once.
Few districts of a full country have so little around them, so that the median of one country's is its luck.
"""
NAMES = {
    "tuned": "The country the rules were tuned on",
    "again": "Another seed, another law: nothing was tuned on it",
}


def figures(accuracy: Accuracy) -> dict[str, Any]:
    """Return all figures for machines; shares between 0 and 1, null where the denominator is 0."""
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
                {"true": true, "told": reported, "exits": count}
                for (true, reported), count in sorted(accuracy.exits.items())
            ],
        },
    }


def _share(value: float) -> float | None:
    return None if value != value else round(value, 4)  # noqa: PLR0124 - not a number is unlike itself


def lines(recipe: Recipe, accuracy: Accuracy) -> list[str]:
    """Format the results for one country as Markdown."""
    return [
        f"{recipe}.",
        "",
        "| grade | workplaces x months | truly in a district | placed | placed rightly | precision | recall |",
        "|---|---|---|---|---|---|---|",
        *(_grade_line(accuracy, grade) for grade in GRADES),
        "",
        "| placed by | grade | workplaces x months | right |",
        "|---|---|---|---|",
        *_evidence_lines(accuracy),
        "",
        f"Districts graded assignable: {percent(accuracy.share_assignable)} of {accuracy.districts}, with "
        f"{percent(accuracy.workers_assignable)} of all workers truly in districts.",
        "There is none to be off."
        if accuracy.assignable.empty
        else f"In these the measured workers are off by {percent(accuracy.median_error)} in the median.",
        "",
        "| districts | district-months | workers in them | off in the median | missed | strangers |",
        "|---|---|---|---|---|---|",
        *_assignable_lines(accuracy),
        "",
        "| kind | district-months | with workers | off in the median | missed | strangers |",
        "|---|---|---|---|---|---|",
        *_kind_lines(accuracy),
        "",
        "| entity resolution | reported | of these right | true events | of these detected |",
        "|---|---|---|---|---|",
        *(_link_line(accuracy, link) for link in LINKS),
        "",
        f"Exits from districts reported with their true reason: {percent(accuracy.exits_right)} of "
        f"{sum(accuracy.exits.values()):,}.",
        "",
        *_exit_lines(accuracy),
    ]


def page(results: Mapping[str, tuple[Recipe, Accuracy]], spread: Sequence[str] = ()) -> str:
    """Build the page of several countries by name, and the table of many more."""
    text = [
        _OPENING.format(
            high=TARGETS["high"],
            medium=TARGETS["medium"],
            error=percent(MOST_MEDIAN_ERROR),
            exits=percent(LEAST_EXITS_RIGHT),
            effective=LEAST_EFFECTIVE,
            outside=percent(MOST_OUTSIDE),
            inside=percent(MOST_INSIDE),
        ).rstrip()
    ]
    for name, (recipe, accuracy) in results.items():
        text += ["", f"## {NAMES[name]}", "", *lines(recipe, accuracy)]
    if spread:
        text += ["", _SPREAD.rstrip(), "", *spread]
    text += ["", real_rows()]
    return "\n".join(text) + "\n"


def real_rows() -> str:
    """Return the figures of real rows, which may not be distributed: text checked against the rows by a test."""
    return resources.files(__package__).joinpath("real_rows.md").read_text(encoding="utf-8").rstrip()


def percent(value: float) -> str:
    """Format a share for the page, a very small one with another decimal; a dash without a value."""
    if value != value:  # noqa: PLR0124 - not a number is unlike itself
        return "-"
    return f"{value * 100:.{2 if 0 < value < SMALL else 1}f} %"


def _grade_line(accuracy: Accuracy, grade: str) -> str:
    count = accuracy.grades[grade]
    cells = (count.rows, count.inside, count.placed, count.right)
    shares = (accuracy.precision(grade), accuracy.recall(grade))
    shown = ["-" if share != share else f"{share:.3f}" for share in shares]  # noqa: PLR0124 - as above
    return f"| {grade} | {' | '.join(f'{cell:,}' for cell in cells)} | {' | '.join(shown)} |"


def _evidence_lines(accuracy: Accuracy) -> list[str]:
    ordered = sorted(accuracy.evidence.items(), key=lambda item: (GRADES.index(item[0][0]), item[0][1]))
    return [
        f"| {evidence} | {grade} | {count.placed:,} | {percent(count.right / count.placed)} |"
        for (grade, evidence), count in ordered
    ]


def _kind_lines(accuracy: Accuracy) -> list[str]:
    shown = []
    for kind, rows in accuracy.district_errors.groupby("kind"):
        known = rows[rows["workers"] > 0]
        medians = (known[column].median() for column in ("error", "missed", "strangers"))
        cells = (len(known) / len(rows), *medians)
        shown.append(f"| {kind} | {len(rows):,} | {' | '.join(percent(float(cell)) for cell in cells)} |")
    return shown


def _assignable_lines(accuracy: Accuracy) -> list[str]:
    table = accuracy.district_errors
    groups = {
        "assignable": table["is_assignable"],
        "with a supplied list": table["has_list"],
        "others with workers": ~table["is_assignable"] & ~table["has_list"] & (table["workers"] > 0),
    }
    shown = []
    for name, chosen in groups.items():
        rows = table[chosen]
        share = rows["true_workers"].sum() / max(accuracy.true_workers, 1)
        shares = (share, *(rows[column].median() for column in ("error", "missed", "strangers")))
        shown.append(f"| {name} | {len(rows):,} | {' | '.join(percent(float(one)) for one in shares)} |")
    return shown


def _link_line(accuracy: Accuracy, link: str) -> str:
    count = accuracy.links[link]
    return f"| {link} | {count['told']:,} | {count['right']:,} | {count['happened']:,} | {count['found']:,} |"


def _exit_lines(accuracy: Accuracy) -> list[str]:
    reported_kinds = sorted({kind for _, kind in accuracy.exits})
    shown = [f"| true \\ reported | {' | '.join(reported_kinds)} |", "|---" * (len(reported_kinds) + 1) + "|"]
    for true in sorted({kind for kind, _ in accuracy.exits}):
        cells = " | ".join(f"{accuracy.exits[true, kind]:,}" for kind in reported_kinds)
        shown.append(f"| {true} | {cells} |")
    return shown
