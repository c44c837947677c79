"""Place polygons of eup, myeon and dong, drawn under older codes, in the sigungu of today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from sogong_pipeline.errors import RefusedError
from tools.reference_tables.region import RegionRow
from tools.reference_tables.sources import CurrentSigungu, Polygon


def place_polygons(
    polygons: Iterable[Polygon], current: Sequence[CurrentSigungu], regions: Iterable[RegionRow]
) -> dict[str, list[bytes]]:
    """Return the polygons (WKB) of each of today's sigungu.

    Raises:
        RefusedError: when neither names nor placement.yaml assign a polygon.
    """
    rules = yaml.safe_load(Path(__file__).with_name("placement.yaml").read_text(encoding="utf-8"))
    ruled = {polygon: code for code, polygons in rules["placed"].items() for polygon in polygons}
    today = {row.region_code: row.today for row in regions}
    today |= {county: (code,) for county, code in rules["counties"].items()}
    dongs = {sigungu.code: {dong.split()[0] for dong in sigungu.dongs} for sigungu in current}
    cities = _cities(current)
    placed: dict[str, list[bytes]] = defaultdict(list)
    for polygon in polygons:
        homes = today.get(polygon.code[:5], ())
        named = {code for home in homes for code in cities[home] if polygon.name in dongs[code]}
        if polygon.code in ruled:
            code = ruled[polygon.code]
        elif len(named) == 1:
            (code,) = named
        elif len(homes) == 1 and (not named or homes[0] in named):  # renamed, or a namesake in the same city
            (code,) = homes
        else:
            raise RefusedError(
                f"polygon {polygon.code} {polygon.name} fits {sorted(named) or 'no sigungu'} of today; "
                f"place it in placement.yaml"
            )
        placed[code].append(polygon.wkb)
    return placed


def _cities(current: Iterable[CurrentSigungu]) -> dict[str, set[str]]:
    """Return for each sigungu the codes of its city: all its gu (창원시 의창구, 창원시 성산구, …), else itself."""
    cities: dict[str, set[str]] = defaultdict(set)
    for sigungu in current:
        cities[_city(sigungu)].add(sigungu.code)
    return {sigungu.code: cities[_city(sigungu)] for sigungu in current}


def _city(sigungu: CurrentSigungu) -> str:
    words = sigungu.name.split()
    return " ".join(words[:2]) if len(words) == 3 else sigungu.name
