"""Compare a month in the lake with another source, typed row by typed row; stores nothing."""

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
    """Comparison of a month with another source.

    Attributes:
        month: The month.
        vintage: The file in force in the lake.
        source: Name of the other source, and of the file there.
        rows: Typed rows of each side.
        unequal: Rows of each side without an equal on the other, counting duplicates.
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
    """Fetch a month again and compare it with the file in force.

    Args:
        installation: the installation.
        month: a loaded month.
        source: a value of `--from`, see `nps.sources.registry`.
        progress: called with the bytes received.

    Raises:
        RefusedError: when the month is not loaded, or the source does not have it.
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
    """Store the rows of one side only as `<side>_alone`; return their number."""
    of = "SELECT * EXCLUDE (row_number, flags) FROM"
    engine.execute(f"CREATE TEMP TABLE {side}_alone AS {of} {side} EXCEPT ALL {of} {SIDES[side]}")
    return int(engine.value(f"SELECT count(*) FROM {side}_alone"))


def _examples(engine: Engine) -> list[str]:
    """Return the first differing rows of the lake, each with the row of the same name and place in the other source."""
    order = ", ".join(NAMED_BY)
    theirs = {_name(row): row for row in engine.rows(f"FROM other_alone ORDER BY {order}")}
    lines = []
    for row in engine.rows(f"FROM lake_alone ORDER BY {order} LIMIT {SHOWN}"):
        other = theirs.pop(_name(row), None)
        lines.append(f"{_name(row)}: {_differences(row, other) if other else 'in the lake alone'}")
    rest = list(theirs)[: SHOWN - len(lines)]
    return lines + [f"{name}: in the other source alone" for name in rest]


def _name(row: Mapping[str, Any]) -> str:
    return " ".join(str(row[column]) for column in NAMED_BY)


def _differences(mine: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{column} {value!s} in the lake, {other[column]!s} there"
        for column, value in mine.items()
        if value != other[column]
    )
