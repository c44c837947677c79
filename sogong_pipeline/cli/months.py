"""The command `month accept`: a person takes on what stops or holds a month."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sogong_pipeline.cli.options import Json, open_lake_in_use
from sogong_pipeline.periods import Month


def month_accept(
    month: Annotated[str, typer.Argument(help="2026-09")],
    by: Annotated[str, typer.Option(help="Who accepts; printed in every report of the quarter.")],
    reason: Annotated[str, typer.Option(help="Why; printed likewise.")],
    check: Annotated[
        list[str] | None,
        typer.Option(help="A check that stops the month, one by one; all that hold it if not given."),
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Accept what the gates hold or stopped in the file of a month that came last, for good and on the record."""
    from sogong_pipeline.quality.standing import standing
    from sogong_pipeline.steps.after import after_months

    wanted, installation = Month.parse(month), open_lake_in_use()
    states = installation.months.accept(wanted, check or [], by, reason)
    after_months(installation, [wanted])
    installation.warehouse.load_month(wanted)
    left = standing(installation, wanted, installation.vintages(wanted)[0])
    lines = [f"{wanted}: accepted by {by.strip()}"]
    if left.stopping:
        lines.append(
            f"still stopped by {', '.join(left.stopping)}; accept each with --check, or get a good file"
        )
    elif left.holding:
        lines.append(f"still held by {', '.join(left.holding)}")
    else:
        lines.append(f"it counts; run `sogong propose` for {wanted.quarter} and the quarters that rest on it")
    return {
        "month": str(wanted),
        "stopping": list(left.stopping),
        "holding": list(left.holding),
        "counts": bool(states) and not left.stopping,
        "lines": lines,
    }
