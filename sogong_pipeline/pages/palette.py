"""Colours and marks of the stages: distinguished by hue, lightness and shape, so that they also work in greyscale."""

from __future__ import annotations

from collections.abc import Mapping

from sogong_pipeline.vocabulary import Measure, Stage

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
"""Colour of text on a stage's colour."""
SERIES: Mapping[Measure, tuple[str, str]] = {
    "workers": (NAVY, "none"),
    "payroll_krw": (PAYROLL, "5 2"),
    "workplaces": (WORKPLACES, "1.5 1.8"),
}
"""Colour and dashes of the line of a measure."""
