"""True reasons of exits from a district, beside the reported ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from sogong_pipeline.periods import Month
from sogong_pipeline.workplaces.trace import MEMORY_MONTHS


def exits_by_kind(
    movements: Mapping[Month, pd.DataFrame],
    serial_of: Mapping[tuple[Month, str], int],
    counted: Mapping[Month, set[int]],
    events: pd.DataFrame,
) -> Counter[tuple[str, str]]:
    """Count exits from districts by true and by reported kind, for months that later ones have settled.

    Args:
        movements: Entries and exits per month, as in sql/moved/movement.
        serial_of: The true workplace behind a month's surrogate.
        counted: Per month the true workplaces in the file.
        events: True events: data_month, workplace_serial, kind.

    Returns:
        (true kind, reported kind) -> exits.
    """
    columns = (events[name].tolist() for name in ("data_month", "workplace_serial", "kind"))
    happened: set[tuple[str, int, str]] = set(zip(*columns, strict=True))
    back = {month: _back(moved) for month, moved in movements.items()}
    counts: Counter[tuple[str, str]] = Counter()
    for month, moved in movements.items():
        ahead = [month.shift(i) for i in range(1, MEMORY_MONTHS + 1)]
        if any(later not in movements for later in ahead):
            continue
        exits = moved[(moved["direction"] == "exit") & moved["district_id"].notna()]
        for name, kind in zip(exits["workplace_id"], exits["kind"], strict=True):
            serial = serial_of[month.shift(-1), name]
            reported = kind
            if kind in {"withdrawn", "below_floor", "unknown"}:
                reported = next((back[later][name] for later in ahead if name in back[later]), kind)
            counts[_true_kind(serial, month, ahead, counted, happened), reported] += 1
    return counts


def _back(moved: pd.DataFrame) -> dict[str, str]:
    """Return workplaces that returned in a month, or were reported later as withdrawn, with the kind of their exit."""
    is_back = (moved["direction"] == "entry") & moved["kind"].isin(["returned", "moved", "re_registered"])
    reported = moved[is_back | (moved["direction"] == "late")]
    return dict(zip(reported["workplace_id"], reported["kind"].replace("returned", "paused"), strict=True))


def _true_kind(
    serial: int,
    month: Month,
    ahead: list[Month],
    counted: Mapping[Month, set[int]],
    happened: set[tuple[str, int, str]],
) -> str:
    """Return the true reason why a workplace of the month before left its district."""
    for kind in ("re_registered", "moved"):
        if (str(month), serial, kind) in happened:
            return kind
    if serial in counted[month]:
        return "reassigned"
    if (str(month), serial, "closed") in happened:
        return "withdrawn"
    return "paused" if any(serial in counted[later] for later in ahead) else "below_floor"
