"""Classify changes: 증가, 소폭 증가, 보합, 소폭 감소, 감소, as in the regional reports; the bounds are own choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Move = Literal["up", "slightly_up", "flat", "slightly_down", "down"]
MOVES: dict[Move, str] = {
    "up": "증가",
    "slightly_up": "소폭 증가",
    "flat": "보합",
    "slightly_down": "소폭 감소",
    "down": "감소",
}
UP: frozenset[Move] = frozenset({"up", "slightly_up"})
DOWN: frozenset[Move] = frozenset({"down", "slightly_down"})
NAMED = 3
"""Number of names on either side of a sentence."""


@dataclass(frozen=True, slots=True)
class Moved:
    """An area's change on the year in percent, and its class; None is unknown."""

    name: str
    change_pct: Decimal | None
    move: Move | None


def move_of(change_pct: Decimal | None, error_pct: Decimal | None, usual_pct: Decimal | None) -> Move | None:
    """Classify a change.

    Args:
        change_pct: against the same quarter of the year before.
        error_pct: one standard error of the area's own change; if unknown, only a change of 0 is flat.
        usual_pct: mean absolute change of its last eight quarters; if unknown, no change is slight.
    """
    if change_pct is None:
        return None
    if abs(change_pct) <= (error_pct or 0):
        return "flat"
    is_slight = usual_pct is not None and abs(change_pct) < usual_pct / 2
    if change_pct > 0:
        return "slightly_up" if is_slight else "up"
    return "slightly_down" if is_slight else "down"


@dataclass(frozen=True, slots=True)
class Sides:
    """Areas by direction of change, the largest change first."""

    up: Sequence[Moved]
    down: Sequence[Moved]
    flat: Sequence[Moved]
    unknown: Sequence[Moved]


def sides(areas: Sequence[Moved]) -> Sides:
    """Group areas by direction of change; each belongs to one group."""
    ordered = sorted(areas, key=lambda one: (-abs(one.change_pct or Decimal(0)), one.name))
    return Sides(
        [one for one in ordered if one.move in UP],
        [one for one in ordered if one.move in DOWN],
        [one for one in ordered if one.move == "flat"],
        [one for one in ordered if one.move is None],
    )
