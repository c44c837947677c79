"""The commands `warehouse rebuild` and `warehouse grant`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sogong_pipeline.cli.options import Json, open_installation, open_lake_in_use


def warehouse_rebuild(
    even_if_smaller: Annotated[
        bool,
        typer.Option(
            "--even-if-smaller", help="Also when the warehouse has months or editions the lake lacks."
        ),
    ] = False,
    as_json: Json = False,
) -> dict[str, Any]:
    """Load every table again from the lake; what the lake lacks is never dropped unasked."""
    from sogong_pipeline.warehouse.fit import left_out

    installation = open_lake_in_use()
    warehouse = installation.warehouse
    warehouse.rebuild(even_if_smaller=even_if_smaller)
    outdated = list(left_out(installation))
    return {
        "rebuilt": True,
        "left_out": outdated,
        "lines": [f"rebuilt {warehouse.database.address}", *outdated],
    }


def warehouse_grant(
    role: Annotated[str, typer.Argument(help="A role that exists and cannot write.")], as_json: Json = False
) -> dict[str, Any]:
    """Let a PostgreSQL role read every table and view, and nothing more."""
    warehouse = open_installation().warehouse
    warehouse.grant(role)
    return {"role": role, "lines": [f"{role} may read every table and view of {warehouse.database.address}"]}
