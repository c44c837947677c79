"""Names and outlines of regions for the reports."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from sogong_pipeline.regions import reference

Point = tuple[float, float]
"""Longitude and latitude, in degrees."""
Ring = Sequence[Point]
KOREA = (124.5, 33.0, 132.0, 38.7)
"""West, south, east, north; a coordinate outside is an error of the registry and is not drawn."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A current sigungu: its rings of longitude and latitude, each closed."""

    code: str
    rings: tuple[Ring, ...]


@cache
def outlines() -> tuple[Outline, ...]:
    """Return every current sigungu, by code."""
    entries = json.loads(reference.data_path("sigungu_outline.json").read_text(encoding="utf-8"))
    return tuple(
        Outline(code, tuple(tuple((lon, lat) for lon, lat in ring) for ring in entry["rings"]))
        for code, entry in sorted(entries.items())
    )


@cache
def _short_names() -> dict[str, str]:
    return {region.region_code: region.short_name for region in reference.regions()}


def region_name(code: str) -> str:
    """Return the short name of a sido or sigungu by any code it ever had; an unknown code is returned unchanged."""
    return _short_names().get(code, code)


def current_sidos(codes: Iterable[str]) -> frozenset[str]:
    """Return today's codes of sidos, whose codes may be old."""
    return frozenset(reference.current_code(code) or code for code in codes)


def sigungu_labels(sidos: frozenset[str]) -> Iterator[tuple[str, Point]]:
    """Yield each sigungu of the sidos with the centre of its largest part, the largest sigungu first."""
    own = [outline for outline in outlines() if outline.code[:2] in sidos]
    for outline in sorted(own, key=lambda outline: -ring_area(_largest(outline.rings))):
        name = region_name(outline.code).removeprefix(f"{region_name(outline.code[:2])} ")
        yield name, _middle(_largest(outline.rings))


def sido_labels(apart_from: frozenset[str] = frozenset()) -> Iterator[tuple[str, Point]]:
    """Yield each other sido with the mean of its sigungu's centres."""
    by_sido: dict[str, list[Point]] = {}
    for outline in outlines():
        if outline.code[:2] not in apart_from:
            by_sido.setdefault(outline.code[:2], []).append(_middle(_largest(outline.rings)))
    for code, middles in by_sido.items():
        yield region_name(code), (_mean(x for x, _ in middles), _mean(y for _, y in middles))


def is_in_korea(place: Point) -> bool:
    """Return True if a coordinate is in Korea; others are errors of the registry and are not drawn."""
    west, south, east, north = KOREA
    return west <= place[0] <= east and south <= place[1] <= north


def ring_area(ring: Ring) -> float:
    """Return the area of an outline in square degrees (shoelace formula)."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(math.fsum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2


def _largest(rings: Iterable[Ring]) -> Ring:
    return max(rings, key=ring_area)


def _middle(ring: Ring) -> Point:
    return _mean(x for x, _ in ring), _mean(y for _, y in ring)


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known)
