"""What a later file of a month changed against the first one."""

from __future__ import annotations

from pathlib import Path

from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.regions.reference import data_path
from sogong_pipeline.sql_engine import Engine, query


def revise(first: Path, later: Path, variables: dict[str, str], workspace: Path) -> Built:
    """Compare two staged files of a month.

    Args:
        first: the typed rows of the first file that counted.
        later: those of a later one.
        variables: `data_month`, `vintage` (of the later one) and `first_vintage`.
        workspace: an empty folder to write in.

    Returns:
        `month_revision` (sql/revised/month_revision), with the nation's rows added, removed and changed in the facts.
    """
    target = workspace / "month_revision.parquet"
    with Engine(workspace) as engine:
        engine.view("first_workplace", first)
        engine.view("later_workplace", later)
        engine.connection.read_csv(str(data_path("region.csv")), all_varchar=True).create_view("region")
        engine.variables(variables)
        engine.write(query("revised", "month_revision"), target)
        engine.view("month_revision", target)
        (nation,) = engine.rows(
            "SELECT rows_added, rows_removed, rows_changed FROM month_revision WHERE region_code = '00'"
        )
    return Built(files={"month_revision": target}, facts=nation)
