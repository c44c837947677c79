"""Overlap of areas with today's legal dongs, and adjacent dongs, from the committed coarse outlines."""

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
"""Steps per degree; see tables/dong_outline.py."""
GAP = 0.0015
"""Largest gap in degrees between outlines of neighbours: each was simplified separately, to about 100 m."""


@dataclass(frozen=True)
class Lying:
    """Overlap of an area and a legal dong.

    Attributes:
        legal_dong_code: Ten digits, today's.
        share_of_area: Share of the area inside the dong, 0 to 1.
        share_of_dong: Share of the dong inside the area, 0 to 1.
    """

    legal_dong_code: str
    share_of_area: float
    share_of_dong: float


def lying_in(area: BaseGeometry) -> list[Lying]:
    """Return the legal dongs that an area in degrees touches, by code."""
    codes, outlines, tree = _outlines()
    overlaps = []
    for place in tree.query(area, predicate="intersects").tolist():
        shared = area.intersection(outlines[place]).area
        overlaps.append(Lying(codes[place], shared / area.area, shared / outlines[place].area))
    return sorted(overlaps, key=lambda one: one.legal_dong_code)


def beside(legal_dong_codes: Iterable[str]) -> set[str]:
    """Return the legal dongs of today adjacent to any of the given ones.

    Those whose outlines touch, and the codes before and after: some dongs have no outline, and 77 % of the codes that
    follow each other in a sigungu touch, of any two of a sigungu 7 %.
    """
    starts = set(legal_dong_codes)
    codes, outlines, tree = _outlines()
    near: set[str] = set()
    for code in starts:
        place = bisect_left(codes, code)
        is_drawn = codes[place : place + 1] == [code]
        near.update(codes[max(place - 1, 0) : place + 1 + is_drawn])
        if is_drawn:
            touching = tree.query(outlines[place], predicate="dwithin", distance=GAP)
            near.update(codes[other] for other in touching.tolist())
    return near - starts


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
    # After separate simplification some cross themselves or a neighbouring part.
    valid = np.where(shapely.is_valid(rings), rings, shapely.buffer(rings, 0)).tolist()
    parts: list[list[BaseGeometry]] = [[] for _ in codes]
    for place, ring in zip(owner, valid, strict=True):
        parts[place].append(ring)
    outlines = [rings_of[0] if len(rings_of) == 1 else shapely.union_all(rings_of) for rings_of in parts]
    return codes, outlines, shapely.STRtree(outlines)
