"""The figures of a staged month that the gate looks at: the month as a whole, and each 시도."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from sogong_pipeline.periods import Month
from sogong_pipeline.quality.bounds import bounds
from sogong_pipeline.rates.contribution import contribution_for
from sogong_pipeline.regions.crosswalk import divided_codes, today_of_codes
from sogong_pipeline.regions.reference import data_path
from sogong_pipeline.sql_engine import Engine, query

DUPLICATE = "the same line stands earlier in the file"
"""How sql/staged/workplace says that a row copies another."""


@dataclass(frozen=True)
class Profiles:
    """Figures by name: one row of the month, one per 시도 of today, one per area and column that decides membership."""

    month: dict[str, Any]
    sidos: list[dict[str, Any]]
    columns: list[dict[str, Any]]


@dataclass(frozen=True)
class Before:
    """The last month that counts before the one that is checked: its typed rows, and which month it is."""

    rows: Path
    month: Month


def profile(staged: Path, quarantine: Path, before: Before | None, month: Month, workspace: Path) -> Profiles:
    """Compute the figures of a month.

    Args:
        staged: its typed rows.
        quarantine: its rows that could not be typed.
        before: the last month that counts before it, where one is near enough to tell anything.
        month: the data month.
        workspace: a folder to spill to.
    """
    now, last = contribution_for(month), contribution_for(before.month if before else month.shift(-1))
    with Engine(workspace) as engine:
        engine.view("workplace", [staged, before.rows] if before else staged)
        engine.view("quarantine", quarantine)
        for table in ("region.csv", "legal_dong.csv.gz"):
            read = engine.connection.read_csv(str(data_path(table)), all_varchar=True)
            read.create_view(table.partition(".")[0])
        engine.connection.register("bound", pa.Table.from_pylist(bounds("sido_bounds")["bounds"]))
        watched = [
            {"place": place, **column} for place, column in enumerate(bounds("column_bounds")["columns"])
        ]
        engine.connection.register("watched", pa.Table.from_pylist(watched))
        engine.connection.register("dong_today", today_of_codes())
        engine.connection.register("dong_divided", divided_codes())
        engine.variables(
            {
                "data_month": str(month),
                "has_month_before": before is not None,
                "quarantined_rows": engine.value("SELECT count(*) FROM quarantine"),
                "duplicate_rows": engine.value(
                    f"SELECT count(*) FROM quarantine WHERE contains(reason, '{DUPLICATE}')"
                ),
                "rate_bp": now.rate_bp,
                "rate_bp_before": last.rate_bp,
                "billed_at_ceiling_krw": now.billed_at_ceiling_krw,
                "billed_at_floor_krw": now.billed_at_floor_krw,
            }
        )
        return Profiles(
            month=engine.rows(query("checked", "month_profile"))[0],
            sidos=engine.rows(query("checked", "sido_profile")),
            columns=engine.rows(query("checked", "column_profile")),
        )
