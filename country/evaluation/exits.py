"""Why workplaces truly left a district, beside what the pipeline tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from sogong_pipeline.periods import Month
from sogong_pipeline.workplaces.trace import MEMORY_MONTHS


def exits_told(
    movements: Mapping[Month, pd.DataFrame],
    serial_of: Mapping[tuple[Month, str], int],
    counted: Mapping[Month, set[int]],
    events: pd.DataFrame,
) -> Counter[tuple[str, str]]:
    """Count exits from districts by true and by told kind, for months that later ones have settled.

    Args:
        movements: Per month who came and went, as in sql/moved/movement.
        serial_of: The true workplace behind a month's surrogate.
        counted: Per month the true workplaces in the file.
        events: What truly happened: data_month, workplace_serial, kind.

    Returns:
        (true kind, told kind) -> exits.
    """
    columns = (events[name].tolist() for name in ("data_month", "workplace_serial", "kind"))
    happened: set[tuple[str, int, str]] = set(zip(*columns, strict=True))
    back = {month: _back(moved) for month, moved in movements.items()}
    found: Counter[tuple[str, str]] = Counter()
    for month, moved in movements.items():
        ahead = [month.shift(i) for i in range(1, MEMORY_MONTHS + 1)]
        if any(later not in movements for later in ahead):
            continue
        exits = moved[(moved["direction"] == "exit") & moved["district_id"].notna()]
        for name, kind in zip(exits["workplace_id"], exits["kind"], strict=True):
            serial = serial_of[month.shift(-1), name]
            told = kind
            if kind in {"withdrawn", "below_floor", "unknown"}:
                told = next((back[later][name] for later in ahead if name in back[later]), kind)
            found[_true_kind(serial, month, ahead, counted, happened), told] += 1
    return found


def _back(moved: pd.DataFrame) -> dict[str, str]:
    """Who came back in a month, or was told to have withdrawn earlier, and what the exit was therefore."""
    is_back = (moved["direction"] == "entry") & moved["kind"].isin(["returned", "moved", "re_registered"])
    told = moved[is_back | (moved["direction"] == "late")]
    return dict(zip(told["workplace_id"], told["kind"].replace("returned", "paused"), strict=True))


def _true_kind(
    serial: int,
    month: Month,
    ahead: list[Month],
    counted: Mapping[Month, set[int]],
    happened: set[tuple[str, int, str]],
) -> str:
    """Why a workplace that was in a district the month before is not any more."""
    for kind in ("re_registered", "moved"):
        if (str(month), serial, kind) in happened:
            return kind
    if serial in counted[month]:
        return "reassigned"
    if (str(month), serial, "closed") in happened:
        return "withdrawn"
    return "paused" if any(serial in counted[later] for later in ahead) else "below_floor"
