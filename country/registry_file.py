"""The districts as a registry file in the documented template, each with a point for the map."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from country.districts import District
from country.law import Version
from country.lists import LISTED, Listed
from sogong_pipeline.districts.registry import SIMULATED, kinds
from sogong_pipeline.districts.template import TEMPLATE
from sogong_pipeline.regions.reference import data_path


def write_registry(
    path: Path, districts: list[District], law_version: Version, seed: int, listed: list[Listed] | None
) -> None:
    """Write the registry; every source begins with `simulated:`, so that reports mark themselves.

    Args:
        path: The file.
        districts: The districts.
        law_version: Version of the law.
        seed: Seed of the country; points on the map follow from it.
        listed: Known facts on each district; None where the registry has their full ground.
    """
    outlines = json.loads(data_path("sigungu_outline.json").read_text(encoding="utf-8"))
    rng = np.random.default_rng([seed, 1])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((*TEMPLATE, *(LISTED if listed else ("is_alone",))))
        for i, district in enumerate(districts):
            claim = district.claim
            known = listed[i] if listed else None
            is_alone = "yes" if kinds()[district.kind].is_building else ""
            more = ["|".join(known.roads), known.parent_id] if known else [is_alone]
            longitude, latitude = _point_inside(outlines[claim.sigungu_code]["rings"], rng)
            writer.writerow(
                [
                    district.district_id,
                    district.name,
                    district.kind,
                    claim.sigungu_code,
                    "|".join(claim.legal_dong_codes),
                    "|".join(known.postal_codes if known else claim.postal_codes),
                    f"{longitude:.4f}",
                    f"{latitude:.4f}",
                    f"{SIMULATED}law{law_version}:seed{seed}",
                    district.valid_from,
                    district.valid_to or "",
                    *more,
                ]
            )


def _point_inside(rings: list[list[list[float]]], rng: np.random.Generator) -> tuple[float, float]:
    """Return a random point in the largest ring of an outline, in degrees."""
    ring = max((np.array(ring) for ring in rings), key=_area)
    low, high = ring.min(axis=0), ring.max(axis=0)
    for _ in range(1000):
        point = low + (high - low) * rng.random(2)
        if _holds(ring, point):
            return float(point[0]), float(point[1])
    return float(ring[0, 0]), float(ring[0, 1])


def _area(ring: NDArray[np.float64]) -> float:
    x, y = ring.T
    return abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))) / 2


def _holds(ring: NDArray[np.float64], point: NDArray[np.float64]) -> bool:
    """Return True when a ray from the point to the east crosses the ring an odd number of times."""
    (x, y), (x0, y0), (x1, y1) = point, ring[:-1].T, ring[1:].T
    spans = (y0 > y) != (y1 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
    return bool(np.count_nonzero(spans & (x < crossing)) % 2)
