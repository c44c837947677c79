"""In which legal dongs of today an area lies, and which lie beside each other, by the committed coarse outlines."""

from __future__ import annotations

import csv
import gzip
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from sogong_pipeline.regions.reference import data_path

STEPS = 10_000
"""Steps a degree; see tables/dong_outline.py."""
GAP = 0.0015
"""Degrees by which outlines of neighbours may gape: each was simplified by itself, to about 100 m."""


@dataclass(frozen=True)
class Lying:
    """How an area and a legal dong overlap.

    Attributes:
        legal_dong_code: Ten digits, today's.
        share_of_area: Of the area, what lies in the dong, 0 to 1.
        share_of_dong: Of the dong, what the area covers.
    """

    legal_dong_code: str
    share_of_area: float
    share_of_dong: float


def lying_in(area: BaseGeometry) -> list[Lying]:
    """The legal dongs that an area in degrees touches, by code."""
    codes, outlines, tree = _outlines()
    found = []
    for place in tree.query(area, predicate="intersects").tolist():
        shared = area.intersection(outlines[place]).area
        found.append(Lying(codes[place], shared / area.area, shared / outlines[place].area))
    return sorted(found, key=lambda one: one.legal_dong_code)


def beside(legal_dong_codes: Iterable[str]) -> set[str]:
    """The legal dongs of today beside some others.

    Those whose outlines touch, and the codes before and after: some dongs have no outline, and 77 % of the codes that
    follow each other in a sigungu touch, of any two of a sigungu 7 %.
    """
    given = set(legal_dong_codes)
    codes, outlines, tree = _outlines()
    near: set[str] = set()
    for code in given:
        place = bisect_left(codes, code)
        is_drawn = codes[place : place + 1] == [code]
        near.update(codes[max(place - 1, 0) : place + 1 + is_drawn])
        if is_drawn:
            touching = tree.query(outlines[place], predicate="dwithin", distance=GAP)
            near.update(codes[other] for other in touching.tolist())
    return near - given


@cache
def _outlines() -> tuple[list[str], list[BaseGeometry], shapely.STRtree]:
    csv.field_size_limit(10_000_000)
    codes: list[str] = []
    lines: list[np.ndarray] = []
    owner: list[int] = []
    with gzip.open(data_path("dong_outline.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for ring in row["rings"].split(";"):
                lines.append(
                    np.fromstring(ring, dtype=np.int64, sep=" ").reshape(-1, 2).cumsum(axis=0) / STEPS
                )
                owner.append(len(codes))
            codes.append(row["legal_dong_code"])
    of_line = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    rings = shapely.polygons(shapely.linearrings(np.concatenate(lines), indices=of_line))
    # Simplified by themselves, some cross themselves or a neighbouring part.
    valid = np.where(shapely.is_valid(rings), rings, shapely.buffer(rings, 0)).tolist()
    parts: list[list[BaseGeometry]] = [[] for _ in codes]
    for place, ring in zip(owner, valid, strict=True):
        parts[place].append(ring)
    outlines = [held[0] if len(held) == 1 else shapely.union_all(held) for held in parts]
    return codes, outlines, shapely.STRtree(outlines)
