"""Contributions of parts to the change of a whole, in heads and points; rounded values add up exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from sogong_pipeline.pages.wording import CHANGE_DIGITS


@dataclass(frozen=True, slots=True)
class Contribution:
    """Contribution of a part to the change of its whole.

    Attributes:
        part: A division, a size band, inside or outside.
        heads: Change of its monthly mean, one decimal.
        points: Its share of the change of the whole, in percentage points of the whole's base.
    """

    part: str
    heads: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Months:
    """A figure summed over the loaded months of a quarter."""

    total: int
    months: int

    @property
    def mean(self) -> Fraction:
        """Monthly mean."""
        return Fraction(self.total, self.months)


def contributions(
    before: Mapping[str, int], now: Mapping[str, int], months_before: int, months: int
) -> tuple[list[Contribution], Contribution] | None:
    """Decompose the change of a whole into its parts.

    Args:
        before: the sum of each part over the months of the base.
        now: the same over the months of the quarter.
        months_before: number of loaded months of the base.
        months: number of loaded months of the quarter.

    Returns:
        The parts, the largest change first, and the whole (its `part` is empty); None without a base.
    """
    base = sum(before.values())
    if not base or not months or not months_before:
        return None
    parts = list(dict.fromkeys([*before, *now]))
    heads = [
        Fraction(now.get(part, 0), months) - Fraction(before.get(part, 0), months_before) for part in parts
    ]
    mean = Fraction(base, months_before)
    printed_heads, total_heads = add_up(heads, 1)
    printed_points, total_points = add_up([100 * change / mean for change in heads], CHANGE_DIGITS)
    shared = [
        Contribution(part, own_heads, own_points)
        for part, own_heads, own_points in zip(parts, printed_heads, printed_points, strict=True)
    ]
    order = {part: -abs(change) for part, change in zip(parts, heads, strict=True)}
    shared.sort(key=lambda one: (order[one.part], one.part))
    return shared, Contribution("", total_heads, total_points)


def add_up(values: Sequence[Fraction], digits: int) -> tuple[list[Decimal], Decimal]:
    """Round values so that they add up to their rounded sum: by largest remainders, ties to the first."""
    scale = 10**digits
    total = round(sum(values, Fraction(0)) * scale)  # half to even
    whole = [floor(value * scale) for value in values]
    by_remainder = sorted(range(len(values)), key=lambda place: (whole[place] - values[place] * scale, place))
    for place in by_remainder[: max(total - sum(whole), 0)]:
        whole[place] += 1
    step = Decimal(1).scaleb(-digits)
    return [value * step for value in whole], total * step


def folded(parts: Sequence[Contribution], most: int, rest: str) -> list[Contribution]:
    """Return the first parts and the sum of the remaining ones as one part."""
    if len(parts) <= most:
        return list(parts)
    tail = parts[most - 1 :]
    together = Contribution(
        rest,
        sum((one.heads for one in tail), Decimal(0)),
        sum((one.points for one in tail), Decimal(0)),
    )
    return [*parts[: most - 1], together]
