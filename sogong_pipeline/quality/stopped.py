"""The one line that says why a file was stopped: how many checks failed, the worst figure, and where the page is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.lake.store import open_reports
from sogong_pipeline.periods import Month
from sogong_pipeline.quality.standing import checks_of, standing

FOLDER = "quality"
"""Where the quality pages lie among the reports."""
NAMED = 3
"""As many checks as a line names."""
LONGEST_OBSERVED = 80


def page_of(catalogue: Catalogue, month: Month) -> str:
    """Where the quality page of a month is."""
    return f"{open_reports(catalogue.settings, FOLDER).address}/{month}.html"


def stopped_line(catalogue: Catalogue, month: Month, vintage: str) -> str:
    """Why a file does not count, with what to do."""
    raw = catalogue.lake.require("raw", str(month), vintage)
    stopping = standing(catalogue, month, vintage).stopping
    results = {result["check"]: result for result in _results(catalogue, month, vintage)}
    worst = max((results[name] for name in stopping if name in results), key=_how_far, default=None)
    names = ", ".join(stopping[:NAMED]) + (
        f" and {len(stopping) - NAMED} more" if len(stopping) > NAMED else ""
    )
    seen = f"; worst {worst['check']}: {_short(worst['observed'])}" if worst else ""
    return (
        f"{month}: the gate stopped {raw.facts['file_name']}: {len(stopping)} critical ({names}){seen}; it is kept "
        f"and not measured, see {page_of(catalogue, month)}"
    )


def _results(catalogue: Catalogue, month: Month, vintage: str) -> list[dict[str, Any]]:
    return [
        row
        for partition in checks_of(catalogue, month, vintage)
        for row in pq.read_table(partition.path("quality_check")).to_pylist()
        if row["severity"] == "critical" and not row["passed"]
    ]


def _how_far(result: dict[str, Any]) -> Decimal:
    """How far a figure lies outside its limits."""
    figure, least, most = result["figure"], result["least"], result["most"]
    if figure is None:
        return Decimal(0)
    below = least - figure if least is not None else Decimal(0)
    above = figure - most if most is not None else Decimal(0)
    return Decimal(max(below, above))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_OBSERVED else f"{text[:LONGEST_OBSERVED]}…"
