"""From longitude and latitude to pixels, and which part of the map to show."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sogong_pipeline.pages.geography import Point, Ring, ring_area

WORTH = 100
"""An island joins the frame when it is at least a hundredth of the sea it adds to it."""
MARGIN = 0.02


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of longitudes and latitudes, in degrees."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, points: Iterable[Point]) -> Box:
        """The smallest box that holds every point."""
        xs, ys = zip(*points, strict=True)
        return cls(min(xs), min(ys), max(xs), max(ys))

    @property
    def area(self) -> float:
        """In square degrees."""
        return (self.east - self.west) * (self.north - self.south)

    def joined(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            min(self.west, other.west), min(self.south, other.south),
            max(self.east, other.east), max(self.north, other.north),
        )  # fmt: skip

    def meets(self, other: Box) -> bool:
        """Whether the boxes share any point."""
        return (
            self.west <= other.east and other.west <= self.east
            and self.south <= other.north and other.south <= self.north
        )  # fmt: skip

    def holds(self, point: Point) -> bool:
        """Whether the point lies inside."""
        return self.west <= point[0] <= self.east and self.south <= point[1] <= self.north

    def widened(self, share: float) -> Box:
        """The box with a margin of `share` of its longer side."""
        margin = share * max(self.east - self.west, self.north - self.south)
        return Box(self.west - margin, self.south - margin, self.east + margin, self.north + margin)


@dataclass(frozen=True, slots=True)
class Projection:
    """Equirectangular, true to scale along the middle latitude, fitted into a rectangle of pixels."""

    box: Box
    left: float
    top: float
    scale: float

    @classmethod
    def fit(cls, box: Box, width: float, height: float, left: float = 0, top: float = 0) -> Projection:
        """The largest scale at which the box fits into width x height pixels at (left, top)."""
        return cls(box, left, top, min(width / _breadth(box), height / (box.north - box.south)))

    @property
    def width(self) -> float:
        """In pixels."""
        return _breadth(self.box) * self.scale

    @property
    def height(self) -> float:
        """In pixels."""
        return (self.box.north - self.box.south) * self.scale

    @property
    def rectangle(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom, in pixels."""
        return self.left, self.top, self.left + self.width, self.top + self.height

    def covers(self, pixel: Point) -> bool:
        """Whether a pixel lies inside."""
        left, top, right, bottom = self.rectangle
        return left <= pixel[0] <= right and top <= pixel[1] <= bottom

    def pixel(self, point: Point) -> Point:
        """Where a longitude and latitude lie."""
        across = (point[0] - self.box.west) / (self.box.east - self.box.west)
        return self.left + across * self.width, self.top + (self.box.north - point[1]) * self.scale


def frame(rings: Iterable[Ring], points: Iterable[Point]) -> Box:
    """The box worth showing: the largest outlines, islands that are worth their sea, and every point.

    Args:
        rings: Outer outlines; at least one.
        points: Places that must be inside.
    """
    by_size = sorted(((ring_area(ring), Box.around(ring)) for ring in rings), key=lambda sized: -sized[0])
    box = by_size[0][1]
    for area, outline in by_size[1:]:
        joined = box.joined(outline)
        if joined.area - box.area <= WORTH * area:
            box = joined
    for point in points:
        box = box.joined(Box(*point, *point))
    return box.widened(MARGIN)


def _breadth(box: Box) -> float:
    """East to west in degrees of latitude, at the middle of the box."""
    return (box.east - box.west) * math.cos(math.radians((box.south + box.north) / 2))
