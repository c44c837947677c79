"""Counts in DuckDB how many rows of a month break each expectation about rows; Great Expectations judges the counts.

Great Expectations would hold every value in pandas: 600,000 rows cost it seconds and 200 MB.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sogong_pipeline.sql_engine import Engine

EXAMPLES = 3


@dataclass(frozen=True)
class RowCount:
    """How many of the rows that an expectation speaks about break it, with the first few such values in their order."""

    broken: int
    total: int
    examples: tuple[Any, ...]


def count_rows(entries: Sequence[dict[str, Any]], rows: Path, workspace: Path) -> list[RowCount]:
    """Count the rows of a Parquet file that break each expectation, in one pass over the columns they name.

    Args:
        entries: expectations about one column each, as written in `expectations/workplace.yaml`.
        rows: the Parquet file.
        workspace: a folder to spill to.

    Returns:
        One count per expectation, in their order.

    Raises:
        LookupError: for a kind of expectation this module cannot count.
    """
    tests = [_breaks(entry) for entry in entries]
    figures = ", ".join(
        f"count(*) FILTER ({condition}), count({_of(entry)})"
        for entry, (condition, _) in zip(entries, tests, strict=True)
    )
    with Engine(workspace) as engine:
        engine.view("workplace", rows)
        run = engine.execute
        counts = run(f"SELECT {figures} FROM workplace", [v for _, given in tests for v in given]).fetchone()
        assert counts is not None  # noqa: S101 - an aggregate always has a row
        return [
            RowCount(broken, total, _examples(run, entry, test) if broken else ())
            for entry, test, broken, total in zip(entries, tests, counts[::2], counts[1::2], strict=True)
        ]


def _breaks(entry: dict[str, Any]) -> tuple[str, list[Any]]:
    """The condition under which a row breaks an expectation, and the values of its placeholders."""
    column = f'"{entry["column"]}"'
    match entry["expect"]:
        case "expect_column_values_to_not_be_null":
            return f"{column} IS NULL", []
        case "expect_column_values_to_match_regex":
            return f"NOT regexp_matches({column}, ?)", [entry["regex"]]
        case "expect_column_values_to_be_in_set":
            return f"{column} NOT IN ({', '.join('?' * len(entry['value_set']))})", entry["value_set"]
        case "expect_column_values_to_be_between":
            return f"{column} NOT BETWEEN ? AND ?", [entry["min_value"], entry["max_value"]]
    raise LookupError(f"{entry['check']}: rows cannot be counted by {entry['expect']}")


def _of(entry: dict[str, Any]) -> str:
    """What is counted as a row to judge: a missing value breaks only the expectation that forbids it."""
    return "*" if entry["expect"] == "expect_column_values_to_not_be_null" else f'"{entry["column"]}"'


def _examples(run: Any, entry: dict[str, Any], test: tuple[str, list[Any]]) -> tuple[Any, ...]:
    condition, values = test
    column = f'"{entry["column"]}"'
    found = run(
        f"SELECT DISTINCT {column} FROM workplace WHERE {condition} AND {column} IS NOT NULL "
        f"ORDER BY 1 LIMIT {EXAMPLES}",
        values,
    ).fetchall()
    return tuple(value for (value,) in found)
