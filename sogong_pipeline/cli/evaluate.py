"""The commands `evaluate …`: what can be measured on any lake."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sogong_pipeline.cli.options import Json
from sogong_pipeline.districts.loaded import registry_in_force
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month
from sogong_pipeline.settings import Settings


def evaluate_rows(
    month: Annotated[str, typer.Argument(metavar="MONTH", help="A month that is in.")],
    as_json: Json = False,
) -> dict[str, Any]:
    """Count the workplaces of a month by sido and by how surely they are matched; the truth is not needed."""
    from sogong_pipeline.steps.installation import Installation
    from sogong_pipeline.validation import rows as real_rows

    installation = Installation(Settings())
    wanted, registry = Month.parse(month), registry_in_force(installation)
    vintage = installation.vintage_of(wanted)
    if vintage is None or registry is None:
        raise RefusedError(
            f"{wanted} or a registry is not in; run `sogong registry load` and `sogong ingest {wanted}`"
        )
    matched = installation.months.match(wanted, registry.on(wanted.quarter.last_day), vintage)
    table = real_rows.rows_by_grade(matched.path("district_member"))
    return {"month": str(wanted), "rows": table.to_dict("index"), "lines": real_rows.lines(table)}


def evaluate_chance(
    quarter: Annotated[str, typer.Argument(metavar="QUARTER", help="A quarter that was proposed.")],
    as_json: Json = False,
) -> dict[str, Any]:
    """Show what chance alone makes every rule set flag, and which planted losses it would see."""
    from sogong_pipeline.catalogue import Catalogue
    from sogong_pipeline.periods import Quarter
    from sogong_pipeline.validation import chance

    wanted = Quarter.parse(quarter)
    rows = chance.chance_rows(Catalogue(Settings()), wanted)
    return {
        "quarter": str(wanted),
        "rows": [
            {name: str(value) if value is not None else None for name, value in row.items()} for row in rows
        ],
        "lines": chance.lines(rows),
    }
