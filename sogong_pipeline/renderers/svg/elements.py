"""The little of SVG that charts and maps need: elements with everything from outside escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

Style = dict[str, str | float]
"""Attributes shared by elements."""

FONT = "Pretendard, 'Noto Sans KR', 'Malgun Gothic', 'Apple SD Gothic Neo', NanumGothic, sans-serif"


def in_font(svg: str, family: str) -> str:
    """A drawing with its words in one font, for a format that brings its own."""
    return svg.replace(escape(FONT), escape(family))


def size(svg: str) -> tuple[float, float]:
    """Width and height of a drawing, in CSS pixels."""
    found = re.match(r'<svg [^>]*viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    if found is None:
        raise ValueError("not a drawing of ours")
    return float(found[1]), float(found[2])


def figure(value: float) -> str:
    """A coordinate to a tenth of a pixel, as short as it can be written."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0").replace("-0.", "-.")


def element(name: str, *children: str, **attributes: str | float) -> str:
    """An element; `stroke_width=1` becomes `stroke-width="1"`. Children are markup already, attributes are not."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value) if isinstance(value, str) else figure(value)}"'
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def text(content: str, x: float, y: float, **attributes: str | float) -> str:
    """A line of text with its baseline start at (x, y)."""
    return element("text", escape(content), x=x, y=y, **attributes)


def line_path(points: Iterable[tuple[float, float]], *, closed: bool = False) -> str:
    """Path data through the points, those that fall on the one before left out."""
    written: list[str] = []
    for x, y in points:
        pair = f"{figure(x)} {figure(y)}"
        if not written or written[-1] != pair:
            written.append(pair)
    return "M" + "L".join(written) + ("Z" if closed else "")


def drawing(width: float, height: float, *children: str, title: str = "") -> str:
    """A whole SVG that scales with its place; the title is what a screen reader says, and one without is decoration."""
    return element(
        "svg",
        *([element("title", escape(title))] if title else []),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {figure(width)} {figure(height)}",
        width=width,
        height=height,
        **({"role": "img"} if title else {"aria_hidden": "true"}),
    )
