"""The commands `evaluate …`: what can be measured on any lake."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sogong_pipeline.cli.options import Json, open_lake_in_use
from sogong_pipeline.districts.loaded import districts_of, registry_in_force
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month


def evaluate_rows(
    month: Annotated[str, typer.Argument(metavar="MONTH", help="A month that is in.")],
    as_json: Json = False,
) -> dict[str, Any]:
    """Count the workplaces of a month by sido and by how surely they are matched; the truth is not needed."""
    from sogong_pipeline.validation import rows as real_rows

    installation = open_lake_in_use()
    wanted, registry = Month.parse(month), registry_in_force(installation)
    vintage = installation.vintage_of(wanted)
    if vintage is None or registry is None:
        raise RefusedError(
            f"{wanted} or a registry is not in; run `sogong registry load` and `sogong ingest {wanted}`"
        )
    matched = installation.months.match(wanted, districts_of(installation, registry, wanted.quarter), vintage)
    table = real_rows.rows_by_grade(matched.path("district_member"))
    return {"month": str(wanted), "rows": table.to_dict("index"), "lines": real_rows.lines(table)}


def evaluate_chance(
    quarter: Annotated[str, typer.Argument(metavar="QUARTER", help="A quarter that was proposed.")],
    as_json: Json = False,
) -> dict[str, Any]:
    """Show what chance alone makes every rule set flag, and which planted losses it would see."""
    from sogong_pipeline.periods import Quarter
    from sogong_pipeline.validation import chance

    wanted = Quarter.parse(quarter)
    rows = chance.chance_rows(open_lake_in_use(), wanted)
    return {
        "quarter": str(wanted),
        "rows": [
            {name: str(value) if value is not None else None for name, value in row.items()} for row in rows
        ],
        "lines": chance.lines(rows),
    }


def evaluate_register(
    month: Annotated[
        str | None, typer.Option("--month", metavar="MONTH", help="The newest that is in if not given.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed hides other rows together.")] = 1,
    as_json: Json = False,
) -> dict[str, Any]:
    """Hide rows that a factory register names, place them by everything else, and count what comes out right."""
    from sogong_pipeline.validation import register
    from sogong_pipeline.validation.intervals import NO_ROW
    from sogong_pipeline.validation.register_month import measure_register

    installation = open_lake_in_use()
    passed = installation.passed()
    if not passed:
        raise RefusedError("no month is in; run `sogong ingest` first")
    wanted = Month.parse(month) if month else passed[-1]
    measured = measure_register(installation, wanted, seed)
    return {
        "month": str(wanted),
        "coverage": {name: share.figures() for name, share in measured.coverage.items()},
        "joined_by_size": {name: share.figures() for name, share in measured.joined_by_size.items()},
        "random_dong": measured.random_dong.figures(),
        "contradictions": measured.contradictions.figures(),
        "several": measured.several.figures(),
        "hidden": {
            cut: {
                str(key): {**row, **measured.precision(cut).get(str(key), NO_ROW).figures()}
                for key, row in measured.counts(cut).to_dict("index").items()
            }
            for cut in register.CUTS
        },
        "lines": register.lines(measured),
    }
