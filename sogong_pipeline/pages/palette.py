"""Colours and marks of the stages: told apart by hue, by lightness and by shape, so also in grey and by everyone."""

from __future__ import annotations

from collections.abc import Mapping

from sogong_pipeline.pages import svg
from sogong_pipeline.pages.svg import Style
from sogong_pipeline.vocabulary import Stage

INK = "#1c2733"
MUTED = "#5d6975"
RULE = "#d3d9df"
NAVY = "#1f3a5f"
PAYROLL = "#b0632b"
WORKPLACES = "#6f8294"

FILL: Mapping[Stage, str] = {
    "good": "#9dbdcb",
    "caution": "#e8a317",
    "severe": "#8f1a1f",
    "undetermined": "#ffffff",
}
EDGE: Mapping[Stage, str] = {
    "good": "#5f8698",
    "caution": "#6b4700",
    "severe": "#4d0b0e",
    "undetermined": "#5d6975",
}
ON: Mapping[Stage, str] = {"good": INK, "caution": INK, "severe": "#ffffff", "undetermined": MUTED}
"""Colour of text that stands on a stage's colour."""


def mark(stage: Stage, x: float, y: float, size: float) -> str:
    """The mark of a stage centred on (x, y): a disc, a triangle, a diamond, an open ring."""
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
