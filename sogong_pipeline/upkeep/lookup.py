"""Compare a workplace in the look-up service with the lake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sogong_pipeline.nps.api.lookup import Figures, LookupClient, Snapshot
from sogong_pipeline.sql_engine import Engine
from sogong_pipeline.steps.installation import Installation

MOST_ASKED = 12
"""Limit of snapshots, since each takes two requests; narrow down a common name."""
COMPARED = ("subscribers", "billed_amount_krw", "joined", "departed")


@dataclass(frozen=True)
class Found:
    """A workplace in one month: figures of the service, and rows of the lake with the same name and number.

    Attributes:
        snapshot: The row of the service.
        figures: Its figures; None if it has none.
        lake: The rows of the lake's month; None if that month is not loaded.
    """

    snapshot: Snapshot
    figures: Figures | None
    lake: Sequence[dict[str, Any]] | None

    @property
    def verdict(self) -> str:
        """The result of the comparison in words."""
        if self.lake is None:
            return f"{self.snapshot.month} is not in the lake"
        if not self.lake:
            return "not in the lake's file of that month"
        if self.figures is None:
            return "the service has no figures"
        figures = {name: asdict(self.figures)[name] for name in COMPARED}
        if any(all(row[name] == value for name, value in figures.items()) for row in self.lake):
            return "equal in the lake"
        (row, *others) = self.lake
        differences = ", ".join(f"{name} {row[name]:,}" for name in COMPARED if row[name] != figures[name])
        return f"differs: in the lake {differences}" + (
            f" (and {len(others)} more of that name)" if others else ""
        )


def look_up(
    installation: Installation, client: LookupClient, name: str, prefix: str, months: int
) -> tuple[list[Found], int]:
    """Request the newest months of a workplace and look each up in the lake.

    Args:
        installation: the installation.
        client: the service.
        name: a part of the name.
        prefix: the first six digits of its business number; any if blank.
        months: number of months back from the newest.

    Returns:
        At most `MOST_ASKED` results, and the number of snapshots left out.
    """
    snapshots = client.find(name, prefix)
    newest = sorted({one.month for one in snapshots}, reverse=True)[:months]
    recent = [one for one in snapshots if one.month in newest]
    asked = recent[:MOST_ASKED]
    return [Found(one, client.figures(one), _in_lake(installation, one)) for one in asked], len(recent) - len(
        asked
    )


def _in_lake(installation: Installation, snapshot: Snapshot) -> list[dict[str, Any]] | None:
    vintage = installation.vintage_of(snapshot.month)
    if vintage is None:
        return None
    staged = installation.months.stage(snapshot.month, vintage)
    with installation.lake.workspace() as workspace, Engine(workspace) as engine:
        engine.view("workplace", staged.path("workplace"))
        engine.variables({"name": snapshot.workplace_name, "prefix": snapshot.business_number_prefix})
        return engine.rows(
            "SELECT row_number, workplace_name, business_number_prefix, lot_address, subscribers, billed_amount_krw, "
            "joined, departed FROM workplace WHERE workplace_name = getvariable('name') "
            "AND business_number_prefix = getvariable('prefix') ORDER BY row_number"
        )
