"""The commands `simulate` and `portal`."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from sogong_pipeline.cli.options import Json, Out
from sogong_pipeline.cli.progress import steps
from sogong_pipeline.periods import Month, parse_months


def simulate(
    out: Out,
    seed: Annotated[int, typer.Option(help="Another seed is another country.")] = 1,
    months: Annotated[str, typer.Option(metavar="FIRST..LAST")] = "2023-07..2026-09",
    districts: Annotated[int, typer.Option(help="Number of districts.")] = 2185,
    outside: Annotated[float, typer.Option(help="Workplaces outside districts, per one inside.")] = 1 / 3,
    law: Annotated[
        str,
        typer.Option(
            help="1 clean addresses, 2 as vague as real ones, 3 harder, 5 all kinds of crises, N or M."
        ),
    ] = "1",
    as_json: Json = False,
) -> dict[str, Any]:
    """Write an invented country: monthly files as the portal has them, a registry, counts, and the truth."""
    from country.country import write_country
    from country.counts import write_counts
    from country.law import parse_version

    span = parse_months(months)
    with steps(len(span)) as shown:

        def report(month: Month, rows: int) -> None:
            shown.begin(f"simulate {month} ({rows:,} rows)")
            shown.done()

        summary = write_country(
            out,
            seed=seed,
            law_version=parse_version(law),
            months=span,
            districts=districts,
            outside=outside,
            progress=report,
        )
    write_counts(out / "counts", seed)
    return {
        "out": str(out),
        "summary": dataclasses.asdict(summary),
        "lines": [f"{len(span)} months, a registry, counts of small manufacturers and the truth in {out}"],
    }


def portal(
    data: Annotated[
        Path,
        typer.Option(exists=True, file_okay=False, help="Folder written by `python -m country simulate`."),
    ],
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8765,
    as_json: Json = False,
) -> dict[str, Any]:
    """Serve monthly files on this machine through the public portal's own download flow."""
    from country.portal.server import serve

    serve(data, port, announce=lambda url: typer.echo(json.dumps({"url": url}) if as_json else url))
    return {"lines": []}
