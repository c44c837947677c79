"""Judges counts and figures of a month with Great Expectations; imported only when a month is checked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Literal

import pandas as pd
import yaml

from sogong_pipeline.quality import SUITES
from sogong_pipeline.quality.row_counts import RowCount

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # nothing leaves this machine

import great_expectations as gx
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.registry import get_expectation_impl

OURS = {"check", "expect", "unit", "holds", "reason", "title_ko", "reason_ko"}
"""What an entry says besides the arguments of its expectation."""
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


def of_rows(suite: Sequence[dict[str, Any]], counts: Sequence[RowCount]) -> list[Result]:
    """Judge how many rows break each expectation; the figure of a check is the share of rows that break it."""
    shares = [Decimal(count.broken) / count.total if count.total else Decimal(0) for count in counts]
    limits = [1 - Decimal(str(entry.get("mostly", 1))) for entry in suite]
    judged = [
        {
            "check": entry["check"],
            "severity": entry["severity"],
            "expect": "expect_column_values_to_be_between",
            "column": entry["check"],
            "max_value": float(most),
        }
        for entry, most in zip(suite, limits, strict=True)
    ]
    figures = {entry["check"]: float(share) for entry, share in zip(suite, shares, strict=True)}
    found = _validate(judged, pd.DataFrame([figures]), "BASIC")
    return [
        _result(
            entry,
            passed=result.success,
            observed=f"{count.broken:,} of {count.total:,} rows{_examples(count.examples)}",
            figure=share,
            most=most,
        )
        for entry, result, count, share, most in zip(suite, found, counts, shares, limits, strict=True)
    ]


def of_figures(suite: Sequence[dict[str, Any]], figures: dict[str, Any], aside: str = "") -> list[Result]:
    """Check one row of figures; `aside` explains them where they fail."""
    found = _validate(
        suite, pd.DataFrame([{name: _float(value) for name, value in figures.items()}]), "BASIC"
    )
    results = []
    for entry, result in zip(suite, found, strict=True):
        value = figures[entry["column"]]
        told = f"{_plain(value)}{f': {aside}' if aside else ''}"
        figure = None if value is None else Decimal(value)
        results.append(_result(entry, passed=result.success, observed=told, figure=figure, **_limits(entry)))
    return results


def of_regions(suite: Sequence[dict[str, Any]], regions: Sequence[dict[str, Any]]) -> list[Result]:
    """Check a row of figures per region, each with its `name`.

    The figure of a ratio is the one furthest from 1, of a comparison of two columns how many regions break it.
    """
    frame = pd.DataFrame([{name: _float(value) for name, value in row.items()} for row in regions])
    results = []
    for entry, result in zip(suite, _validate(suite, frame, "COMPLETE"), strict=True):
        broken = [regions[place] for place in result.result["unexpected_index_list"] or []]
        if "column" in entry:
            known = [row[entry["column"]] for row in regions if row[entry["column"]] is not None]
            figure = max(known, key=lambda value: abs(value - 1), default=None)
            told = [f"{row['name']} {_plain(row[entry['column']])}" for row in broken]
            observed = _few(told) or _plain(figure)
            results.append(
                _result(entry, passed=result.success, observed=observed, figure=figure, **_limits(entry))
            )
        else:
            columns = entry["column_A"], entry["column_B"]
            told = [f"{row['name']} {' < '.join(_plain(row[name]) for name in columns)}" for row in broken]
            results.append(
                _result(
                    entry,
                    passed=result.success,
                    observed=_few(told) or f"none of {len(regions)}",
                    figure=Decimal(len(broken)),
                    most=Decimal(0),
                )
            )
    return results


def _validate(
    suite: Sequence[dict[str, Any]], frame: pd.DataFrame, detail: Literal["BASIC", "COMPLETE"]
) -> list[Any]:
    """One validation result per expectation, in their order.

    Raises:
        RuntimeError: when an expectation could not be evaluated; a check that did not run must not pass for one
            that failed.
    """
    batch = _whole_frame().get_batch({"dataframe": frame})
    expectations = [
        get_expectation_impl(entry["expect"])(
            **{name: value for name, value in entry.items() if name not in OURS}
        )
        for entry in suite
    ]
    validation = batch.validate(
        gx.ExpectationSuite(name="month", expectations=expectations), result_format=detail
    )
    results = list(validation.results)
    for entry, result in zip(suite, results, strict=True):
        for trouble in _exceptions(result.exception_info):
            raise RuntimeError(f"{entry['check']}: {trouble}")
    return results


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
