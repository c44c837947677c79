"""Who came to a district and who went, month by month, and for what reason as far as the files tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.sql_engine import Engine, query
from sogong_pipeline.workplaces.trace import MEMORY_MONTHS

FLOW_QUARTERS = 5
"""How many quarters an edition tells of: the one judged and the year before it."""
NEW_MONTHS = 3
"""Enrolled no earlier than so many months before it is first in the file, a workplace is new; else it grew into it."""


@dataclass(frozen=True)
class Side:
    """One of two months that follow each other: its staged rows, where they lie, who they are."""

    workplace: Path
    district_member: Path
    workplace_trace: Path


def move_month(before: Side, now: Side, *, month: Month, coverage_changed: bool, workspace: Path) -> Built:
    """Compare a month with the one before it under the same districts.

    Args:
        before: the month before.
        now: the month.
        month: the data month.
        coverage_changed: whether sole proprietors are in the file from this month on.
        workspace: an empty folder to write in.

    Returns:
        `movement`: one row per workplace and district entered, left, or stayed in under another name or number
        (sql/moved/movement).
    """
    target = workspace / "movement.parquet"
    with Engine(workspace) as engine:
        for name, side in (("", now), ("_before", before)):
            engine.view(f"workplace{name}", side.workplace)
            engine.view(f"district_member{name}", side.district_member)
            engine.view(f"workplace_trace{name}", side.workplace_trace)
        engine.variables(
            {
                "data_month": str(month),
                "newly_enrolled": str(month.shift(-NEW_MONTHS).first_day),
                "coverage_changed": coverage_changed,
            }
        )
        rows = engine.write(query("moved", "movement"), target)
    return Built(files={"movement": target}, facts={"rows": rows})


def flow_window(quarter: Quarter) -> list[Month]:
    """The months whose coming and going an edition of a quarter tells of, oldest first."""
    last = quarter.months[-1]
    return [last.shift(-back) for back in range(FLOW_QUARTERS * 3 - 1, -1, -1)]


def count_flows(
    movements: Mapping[Month, Path], facts: Sequence[Path], quarter: Quarter, edition: str, workspace: Path
) -> Path:
    """Count who came to and went from every district by quarter and kind.

    Args:
        movements: per month of `flow_window(quarter)` that follows another one, `movement`.
        facts: `fact_district_month` of every month that is in.
        quarter: the quarter judged.
        edition: the digest of the inputs, carried by every row.
        workspace: an empty folder to write in.

    Returns:
        The written file, `establishment_flow`.
    """
    target = workspace / "establishment_flow.parquet"
    months = list(movements)
    with Engine(workspace) as engine:
        engine.view("fact_district_month", facts)
        if movements:
            engine.view("movement", list(movements.values()))
        else:
            engine.execute(_NO_MOVEMENT)
        engine.connection.register(
            "flow_calendar",
            pa.table(
                {
                    "data_month": pa.array([str(month) for month in months], pa.string()),
                    "month_before": pa.array([str(month.shift(-1)) for month in months], pa.string()),
                    "flow_quarter": pa.array([str(month.quarter) for month in months], pa.string()),
                    "is_settled": pa.array([_is_settled(month, movements) for month in months], pa.bool_()),
                }
            ),
        )
        engine.variables({"quarter": str(quarter), "edition": edition})
        engine.write(query("editions", "establishment_flow"), target)
    return target


def _is_settled(month: Month, movements: Mapping[Month, Path]) -> bool:
    """Whether as many months have followed as a workplace may be gone and come back."""
    return all(month.shift(ahead) in movements for ahead in range(1, MEMORY_MONTHS + 1))


_NO_MOVEMENT = """
    CREATE VIEW movement AS SELECT
        NULL::VARCHAR AS workplace_id, NULL::VARCHAR AS direction, NULL::VARCHAR AS district_id,
        NULL::VARCHAR AS kind, NULL::INTEGER AS subscribers, NULL::VARCHAR AS data_month
    WHERE false
"""
