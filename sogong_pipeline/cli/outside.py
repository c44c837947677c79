"""The commands `outside fetch` and `load`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sogong_pipeline.cli.options import Json, open_installation


def outside_fetch(
    indicator: Annotated[
        str, typer.Argument(metavar="[INDICATOR]", help="One indicator; all whose key is set if not given.")
    ] = "",
    since: Annotated[
        str | None,
        typer.Option(metavar="MONTH", help="First month; about two years back if not given, for revisions."),
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Fetch indicators of other agencies with your own keys into the lake; they are never released."""
    from sogong_pipeline.outside.fetching import fetch
    from sogong_pipeline.periods import Month

    outcome = fetch(open_installation(), indicator, Month.parse(since) if since else None)
    refused = {name: str(error) for name, error in outcome.refused.items()}
    return {
        "added": [asdict(one) for one in outcome.added],
        "messages": outcome.messages,
        "without_key": outcome.without_key,
        "refused": refused,
        "status": 1 if refused else 0,
        "lines": [
            *(one.line for one in outcome.added),
            *outcome.messages,
            *outcome.without_key,
            *(f"{name}: {line}" for name, line in refused.items()),
        ],
    }


def outside_load(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV or XLSX as in docs/outside.md.")
    ],
    as_json: Json = False,
) -> dict[str, Any]:
    """Keep the office's own sales and arrears by district or 시군구 and month; they are never released."""
    from sogong_pipeline.outside.office_file import load_file

    added = load_file(open_installation(), file)
    return {"added": [asdict(one) for one in added], "lines": [one.line for one in added]}
