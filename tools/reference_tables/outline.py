"""`sigungu_outline.json`: outlines of today's sigungu for maps at national and regional scale.

Cleaning and simplifying work on the whole coverage at once, so neighbours keep sharing every point of
their border.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import shapely

SNAP_DEG = 0.0001
"""Points drawn up to 10 m apart by two neighbours are one."""
GAP_DEG = 0.01
"""A hole narrower than 1 km between neighbours is a river nobody claimed, or a dropped exclave."""
TOLERANCE_DEG = 0.006
"""Visvalingam-Whyatt tolerance: triangles under half its square go."""
SMALLEST_ISLAND_DEG2 = 0.0004
"""About 4 km2; smaller islands are dropped, except each sigungu's largest part and Dokdo."""
DOKDO = (131.8647, 37.2426)
DECIMALS = 3
"""About 100 m, less than the width of a line on a map of a province."""

Ring = list[list[float]]
Outline = dict[str, Any]


def build_outlines(placed: Mapping[str, list[bytes]], names: Mapping[str, str]) -> dict[str, Outline]:
    """Build outlines by today's sigungu code: names and closed rings of `[longitude, latitude]` in degrees.

    The rings of one outline are filled by the even-odd rule: a ring inside another one is a lake or enclave.

    Args:
        placed: The polygons (WKB) of each sigungu.
        names: The sigungu's names by code.
    """
    codes = [code for code in sorted(placed) for _ in placed[code]]
    parts = shapely.make_valid(shapely.from_wkb([wkb for code in sorted(placed) for wkb in placed[code]]))
    members: dict[str, list[Any]] = defaultdict(list)
    for code, part in zip(codes, shapely.coverage_clean(parts, snapping_distance=SNAP_DEG), strict=True):
        members[code].append(part)
    whole = [_main_parts(shapely.coverage_union_all(members[code])) for code in members]
    simple = shapely.coverage_simplify(shapely.coverage_clean(whole, gap_width=GAP_DEG), TOLERANCE_DEG)
    return {
        code: {"sido_code": code[:2], "name": names[code], "rings": _rings(area)}
        for code, area in zip(members, simple, strict=True)
    }


def _main_parts(area: Any) -> Any:
    """Remove the small islands of an area: they would fill most of the file and be specks on a map."""
    parts = sorted(shapely.get_parts(area), key=lambda part: -part.area)
    dokdo = shapely.Point(DOKDO).buffer(0.02)
    large_parts = parts[:1] + [p for p in parts[1:] if p.area >= SMALLEST_ISLAND_DEG2 or p.intersects(dokdo)]
    return shapely.MultiPolygon(large_parts)


def _rings(area: Any) -> list[Ring]:
    """Return rounded rings, the longest first; equal neighbouring points after rounding are dropped."""
    rings = []
    for part in shapely.get_parts(area):
        for ring in (part.exterior, *part.interiors):
            points = [[round(x, DECIMALS), round(y, DECIMALS)] for x, y in ring.coords]
            points = points[:1] + [point for last, point in pairwise(points) if point != last]
            if len(points) >= 4:
                rings.append(points)
    return sorted(rings, key=len, reverse=True)
