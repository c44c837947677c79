"""The trend of a figure in the size of a word, with the limits it should keep to."""

from __future__ import annotations

from decimal import Decimal

from sogong_pipeline.pages import palette
from sogong_pipeline.pages.drawings import LimitedSparkline
from sogong_pipeline.renderers.svg import elements as svg

WIDTH, HEIGHT = 150, 30
LEAST_SPREAD = 0.2
"""A figure without limits to be held against spans at least a fifth of its size, so that a quiet one looks quiet."""


def sparkline(data: LimitedSparkline) -> str:
    """A word-sized trend with the values outside its limits marked."""
    values, limits = data.values, data.limits
    known = [value for value in values if value is not None]
    shown = [limit for limit in (limits.least, limits.most) if data.with_limits and limit is not None]
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
    return svg.drawing(WIDTH, HEIGHT, *lines, title=data.alt)
