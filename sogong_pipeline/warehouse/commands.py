"""The commands `warehouse rebuild` and `warehouse grant`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sogong_pipeline.options import Json, open_both


def warehouse_rebuild(as_json: Json = False) -> dict[str, Any]:
    """Load every table again from the lake."""
    _, warehouse = open_both()
    warehouse.rebuild()
    return {"rebuilt": True, "lines": [f"rebuilt {warehouse.database.address}"]}


def warehouse_grant(
    role: Annotated[str, typer.Argument(help="A role that exists and cannot write.")], as_json: Json = False
) -> dict[str, Any]:
    """Let a PostgreSQL role read every table and view, and nothing more."""
    _, warehouse = open_both()
    warehouse.grant(role)
    return {"role": role, "lines": [f"{role} may read every table and view of {warehouse.database.address}"]}
