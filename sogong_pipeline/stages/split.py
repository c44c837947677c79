"""Decomposition of a change into national, industry and local parts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from sogong_pipeline.stages.likelihood.parameters import Floats, Integers


@dataclass(frozen=True)
class Split:
    """Change of one district in points, two decimals; the three parts add up to the change.

    Attributes:
        change: Change of the district, in percent.
        nation: Change of the nation.
        industry: Part of its industry mix: by its weights at the base, each division's change less the nation's.
        local: The rest, which takes the rounding.
    """

    change: Decimal
    nation: Decimal
    industry: Decimal
    local: Decimal


def split_changes(
    now: Integers, before: Integers, nation_now: Integers, nation_before: Integers
) -> list[Split | None]:
    """Split the change of every district; None where its base is 0.

    Args:
        now: Workers by district and division, shape (districts, divisions).
        before: The same at the base.
        nation_now: Workers of the nation by division.
        nation_before: The same at the base; a division without workers there changes as the nation does.
    """
    total = int(nation_before.sum())
    growth = int(nation_now.sum()) / total - 1 if total else 0.0
    by_division = np.where(
        nation_before > 0, nation_now / np.where(nation_before > 0, nation_before, 1) - 1, growth
    )
    return [
        _split(int(now[i].sum()), before[i], growth, by_division - growth) for i in range(before.shape[0])
    ]


def _split(now: int, before: Integers, growth: float, beyond: Floats) -> Split | None:
    workers = int(before.sum())
    if not workers:
        return None
    change = _points(now / workers - 1)
    nation = _points(growth)
    industry = _points(float(before @ beyond) / workers)
    return Split(change, nation, industry, change - nation - industry)


def _points(share: float) -> Decimal:
    return Decimal(repr(round(100 * share, 9))).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
