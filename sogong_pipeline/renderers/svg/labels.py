"""Placing words on a map so that none covers another or a mark that matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from sogong_pipeline.pages.widths import text_width

Rectangle = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels."""
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A label where it was found a place: its baseline point and which end of the text stands there."""

    words: str
    x: float
    y: float
    anchor: Anchor


@dataclass(slots=True)
class Sheet:
    """The area labels may stand in, and what is taken already."""

    bounds: Rectangle
    taken: list[Rectangle] = field(default_factory=list)

    def reserve(self, x: float, y: float, reach: float) -> None:
        """Keep a square around a mark free."""
        self.taken.append((x - reach, y - reach, x + reach, y + reach))

    def beside(self, wordings: Sequence[str], x: float, y: float, reach: float, size: float) -> Placed | None:
        """Put the first wording that fits right, left, above or below of a mark; None when none does."""
        for words in wordings:
            wide = text_width(words, size)
            spots: tuple[tuple[float, float, Anchor, float], ...] = (
                (x + reach, y + size * 0.35, "start", x + reach),
                (x - reach, y + size * 0.35, "end", x - reach - wide),
                (x, y - reach, "middle", x - wide / 2),
                (x, y + reach + size * 0.75, "middle", x - wide / 2),
            )
            for at, baseline, anchor, left in spots:
                if self._take((left, baseline - size * 0.85, left + wide, baseline + size * 0.2)):
                    return Placed(words, at, baseline, anchor)
        return None

    def centred(self, words: str, x: float, y: float, size: float) -> Placed | None:
        """Put words over a point; None when they do not fit."""
        wide = text_width(words, size)
        if self._take((x - wide / 2, y - size * 0.5, x + wide / 2, y + size * 0.55)):
            return Placed(words, x, y + size * 0.35, "middle")
        return None

    def _take(self, wanted: Rectangle) -> bool:
        left, top, right, bottom = self.bounds
        inside = left <= wanted[0] and top <= wanted[1] and wanted[2] <= right and wanted[3] <= bottom
        if not inside or any(_overlap(wanted, other) for other in self.taken):
            return False
        self.taken.append(wanted)
        return True


def _overlap(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
