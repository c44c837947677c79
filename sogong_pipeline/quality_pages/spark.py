"""The trend of a figure in the size of a word, with the limits it should keep to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sogong_pipeline.pages import palette, svg

WIDTH, HEIGHT = 150, 30
LEAST_SPREAD = 0.2
"""A figure without limits to be held against spans at least a fifth of its size, so that a quiet one looks quiet."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a figure should lie between; None is open."""

    least: Decimal | None = None
    most: Decimal | None = None

    def hold(self, value: Decimal) -> bool:
        """Whether a value lies within."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


def spark(values: Sequence[Decimal | None], limits: Limits, title: str, *, with_limits: bool) -> str:
    """Draw a trend; an empty string when nothing is known.

    Args:
        values: One per month, None where it is not known.
        limits: Values outside are marked.
        title: The trend in words.
        with_limits: Whether the limits are drawn too; of a large count they would flatten the line.
    """
    known = [value for value in values if value is not None]
    if not known:
        return ""
    shown = [limit for limit in (limits.least, limits.most) if with_limits and limit is not None]
    low, high = min(*known, *shown, known[0]), max(*known, *shown, known[0])
    spread = max(float(high - low), 0.0 if shown else LEAST_SPREAD * float(abs(high)), 1e-6)
    middle = float(high + low) / 2

    def x(index: int) -> float:
        return 4 + (WIDTH - 8) * index / max(len(values) - 1, 1)

    def y(value: Decimal) -> float:
        return HEIGHT / 2 - (HEIGHT - 10) * (float(value) - middle) / spread

    lines = [
        svg.element("path", d=f"M0 {svg.figure(y(limit))}H{WIDTH}", stroke=palette.FILL["severe"],
                    stroke_width=0.7, stroke_dasharray="3 2")
        for limit in shown
    ]  # fmt: skip
    stretches: list[list[tuple[float, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append((x(index), y(value)))
    path = "".join(svg.line_path(stretch) for stretch in stretches if len(stretch) > 1)
    if path:
        lines.append(svg.element("path", d=path, fill="none", stroke=palette.NAVY, stroke_width=1.1))
    last = max(index for index, value in enumerate(values) if value is not None)
    for index, value in enumerate(values):
        if value is not None and (
            not limits.hold(value) or index == last or [(x(index), y(value))] in stretches
        ):
            colour = palette.NAVY if limits.hold(value) else palette.FILL["severe"]
            lines.append(svg.element("circle", cx=x(index), cy=y(value), r=1.8, fill=colour))
    return svg.drawing(WIDTH, HEIGHT, *lines, title=title)
