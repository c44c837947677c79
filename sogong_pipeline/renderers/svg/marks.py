"""Marks of the stages: a disc, a triangle, a diamond, an open ring."""

from __future__ import annotations

from sogong_pipeline.pages.palette import EDGE, FILL
from sogong_pipeline.renderers.svg import elements as svg
from sogong_pipeline.renderers.svg.elements import Style
from sogong_pipeline.vocabulary import Stage


def mark(stage: Stage, x: float, y: float, size: float) -> str:
    """The mark of a stage centred on (x, y)."""
    style: Style = {"fill": FILL[stage], "stroke": EDGE[stage], "stroke_width": 0.8}
    if stage == "severe":
        reach = size * 0.62
        corners = [(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)]
        return svg.element("path", d=svg.line_path(corners, closed=True), **style)
    if stage == "caution":
        reach = size * 0.58
        corners = [(x, y - reach), (x + reach, y + reach * 0.8), (x - reach, y + reach * 0.8)]
        return svg.element("path", d=svg.line_path(corners, closed=True), **style)
    radius = size * (0.36 if stage == "good" else 0.38)
    return svg.element("circle", cx=x, cy=y, r=radius, **style)


def sample(stage: Stage) -> str:
    """The mark alone, for a legend or a line of text."""
    return svg.drawing(12, 12, mark(stage, 6, 6, 9))
