"""Sums by group."""

from __future__ import annotations

import numpy as np

from sogong_pipeline.stages.likelihood.parameters import Flags, Floats, Integers


def sum_by(label: Integers, values: Floats | Flags | None, groups: int) -> Floats:
    """Sum of values by group, or the count of members when there are no values.

    Args:
        label: Number of the group of each value; numbers from `groups` on are left out.
        values: The values, same shape.
        groups: Number of groups.
    """
    total: Floats = np.bincount(label, values, minlength=groups)[:groups].astype(np.float64)
    return total
