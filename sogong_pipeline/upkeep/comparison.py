"""Compares a month in the lake with the same month from another source, typed row for typed row; keeps nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.file.staging import stage
from sogong_pipeline.nps.portal.uploads import BytesProgress
from sogong_pipeline.periods import Month
from sogong_pipeline.sql_engine import Engine
from sogong_pipeline.steps.installation import Installation

SHOWN = 5
SIDES = {"lake": "other", "other": "lake"}
NAMED_BY = ("workplace_name", "business_number_prefix", "legal_dong_code")


@dataclass(frozen=True)
class Comparison:
    """A month beside itself from another source.

    Attributes:
        month: The month.
        vintage: The file of the lake, the one that counts.
        source: Where the other came from, and how it is called there.
        rows: Typed rows of each side.
        unequal: Of those, the rows the other side does not have as often.
        examples: The first differences, a line each.
    """

    month: Month
    vintage: str
    source: str
    rows: Mapping[str, int]
    unequal: Mapping[str, int]
    examples: Sequence[str]


def compare(
    installation: Installation, month: Month, source: str, progress: BytesProgress | None = None
) -> Comparison:
    """Fetch a month again and compare it with the file that counts.

    Args:
        installation: the installation.
        month: a month that is in.
        source: a value of `--from`, see `nps.sources.registry`.
        progress: told the bytes received.

    Raises:
        RefusedError: when the month is not in, or the source does not hold it.
    """
    vintage = installation.vintage_of(month)
    if vintage is None:
        raise RefusedError(f"{month} is not in; run `sogong ingest {month}`")
    mine = installation.months.stage(month, vintage)
    with installation.lake.workspace() as workspace:
        received = next(installation.months.received(month, source, workspace, progress))
        built = stage(received.path, received.file_name, month, workspace)
        with Engine(workspace) as engine:
            engine.view("lake", mine.path("workplace"))
            engine.view("other", built.files["workplace"])
            rows = {side: int(engine.value(f"SELECT count(*) FROM {side}")) for side in SIDES}
            unequal = {side: _unequal(engine, side) for side in SIDES}
            examples = _examples(engine) if any(unequal.values()) else []
    return Comparison(month, vintage, f"{source}: {received.origin}", rows, unequal, examples)


def _unequal(engine: Engine, side: str) -> int:
    """Keep the rows that one side alone has as `<side>_alone`; returns how many."""
    of = "SELECT * EXCLUDE (row_number, flags) FROM"
    engine.execute(f"CREATE TEMP TABLE {side}_alone AS {of} {side} EXCEPT ALL {of} {SIDES[side]}")
    return int(engine.value(f"SELECT count(*) FROM {side}_alone"))


def _examples(engine: Engine) -> list[str]:
    """The first rows of the lake that differ, each with what the other source has under the same name and place."""
    order = ", ".join(NAMED_BY)
    theirs = {_name(row): row for row in engine.rows(f"FROM other_alone ORDER BY {order}")}
    told = []
    for row in engine.rows(f"FROM lake_alone ORDER BY {order} LIMIT {SHOWN}"):
        other = theirs.pop(_name(row), None)
        told.append(f"{_name(row)}: {_differences(row, other) if other else 'in the lake alone'}")
    rest = list(theirs)[: SHOWN - len(told)]
    return told + [f"{name}: in the other source alone" for name in rest]


def _name(row: Mapping[str, Any]) -> str:
    return " ".join(str(row[column]) for column in NAMED_BY)


def _differences(mine: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{column} {value!s} in the lake, {other[column]!s} there"
        for column, value in mine.items()
        if value != other[column]
    )
