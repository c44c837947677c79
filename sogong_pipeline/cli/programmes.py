"""The command `programmes check`."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sogong_pipeline.cli.options import Json
from sogong_pipeline.settings import Settings


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
