"""Alarms around the breaks of the series, as a page of docs/ and as an object for machines."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from country.evaluation.breaks import QUIET, BreakAlarms, Interval, KindAlarms
from country.evaluation.country import Recipe

_OPENING = """\
# Alarms around the breaks

Written by `python -m country evaluate breaks --page docs/breaks.md`; do not edit. In this simulated country
([simulator.md](simulator.md), law 4) nothing ever befalls a district as a whole: every workplace has its own fate. But
the contribution rate of 2026-01, the ceilings of every July, the coverage of 2025-06 and the reforms of region and
industry codes are in its files as in the real ones. So every alarm (caution or severe under `ref_5_10`) is the noise of
small numbers, or a break that got through. A break can hide falls as well: the rise of the rate would, were it taken
for one of pay. Then there are fewer alarms.

Intervals hold 95 %: of a quarter Wilson's, of a difference the one found by drawing the districts anew with all their
quarters, as a district's alarms in several quarters belong together. Another `--seed` is another country.
"""

_CROSSED = """\
A quarter is compared with the same one a year and two years before, so later quarters cross a break too. By the breaks
within those two years, against the quarters that cross none of these (what every quarter crosses is left out):"""


def figures(result: BreakAlarms) -> dict[str, Any]:
    """Return all results for machines; shares between 0 and 1."""
    return {
        "quarters": [
            {**dataclasses.asdict(one), "quarter": str(one.quarter), "interval": _rounded(one.interval)}
            for one in result.quarters
        ],
        "kinds": [_figures(one) for one in result.kinds],
        "crossed": [_figures(one) for one in result.crossed],
    }


def _figures(kind: KindAlarms) -> dict[str, Any]:
    return {
        **dataclasses.asdict(kind),
        "difference": round(kind.difference, 4),
        "interval": _rounded(kind.interval),
        "raises_more": kind.raises_more,
        "hides_some": kind.hides_some,
    }


def lines(recipe: Recipe, result: BreakAlarms) -> list[str]:
    """Format the results for one country as Markdown."""
    shown = [
        f"{recipe}.",
        "",
        "| quarter | breaks that begin in it | judged | alarms | of these severe | alarms, % | 95 % |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in result.quarters:
        share = one.alarms / one.judged if one.judged else float("nan")
        shown.append(
            f"| {one.quarter} | {', '.join(one.breaks) or '-'} | {one.judged:,} | {one.alarms:,} | {one.severe:,} "
            f"| {100 * share:.1f} | {_percent(one.interval)} |"
        )
    shown += ["", "By the breaks that begin in a quarter, against the quarters in which none does:", ""]
    shown += _table("quarters with", result.kinds)
    if result.crossed:
        shown += [
            "",
            _CROSSED,
            "",
        ]
        shown += _table("quarters that cross", result.crossed)
    return shown


def _table(title: str, kinds: Sequence[KindAlarms]) -> list[str]:
    shown = [
        f"| {title} | quarters | judged | alarms | alarms, % | more than quiet ones, points | 95 % | verdict |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kind in kinds:
        verdict = "more" if kind.raises_more else "fewer" if kind.hides_some else "as many"
        verdict = "-" if kind.kind == QUIET else verdict
        more = "-" if kind.kind == QUIET else f"{100 * kind.difference:+.1f}"
        between = "-" if kind.kind == QUIET else _percent(kind.interval, "+.1f")
        name = "none" if kind.kind == QUIET else kind.kind
        shown.append(
            f"| {name} | {kind.quarters} | {kind.judged:,} | {kind.alarms:,} "
            f"| {100 * kind.alarms / kind.judged:.1f} | {more} | {between} | {verdict} |"
        )
    return shown


def page(recipe: Recipe, result: BreakAlarms) -> str:
    """Build the page of docs/."""
    return "\n".join([_OPENING, *lines(recipe, result)]) + "\n"


def _percent(interval: Interval, form: str = ".1f") -> str:
    return " to ".join(format(100 * bound, form) for bound in interval)


def _rounded(interval: Interval) -> list[float]:
    return [round(bound, 4) for bound in interval]
