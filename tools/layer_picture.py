"""Draws the layers of the lake as an SVG: a box per layer, an arrow from each layer to those made from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from sogong_pipeline.lake.layers import Layer

WIDTH, HEIGHT = 116, 26
"""Of a box, in pixels."""
ACROSS, DOWN, MARGIN = 150, 38, 16
FILL = {"kept": "#e8edf3", "derived": "#ffffff", "edition": "#fff3d6"}


def layer_picture(layers: Sequence[Layer]) -> str:
    """The SVG of some layers; layers without needs stand at the left, others right of all they need.

    Args:
        layers: The layers, each after those it needs.
    """
    places = _places(layers)
    width = MARGIN * 2 + ACROSS * max(column for column, _ in places.values()) + WIDTH
    height = MARGIN * 2 + DOWN * max(row for _, row in places.values()) + HEIGHT
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            'font-family="sans-serif" font-size="12">',
            "<title>Layers of the lake: grey is kept, white is derived, yellow is an edition</title>",
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="6" markerHeight="6" orient="auto">'
            '<path d="M0 0L8 4L0 8z" fill="#5b6b7b"/></marker></defs>',
            *_arrows(layers, places),
            *(_box(layer, *places[layer.name]) for layer in layers if layer.name in places),
            "</svg>",
            "",
        ]
    )


def _places(layers: Sequence[Layer]) -> dict[str, tuple[int, int]]:
    """Column and row of each layer that another one needs or that is made from others."""
    needed = {need for layer in layers for need in layer.needs}
    columns: dict[str, int] = {}
    for layer in layers:
        if layer.needs or layer.name in needed:
            columns[layer.name] = max(
                (columns[need] + 1 for need in layer.needs if need != layer.name), default=0
            )
    used: dict[int, int] = {}
    places = {}
    for name, column in columns.items():
        used[column] = used.get(column, column % 2 - 1) + 1
        places[name] = (column, used[column])
    return places


def _arrows(layers: Sequence[Layer], places: dict[str, tuple[int, int]]) -> Iterator[str]:
    """An arrow per need, but none where another need leads to the same layer already."""
    above: dict[str, set[str]] = {}
    for layer in layers:
        needs = [need for need in layer.needs if need != layer.name]
        above[layer.name] = set(needs).union(*(above[need] for need in needs))
        for need in needs:
            if not any(need in above[other] for other in needs):
                (from_column, from_row), (column, row) = places[need], places[layer.name]
                start = MARGIN + from_column * ACROSS + WIDTH, MARGIN + from_row * DOWN + HEIGHT // 2
                end = MARGIN + column * ACROSS, MARGIN + row * DOWN + HEIGHT // 2
                bend = ACROSS - WIDTH
                yield (
                    f'<path d="M{start[0]} {start[1]}C{start[0] + bend} {start[1]} {end[0] - bend} {end[1]} '
                    f'{end[0]} {end[1]}" fill="none" stroke="#5b6b7b" marker-end="url(#tip)"/>'
                )


def _box(layer: Layer, column: int, row: int) -> str:
    x, y = MARGIN + column * ACROSS, MARGIN + row * DOWN
    return (
        f'<g><title>{escape(layer.about)}</title><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="3" '
        f'fill="{FILL[layer.kind]}" stroke="#5b6b7b"/><text x="{x + WIDTH // 2}" y="{y + 17}" text-anchor="middle">'
        f"{escape(layer.name)}</text></g>"
    )
