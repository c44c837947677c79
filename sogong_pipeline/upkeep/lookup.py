"""Compares one workplace as the look-up service has it with what the lake holds of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sogong_pipeline.nps.api.lookup import Figures, LookupClient, Snapshot
from sogong_pipeline.sql_engine import Engine
from sogong_pipeline.steps.installation import Installation

MOST_ASKED = 12
"""Each snapshot takes two questions; a name that many share is to be narrowed down."""
COMPARED = ("subscribers", "billed_amount_krw", "joined", "departed")


@dataclass(frozen=True)
class Found:
    """A workplace in one month: what the service says, and what the lake has under the same name and number.

    Attributes:
        snapshot: The row of the service.
        figures: Its figures; None when it has none.
        lake: The rows of the lake's month; None when that month is not in.
    """

    snapshot: Snapshot
    figures: Figures | None
    lake: Sequence[dict[str, Any]] | None

    @property
    def verdict(self) -> str:
        """How the two stand to each other, in words."""
        if self.lake is None:
            return f"{self.snapshot.month} is not in the lake"
        if not self.lake:
            return "not in the lake's file of that month"
        if self.figures is None:
            return "the service has no figures"
        said = {name: asdict(self.figures)[name] for name in COMPARED}
        if any(all(row[name] == value for name, value in said.items()) for row in self.lake):
            return "equal in the lake"
        (row, *others) = self.lake
        told = ", ".join(f"{name} {row[name]:,}" for name in COMPARED if row[name] != said[name])
        return f"differs: in the lake {told}" + (f" (and {len(others)} more of that name)" if others else "")


def look_up(
    installation: Installation, client: LookupClient, name: str, prefix: str, months: int
) -> tuple[list[Found], int]:
    """Ask for the newest months of a workplace, and find each in the lake.

    Args:
        installation: the installation.
        client: the service.
        name: a part of the name.
        prefix: the first six digits of its business number; any when blank.
        months: how many months back from the newest.

    Returns:
        What was found, at most `MOST_ASKED`, and how many were left out.
    """
    snapshots = client.find(name, prefix)
    newest = sorted({one.month for one in snapshots}, reverse=True)[:months]
    wanted = [one for one in snapshots if one.month in newest]
    asked = wanted[:MOST_ASKED]
    return [Found(one, client.figures(one), _in_lake(installation, one)) for one in asked], len(wanted) - len(
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
