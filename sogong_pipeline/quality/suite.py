"""Runs one suite with Great Expectations over rows or over figures; imported only when a month is checked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import yaml

from sogong_pipeline.quality.gate import SUITES

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # nothing leaves this machine

import great_expectations as gx
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.registry import get_expectation_impl

BOUNDS = {"min_value": "at least", "max_value": "at most"}


def suite(table: str) -> list[dict[str, Any]]:
    """The expectations of a table as written."""
    text = (SUITES / f"{table}.yaml").read_text(encoding="utf-8")
    expectations: list[dict[str, Any]] = yaml.safe_load(text)["expectations"]
    return expectations


def run(entries: list[dict[str, Any]], data: Path | dict[str, Any]) -> list[dict[str, Any]]:
    """Check a month.

    Args:
        entries: the expectations, as written.
        data: a Parquet file of rows, of which only the columns named are read (600,000 rows take about
            0.2 GB), or figures in memory.

    Returns:
        One result per expectation, in their order: check, severity, passed, observed, reason.
    """
    if isinstance(data, Path):
        columns = sorted({entry["column"] for entry in entries})
        frame: pd.DataFrame = pq.read_table(data, columns=columns).to_pandas()
    else:
        frame = pd.DataFrame([data])
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    batch = (
        context.data_sources.add_pandas("month")
        .add_dataframe_asset("month")
        .add_batch_definition_whole_dataframe("whole")
        .get_batch({"dataframe": frame})
    )
    expectations = [
        get_expectation_impl(entry["expect"])(
            **{name: value for name, value in entry.items() if name not in {"expect", "reason"}}
        )
        for entry in entries
    ]
    validation = batch.validate(gx.ExpectationSuite(name="month", expectations=expectations))
    return [
        {
            "check": f"{entry['expect'].removeprefix('expect_column_values_to_')}({entry['column']})",
            "severity": entry["severity"],
            "passed": bool(result.success),
            "observed": _observed(result, data, entry),
            "reason": entry["reason"],
        }
        for entry, result in zip(entries, validation.results, strict=True)
    ]


def _observed(result: Any, data: Path | dict[str, Any], entry: dict[str, Any]) -> str:
    """What was seen: how many rows offend, or the figure itself beside its bounds."""
    if result.exception_info.get("raised_exception"):
        return str(result.exception_info["exception_message"])
    if isinstance(data, Path):
        return f"{result.result['unexpected_count']} of {result.result['element_count']} rows"
    value = data[entry["column"]]
    bounds = [f"{word} {entry[name]:g}" for name, word in BOUNDS.items() if name in entry]
    return f"{'none' if value is None else format(value, '.6g')}, expected {' and '.join(bounds)}"
