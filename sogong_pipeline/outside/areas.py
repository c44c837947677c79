"""Areas by name: codes differ from service to service and shift, names of then and of now lead to one code of ours."""

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
    """An area of a value.

    Attributes:
        level: `nation`, `sido`, `sigungu` or `district`.
        code: 00; two digits of the view of seventeen 시도, 12 for the united one; five digits as of today, those of
            the whole city where it stands above gu; a district's id.
        sido_code: Its 시도 in the same view, 00 for the nation.
    """

    level: str
    code: str
    sido_code: str


def area_called(name: str, level: str) -> Area | None:
    """The area of a name.

    Args:
        name: 전국, 강원 or 강원도 of any day; a 시군구 with its 시도.
        level: `sido` or `sigungu`.

    Returns:
        None where no area, or more than one, has the name.
    """
    plain = " ".join(name.split())
    if level == "sido":
        if plain in NATION_NAMES:
            return Area("nation", NATION, NATION)
        code = sidos_by_name().get(ALIASES.get(plain, plain))
        return Area("sido", code, code) if code else None
    return _sigungus_by_name().get(plain)


def sigungu_area(code: str) -> Area | None:
    """The area of a five-digit code of any day since 2015-11."""
    region = _by_code().get(code)
    return _sigungu(region) if region else None


@cache
def sidos_by_name() -> dict[str, str]:
    """Full and short names of 시도, of every day, with their codes."""
    return {
        name: _sido(region)
        for region in regions()
        if region.level == "sido"
        for name in (region.name, region.short_name)
    }


@cache
def _sigungus_by_name() -> dict[str, Area]:
    """Names of 시군구 under every name of their 시도, and of the cities that stand above gu.

    Where two had the same name one after the other, such as a gu before and after it was cut, it is the living one's.
    """
    names_of: dict[str, set[str]] = defaultdict(set)
    for name, code in sidos_by_name().items():
        names_of[code].add(name)
    found: dict[str, set[Area]] = defaultdict(set)
    living: dict[str, set[Area]] = defaultdict(set)
    for region in regions():
        if region.level != "sigungu":
            continue
        area = _sigungu(region)
        sido_name, _, below = region.name.partition(" ")
        for sido in {sido_name, *names_of[area.sido_code]}:
            found[f"{sido} {below}".strip()].add(area)
            if region.valid_to is None:
                living[f"{sido} {below}".strip()].add(area)
            city, _, gu = below.partition(" ")
            if gu:
                found[f"{sido} {city}"].add(Area("sigungu", f"{area.code[:4]}0", area.sido_code))
    chosen = {name: areas if len(areas) == 1 else living[name] for name, areas in found.items()}
    return {name: next(iter(areas)) for name, areas in chosen.items() if len(areas) == 1}


def _sigungu(region: Region) -> Area:
    """A 시군구 under today's code where it kept its name; one that was merged, cut or renamed keeps its own."""
    today = _by_code().get(region.successor_code or "")
    is_same = today is not None and today.name.partition(" ")[2] == region.name.partition(" ")[2]
    code = today.region_code if today and is_same else region.region_code
    return Area("sigungu", code, region.sido17_code or code[:2])


@cache
def _by_code() -> dict[str, Region]:
    return {region.region_code: region for region in regions() if region.level == "sigungu"}


def _sido(region: Region) -> str:
    return region.sido17_code or region.region_code
