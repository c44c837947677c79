"""`dong_outline.csv.gz`: coarse outlines of today's legal dongs, for locating districts in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import shapely

from tools.reference_tables.sources import Polygon

TOLERANCE_DEG = 0.001
"""About 100 m; a complex is a few hundred metres across and more."""
STEPS = 10_000
"""Steps per degree of the grid of points, about 10 m each."""
SMALLEST_DEG2 = 1e-6
"""About a hectare; smaller parts are rocks."""


def build_dong_outlines(
    polygons: Iterable[Polygon], today: Callable[[str], Sequence[str]], living: Mapping[str, object]
) -> tuple[list[dict[str, str]], Counter[str]]:
    """Build outlines by today's code, of the ri where an eup or myeon has any, without holes.

    Args:
        polygons: Polygons of eup, myeon and dong, and of ri, under codes of an older date.
        today: The codes that a code became.
        living: Today's codes.

    Returns:
        Rows of `legal_dong_code` and `rings` (rings joined by `;`, each its points in steps, every one given by its
        distance from the one before), and the reasons for omitted polygons.
    """
    parents = {code[:8] + "00" for code in living if not code.endswith("00")}
    parts: dict[str, list[str]] = {}
    lost: Counter[str] = Counter()
    for polygon in polygons:
        codes = today(polygon.code.ljust(10, "0"))
        if len(codes) != 1:
            lost["its code is not one code of today"] += 1
        elif codes[0] in parents:
            lost["drawn by its ri"] += 1
        else:
            parts.setdefault(codes[0], []).extend(_rings(polygon.wkb))
    rows = [
        {"legal_dong_code": code, "rings": ";".join(rings)} for code, rings in sorted(parts.items()) if rings
    ]
    return rows, lost


def _rings(wkb: bytes) -> list[str]:
    area = shapely.from_wkb(wkb).simplify(TOLERANCE_DEG)
    shown = []
    for part in shapely.get_parts(area).tolist():
        if part.area >= SMALLEST_DEG2:
            steps = np.rint(shapely.get_coordinates(part.exterior) * STEPS).astype(np.int64)
            shown.append(" ".join(map(str, np.diff(steps, axis=0, prepend=0).ravel().tolist())))
    return shown
