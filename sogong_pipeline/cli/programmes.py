"""The commands `programmes list`, `check`, `calls` and `record`."""

from __future__ import annotations

import getpass
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sogong_pipeline.cli.options import Json, open_lake_in_use
from sogong_pipeline.errors import counted
from sogong_pipeline.settings import Settings


def programmes_list(as_json: Json = False) -> dict[str, Any]:
    """List every measure and programme with its number, its tie to the stage and its year."""
    from sogong_pipeline.programmes.programme import programmes

    return {
        "programmes": [asdict(one) for one in programmes()],
        "lines": [f"{one.id:<16} {one.tie_to_stage:<12} {one.year:<8} {one.name}" for one in programmes()],
    }


def programmes_record(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A sheet of support given.")],
    by: Annotated[
        str | None, typer.Option(help="Who confirms it; the user of this machine if not given.")
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Record who got what under which programme, all of a sheet or nothing; see docs/plans.md for its columns."""
    from sogong_pipeline.programmes.support import by_programme, record_support

    rows, is_new = record_support(open_lake_in_use(), file, by or getpass.getuser())
    reached = by_programme(rows)
    return {
        "recording": rows[0].recording,
        "rows": len(rows),
        "programmes": {name: workplaces for name, (workplaces, _) in reached.items()},
        "new": is_new,
        "lines": [
            f"{counted(len(rows), 'row')} of support recorded"
            + ("" if is_new else "  (was recorded already)"),
            *(f"{name:<16} {counted(workplaces, 'workplace')}" for name, (workplaces, _) in reached.items()),
        ],
    }


def programmes_check(as_json: Json = False) -> dict[str, Any]:
    """List the entries of the list of programmes that are older than last year; exit status 3 when there are any."""
    from sogong_pipeline.programmes.programme import outdated, programmes

    every, old = programmes(), outdated(Settings().clock().date())
    ties = Counter(one.tie_to_stage for one in every)
    return {
        "entries": len(every),
        "ties": dict(ties),
        "old": [one.id for one in old],
        "status": 3 if old else 0,
        "lines": [
            *(f"{one.year:<8} {one.id:<16} {one.name}  ({one.source})" for one in old),
            f"{len(every)} entries, {len(old)} to look at again: their source is of the year before last or older",
        ],
    }


def programmes_calls(
    hashtags: Annotated[str, typer.Option(help="Words to look for, joined by commas.")] = "",
    most: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    as_json: Json = False,
) -> dict[str, Any]:
    """Show open calls of 기업마당; needs a key of your own in SOGONG_BIZINFO_KEY."""
    from sogong_pipeline.programmes.calls import open_calls

    settings = Settings()
    found = open_calls(settings.bizinfo_url, settings.bizinfo_key, hashtags, most)
    return {
        "calls": [asdict(one) for one in found],
        "lines": [
            *(f"{one.dates or '-':<25} {one.title}  ({one.agency})  {one.link}" for one in found),
            f"{len(found)} open calls" if found else "the service has no open call for this",
        ],
    }
