"""Districts of a panel that carry the large-workplace mark, with the workplaces behind it."""

from __future__ import annotations

import numpy as np

from sogong_pipeline.stages.likelihood.panel import Panel
from sogong_pipeline.stages.likelihood.parameters import Integers
from sogong_pipeline.stages.mark import LAGS, RAISE_FALL, Mark, replay_mark

MONTHS = 3


def marks_of(panel: Panel, keys: Integers, quarters: range) -> dict[int, Mark]:
    """Replay the mark of every district whose workers fell by a fifth in some quarter.

    Args:
        panel: The workplaces.
        keys: Key of each workplace.
        quarters: Numbers of the quarters to replay, the judged one last.

    Returns:
        The marks that are up in the last quarter, by number of the district.
    """
    first = max(quarters.start - max(LAGS), 0)
    seen = [quarter for quarter in range(first, quarters.stop) if panel.is_known(quarter)]
    workers = np.zeros((panel.districts, quarters.stop))
    for quarter in seen:
        rows = np.flatnonzero((panel.place[:, quarter] >= 0) & (panel.place[:, quarter] < panel.districts))
        heads = panel.months[rows, quarter] * panel.heads[rows, quarter] / MONTHS
        workers[:, quarter] = np.bincount(panel.place[rows, quarter], heads, panel.districts)
    fell = np.zeros(panel.districts, dtype=bool)
    for quarter in quarters:
        for lag in LAGS:
            if quarter in seen and quarter - lag in seen:
                fell |= workers[:, quarter] <= (1 - RAISE_FALL) * workers[:, quarter - lag]
    marks = {}
    for district in np.flatnonzero(fell).tolist():
        by_quarter = {quarter: float(workers[district, quarter]) for quarter in seen}
        heads_of = {
            quarter: {
                f"{keys[row].astype(np.uint64):016x}": float(
                    panel.months[row, quarter] * panel.heads[row, quarter] / MONTHS
                )
                for row in np.flatnonzero(panel.place[:, quarter] == district)
            }
            for quarter in seen
        }
        mark = replay_mark([quarter for quarter in quarters if quarter in seen], by_quarter, heads_of)
        if mark:
            marks[district] = mark
    return marks
