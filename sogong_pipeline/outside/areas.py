"""Resolve areas by name: codes differ between services and over time; past and present names give one code."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from sogong_pipeline.outside.observation import NATION_NAMES
from sogong_pipeline.regions.reference import Region, regions
from sogong_pipeline.vocabulary import NATION

ALIASES = {"제주도": "제주특별자치도", "세종시": "세종특별자치시"}


@dataclass(frozen=True, slots=True)
class Area:
    """Area of a value.

    Attributes:
        level: `nation`, `sido`, `sigungu` or `district`.
        code: 00; two digits in the view of seventeen 시도, 12 for the united one; today's five digits, those of the
            whole city if it stands above gu; a district's id.
        sido_code: Its 시도 in the same view, 00 for the nation.
    """

    level: str
    code: str
    sido_code: str


def area_called(name: str, level: str) -> Area | None:
    """Return the area of a name.

    Args:
        name: 전국, 강원 or 강원도 of any day; a 시군구 with its 시도.
        level: `sido` or `sigungu`.

    Returns:
        None if no area, or more than one, has the name.
    """
    plain = " ".join(name.split())
    if level == "sido":
        if plain in NATION_NAMES:
            return Area("nation", NATION, NATION)
        code = sidos_by_name().get(ALIASES.get(plain, plain))
        return Area("sido", code, code) if code else None
    return _sigungus_by_name().get(plain)


def sigungu_area(code: str) -> Area | None:
    """Return the area of a five-digit code of any day since 2015-11."""
    region = _by_code().get(code)
    return _sigungu(region) if region else None


@cache
def sidos_by_name() -> dict[str, str]:
    """Return the codes of 시도 by full and short names of every day."""
    return {
        name: _sido(region)
        for region in regions()
        if region.level == "sido"
        for name in (region.name, region.short_name)
    }


@cache
def _sigungus_by_name() -> dict[str, Area]:
    """Map names of 시군구, under every name of their 시도, and of cities above gu to areas.

    If two areas had the same name in succession, such as a gu before and after a boundary change, the current one wins.
    """
    names_of: dict[str, set[str]] = defaultdict(set)
    for name, code in sidos_by_name().items():
        names_of[code].add(name)
    candidates: dict[str, set[Area]] = defaultdict(set)
    living: dict[str, set[Area]] = defaultdict(set)
    for region in regions():
        if region.level != "sigungu":
            continue
        area = _sigungu(region)
        sido_name, _, below = region.name.partition(" ")
        for sido in {sido_name, *names_of[area.sido_code]}:
            candidates[f"{sido} {below}".strip()].add(area)
            if region.valid_to is None:
                living[f"{sido} {below}".strip()].add(area)
            city, _, gu = below.partition(" ")
            if gu:
                candidates[f"{sido} {city}"].add(Area("sigungu", f"{area.code[:4]}0", area.sido_code))
    chosen = {name: areas if len(areas) == 1 else living[name] for name, areas in candidates.items()}
    return {name: next(iter(areas)) for name, areas in chosen.items() if len(areas) == 1}


def _sigungu(region: Region) -> Area:
    """Return a 시군구 under today's code if its name is unchanged; others (merged, split, renamed) keep theirs."""
    today = _by_code().get(region.successor_code or "")
    is_same = today is not None and today.name.partition(" ")[2] == region.name.partition(" ")[2]
    code = today.region_code if today and is_same else region.region_code
    return Area("sigungu", code, region.sido17_code or code[:2])


@cache
def _by_code() -> dict[str, Region]:
    return {region.region_code: region for region in regions() if region.level == "sigungu"}


def _sido(region: Region) -> str:
    return region.sido17_code or region.region_code
