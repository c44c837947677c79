"""Totals of districts by quarter, computed from workplaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sogong_pipeline.stages.likelihood.grouping import sum_by
from sogong_pipeline.stages.likelihood.panel import ABSENT, Panel
from sogong_pipeline.stages.likelihood.parameters import Flags, Floats, Integers

MONTHS = 3


@dataclass(frozen=True)
class Totals:
    """Means over the months of a quarter; arrays have shape (districts,).

    Attributes:
        workplaces: Workplaces.
        workers: Workers.
        payroll: Pay, won; zeros where the panel has none.
    """

    workplaces: Floats
    workers: Floats
    payroll: Floats


def totals_of(panel: Panel, quarter: int, label: Integers, chosen: Flags | None = None) -> Totals:
    """Sum up the workplaces of a quarter by district.

    Args:
        panel: The workplaces.
        quarter: Number of the quarter.
        label: District of every workplace, `ABSENT` for one out of sight; numbers from
            `panel.districts` on are outside.
        chosen: Workplaces to use; defaults to all.
    """
    is_used = (label != ABSENT) & (panel.months[:, quarter] > 0)
    rows = np.flatnonzero(is_used if chosen is None else is_used & chosen)
    of = label[rows]

    def total(values: Floats) -> Floats:
        return sum_by(of, values, panel.districts) / MONTHS

    months = panel.months[rows, quarter].astype(float)
    paid = panel.payroll[rows, quarter] if panel.payroll.shape[1] else np.zeros(rows.size)
    return Totals(total(months), total(months * panel.heads[rows, quarter]), total(paid))


def change(now: Floats, before: Floats) -> Floats:
    """Return the relative change, NaN where the base is 0."""
    return np.where(before > 0, now / np.where(before > 0, before, 1.0) - 1, np.nan)
