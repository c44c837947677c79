"""Judges counts and figures of a month with Great Expectations; imported only when a month is checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import pandas as pd
import yaml

from sogong_pipeline.quality import SUITES
from sogong_pipeline.quality.row_counts import RowCount

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # nothing leaves this machine

import great_expectations as gx
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.core.expect_column_pair_values_a_to_be_greater_than_b import (
    ExpectColumnPairValuesAToBeGreaterThanB,
)

PLACES = Decimal("0.000001")
REGIONS_SHOWN = 20
EXAMPLE_LENGTH = 20


@dataclass(frozen=True)
class Result:
    """What one check found: `figure` should lie between `least` and `most` (None: open); `observed` tells it.

    A failed check that `holds` lets the month in and keeps its quarters from being reported until a person accepts it.
    """

    check: str
    severity: str
    holds: bool
    passed: bool
    observed: str
    figure: Decimal | None
    least: Decimal | None
    most: Decimal | None
    unit: str
    reason: str
    title_ko: str
    reason_ko: str

    @property
    def told(self) -> str:
        """The result in one line, for a log or a refusal."""
        limits = (("at least", self.least), ("at most", self.most))
        expected = " and ".join(f"{word} {_plain(limit)}" for word, limit in limits if limit is not None)
        return f"{self.check}: {self.observed}, expected {expected} ({self.reason})"


@cache
def entries(table: str) -> list[dict[str, Any]]:
    """The expectations of a table as written; not to be changed."""
    text = (SUITES / f"{table}.yaml").read_text(encoding="utf-8")
    expectations: list[dict[str, Any]] = yaml.safe_load(text)["expectations"]
    return expectations


@dataclass(frozen=True)
class Bound:
    """A figure and the limits between which it must lie; None is unknown, or open."""

    figure: Any
    least: Any = None
    most: Any = None


@dataclass(frozen=True)
class Claim:
    """A check before it is judged: its bounds, and what makes its result once it is known which of them hold."""

    bounds: Sequence[Bound]
    conclude: Callable[[Sequence[bool]], Result]


def judge(tables: Mapping[str, Sequence[Claim]]) -> dict[str, list[Result]]:
    """Judge the claims of several tables in one run of Great Expectations; results in the order of the claims.

    Raises:
        RuntimeError: when an expectation could not be evaluated; a check that did not run must not pass for one
            that failed.
    """
    holding = iter(_hold([bound for claims in tables.values() for claim in claims for bound in claim.bounds]))
    return {
        table: [claim.conclude([next(holding) for _ in claim.bounds]) for claim in claims]
        for table, claims in tables.items()
    }


def of_rows(suite: Sequence[dict[str, Any]], counts: Sequence[RowCount]) -> list[Claim]:
    """How many rows break each expectation; the figure of a check is the share of rows that break it."""
    return [_of_count(entry, count) for entry, count in zip(suite, counts, strict=True)]


def _of_count(entry: dict[str, Any], count: RowCount) -> Claim:
    share = Decimal(count.broken) / count.total if count.total else Decimal(0)
    most = 1 - Decimal(str(entry.get("mostly", 1)))
    observed = f"{count.broken:,} of {count.total:,} rows{_examples(count.examples)}"
    return Claim(
        [Bound(share, most=most)],
        lambda holds: _result(entry, passed=all(holds), observed=observed, figure=share, most=most),
    )


def of_figures(suite: Sequence[dict[str, Any]], figures: dict[str, Any], aside: str = "") -> list[Claim]:
    """One row of figures; `aside` explains them where they fail."""
    return [_of_figure(entry, _figure(entry, figures, "column"), aside) for entry in suite]


def _of_figure(entry: dict[str, Any], value: Any, aside: str) -> Claim:
    figure, limits = None if value is None else Decimal(value), _limits(entry)
    observed = f"{_plain(value)}{f': {aside}' if aside else ''}"
    return Claim(
        [Bound(value, **limits)],
        lambda holds: _result(entry, passed=all(holds), observed=observed, figure=figure, **limits),
    )


def of_regions(suite: Sequence[dict[str, Any]], regions: Sequence[dict[str, Any]]) -> list[Claim]:
    """A row of figures per region, each with its `name`.

    The figure of a ratio is the one furthest from 1, of a comparison of two columns how many regions break it.
    """
    return [_of_ratio(entry, regions) if "column" in entry else _of_pair(entry, regions) for entry in suite]


def _of_ratio(entry: dict[str, Any], regions: Sequence[dict[str, Any]]) -> Claim:
    values, limits = [_figure(entry, row, "column") for row in regions], _limits(entry)
    known = [value for value in values if value is not None]
    figure = max(known, key=lambda value: abs(value - 1), default=None)

    def conclude(holds: Sequence[bool]) -> Result:
        broken = [
            f"{row['name']} {_plain(value)}"
            for row, value, held in zip(regions, values, holds, strict=True)
            if not held
        ]
        observed = _few(broken) or _plain(figure)
        return _result(entry, passed=not broken, observed=observed, figure=figure, **limits)

    return Claim([Bound(value, **limits) for value in values], conclude)


def _of_pair(entry: dict[str, Any], regions: Sequence[dict[str, Any]]) -> Claim:
    pairs = [(_figure(entry, row, "column_A"), _figure(entry, row, "column_B")) for row in regions]

    def conclude(holds: Sequence[bool]) -> Result:
        broken = [
            f"{row['name']} {_plain(figure)} < {_plain(least)}"
            for row, (figure, least), held in zip(regions, pairs, holds, strict=True)
            if not held
        ]
        observed = _few(broken) or f"none of {len(regions)}"
        return _result(
            entry, passed=not broken, observed=observed, figure=Decimal(len(broken)), most=Decimal(0)
        )

    return Claim([Bound(figure, least=least) for figure, least in pairs], conclude)


def _figure(entry: dict[str, Any], figures: dict[str, Any], which: str) -> Any:
    if entry[which] not in figures:
        raise RuntimeError(f"{entry['check']}: the figures have no column {entry[which]}")
    return figures[entry[which]]


NOT_LESS = (("figure", "least"), ("most", "figure"))
"""The columns of which the first must not be less than the second."""


def _hold(bounds: Sequence[Bound]) -> list[bool]:
    """Whether each figure lies between its limits; an unknown one breaks nothing."""
    columns = {
        name: [_float(getattr(bound, name)) for bound in bounds] for name in ("figure", "least", "most")
    }
    batch = _whole_frame().get_batch({"dataframe": pd.DataFrame(columns, dtype="float64")})
    expectations = [
        ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=more, column_B=less, or_equal=True, ignore_row_if="either_value_is_missing"
        )
        for more, less in NOT_LESS
    ]
    validation = batch.validate(
        gx.ExpectationSuite(name="month", expectations=expectations), result_format="COMPLETE"
    )
    broken: set[int] = set()
    for result in validation.results:
        for trouble in _exceptions(result.exception_info):
            raise RuntimeError(f"the limits could not be compared: {trouble}")
        broken |= set(result.result["unexpected_index_list"] or [])
    return [place not in broken for place in range(len(bounds))]


@cache
def _whole_frame() -> BatchDefinition[Any]:
    """The definition of a batch that is one frame; its context is made once, as each costs as much as ten checks."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    asset = context.data_sources.add_pandas("month").add_dataframe_asset("month")
    return asset.add_batch_definition_whole_dataframe("whole")


def _exceptions(info: dict[str, Any]) -> list[str]:
    """What was raised while an expectation was evaluated: one entry, or one below the name of each metric."""
    found = [info] if "raised_exception" in info else info.values()
    return [str(entry["exception_message"]) for entry in found if entry["raised_exception"]]


def _result(
    entry: dict[str, Any],
    *,
    passed: bool,
    observed: str,
    figure: Decimal | None,
    least: Decimal | None = None,
    most: Decimal | None = None,
) -> Result:
    return Result(
        check=entry["check"],
        severity=entry["severity"],
        holds=entry.get("holds", False),
        passed=bool(passed),
        observed=observed,
        figure=None if figure is None else figure.quantize(PLACES),
        least=None if least is None else least.quantize(PLACES),
        most=None if most is None else most.quantize(PLACES),
        unit=entry.get("unit", "share"),
        reason=entry["reason"],
        title_ko=entry["title_ko"],
        reason_ko=entry["reason_ko"],
    )


def _limits(entry: dict[str, Any]) -> dict[str, Decimal | None]:
    limits = {"least": entry.get("min_value"), "most": entry.get("max_value")}
    return {name: None if value is None else Decimal(str(value)) for name, value in limits.items()}


def _few(told: Sequence[str]) -> str:
    """As many of the regions that break a check as a line bears."""
    more = f" and {len(told) - REGIONS_SHOWN} more" if len(told) > REGIONS_SHOWN else ""
    return ", ".join(told[:REGIONS_SHOWN]) + more


def _examples(values: Sequence[Any]) -> str:
    """A few of the values that break a check, as Python would write them: nothing in them acts on a log or a page."""
    shown = [repr(value[:EXAMPLE_LENGTH]) if isinstance(value, str) else str(value) for value in values]
    return f", such as {', '.join(shown)}" if shown else ""


def _float(value: Any) -> Any:
    """A figure as pandas counts it; unknown is not a number, so that a column of unknowns stays one of numbers."""
    return float(value) if isinstance(value, Decimal) else float("nan") if value is None else value


def _plain(value: Any) -> str:
    return "none" if value is None else f"{value:,}" if isinstance(value, int) else f"{float(value):.4g}"
