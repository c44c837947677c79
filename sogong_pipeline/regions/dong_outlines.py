"""In which legal dongs of today an area lies, by the committed coarse outlines."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from sogong_pipeline.regions.reference import data_path

STEPS = 10_000
"""Steps a degree; see tables/dong_outline.py."""


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


@cache
def _outlines() -> tuple[list[str], list[BaseGeometry], shapely.STRtree]:
    csv.field_size_limit(10_000_000)
    codes: list[str] = []
    rings: list[BaseGeometry] = []
    owner: list[int] = []
    with gzip.open(data_path("dong_outline.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for ring in row["rings"].split(";"):
                points = np.fromstring(ring, dtype=np.int64, sep=" ").reshape(-1, 2).cumsum(axis=0) / STEPS
                rings.append(shapely.Polygon(points))
                owner.append(len(codes))
            codes.append(row["legal_dong_code"])
    # Simplified by themselves, some cross themselves or a neighbouring part.
    valid = [ring if ring.is_valid else ring.buffer(0) for ring in rings]
    parts: list[list[BaseGeometry]] = [[] for _ in codes]
    for place, ring in zip(owner, valid, strict=True):
        parts[place].append(ring)
    outlines = [held[0] if len(held) == 1 else shapely.union_all(held) for held in parts]
    return codes, outlines, shapely.STRtree(outlines)
