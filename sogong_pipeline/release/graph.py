"""The tables and what joins them as boxes and lines, from `references` and `joins` of the schemas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sogong_pipeline.warehouse.tables import schemas

BOX_WIDTH, BOX_HEIGHT, ROW_STEP, COLUMN_STEP, MARGIN = 210, 22, 30, 300, 10
"""In pixels."""


@dataclass(frozen=True)
class Box:
    """A table: its name and the upper left corner."""

    name: str
    x: int
    y: int
    width: int = BOX_WIDTH
    height: int = BOX_HEIGHT


@dataclass(frozen=True)
class Line:
    """A join from one table to another by columns; `is_key` where databases guard it."""

    label: str
    is_key: bool
    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def bend1(self) -> int:
        """How far the curve leaves its beginning sideways."""
        return self.x1 - COLUMN_STEP // 4

    @property
    def bend2(self) -> int:
        """The same of its end."""
        return self.x2 + COLUMN_STEP // 4


@dataclass(frozen=True)
class Graph:
    """A drawing of so many pixels."""

    width: int
    height: int
    boxes: Sequence[Box]
    lines: Sequence[Line]


def graph(tables: Sequence[str]) -> Graph:
    """Draw tables in columns: on the left those that refer to none, each further right than all it refers to."""
    depths = {name: _depth(name, frozenset(tables)) for name in tables}
    boxes: dict[str, Box] = {}
    for depth in sorted(set(depths.values())):
        column = [name for name in tables if depths[name] == depth]
        for row, name in enumerate(column):
            boxes[name] = Box(name, MARGIN + depth * COLUMN_STEP, MARGIN + row * ROW_STEP)
    lines = [
        Line(
            f"{name} -> {table}: {', '.join(columns)}",
            is_key,
            boxes[name].x,
            boxes[name].y + BOX_HEIGHT // 2,
            boxes[table].x + BOX_WIDTH,
            boxes[table].y + BOX_HEIGHT // 2,
        )
        for name in tables
        for table, columns, is_key in joins(name)
        if table in boxes
    ]
    right = max((box.x + box.width for box in boxes.values()), default=0)
    bottom = max((box.y + box.height for box in boxes.values()), default=0)
    return Graph(right + MARGIN, bottom + MARGIN, list(boxes.values()), lines)


def joins(name: str) -> Iterator[tuple[str, list[str], bool]]:
    """The tables that one leads to, by which columns, and whether a key guards it."""
    for is_key, kind in ((True, "references"), (False, "joins")):
        for reference in schemas()[name].get(kind, ()):
            yield reference["table"], reference["columns"], is_key


def _depth(name: str, tables: frozenset[str]) -> int:
    """The longest way to a table that refers to none of the others."""
    others = [table for table, _, _ in joins(name) if table in tables and table != name]
    return max((_depth(table, tables - {name}) for table in others), default=-1) + 1
