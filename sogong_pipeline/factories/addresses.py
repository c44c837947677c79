"""Parse legal dongs, road and building number from the addresses of a register, in today's codes.

Published workplaces carry a legal dong and a road without a number. A register row carries one or two addresses,
typed by hand: repeated, with a lot instead of a road, with several sites in a cell, with building and unit behind the
number.
"""

from __future__ import annotations

import csv
import gzip
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from sogong_pipeline.regions.crosswalk import codes_today, legal_dongs
from sogong_pipeline.regions.reference import data_path, regions

HEAD = 5
"""Words of an address that may name its region, down to the ri."""
WAYS = ("lot", "brackets", "eupmyeon_road", "road", "road_several", "eupmyeon", "none")
"""Ways in which the legal dong of a row can be read, most reliable first."""


class Site(NamedTuple):
    """Location of one site of a row.

    Attributes:
        sigungu_codes: Today's codes, several where the address names a sigungu that was divided.
        legal_dong_codes: Today's codes of the legal dongs it may lie in; empty when unknown.
        way: Source of these codes, one of `WAYS`.
        emd_code: Eight digits of the eup, myeon or dong where it is one.
        road: Its road; None where the address names a lot.
        number: Building number on the road, 12 or 12-3.
    """

    sigungu_codes: tuple[str, ...] = ()
    legal_dong_codes: tuple[str, ...] = ()
    way: str = "none"
    emd_code: str | None = None
    road: str | None = None
    number: str | None = None


_NOTES = re.compile(r"\s*외\s*\d+\s*(?:필지|개).*$")
_SITES = re.compile(r"\s+/\s+|;")
_ROAD = re.compile(r"^[^\d\s(),][^\s(),]*(?:대로|로|길|거리)(?:\d+번?[가-힣]?길)?$|^\S+(?:로|길)$")
_SIDE_ROAD = re.compile(r"^\d+번?[가-힣]?길$")
_GLUED = re.compile(r"^(\S*?(?:로|길))(\d+(?:-\d+)?)$")
_NUMBER = re.compile(r"^(?:지하)?(\d+(?:-\d+)?)(?:번지?)?,?$")
_LOT = re.compile(r"^([^\d(]*[동리가]) (?:산 ?)?\d+(?:-\d+)?(?:번지)?$")
_NUMBERED = re.compile(r"^(.*?(?:로|길)) (\d+(?:-\d+)?)((?:[, ].*)?)$")
_BRACKETS = re.compile(r"\(([^()]*)\)")


def sites_of(road_address: str | None, lot_address: str | None, region: str = "") -> list[Site]:
    """Return the sites of a register row.

    Args:
        road_address: the address of its first column, which may be a lot too.
        lot_address: the lot, where the form has a column of its own.
        region: sido and sigungu from other columns, for addresses that leave them out.

    Returns:
        One per address in the cell, in their order, at least one; a single lot address applies to all of them.
    """
    roads = [_site(part, region) for part in _parts(road_address)] or [Site()]
    lots = [_site(part, region) for part in _parts(lot_address)]
    if len(roads) == len(lots):
        return [_joined(road, lot) for road, lot in zip(roads, lots, strict=True)]
    if len(lots) == 1 and lots[0].way == "lot":
        return [_joined(road, lots[0]) for road in roads]
    return roads if len(roads) > len(lots) else lots


def _parts(address: str | None) -> list[str]:
    if not address:
        return []
    if "/" not in address and ";" not in address:  # the usual case
        return [address]
    return [part for part in _SITES.split(address) if part.strip()]


def _joined(road: Site, lot: Site) -> Site:
    """Merge the two addresses of one site: legal dong from the lot, road and number from the road address."""
    if not lot.legal_dong_codes or lot.way != "lot":
        lot, road = road, lot
    return Site(
        lot.sigungu_codes or road.sigungu_codes,
        lot.legal_dong_codes or road.legal_dong_codes,
        lot.way if lot.legal_dong_codes else road.way,
        lot.emd_code or road.emd_code,
        lot.road or road.road,
        lot.number or road.number,
    )


def _site(address: str, region: str) -> Site:
    """Parse one address; the part before its number is cached, as many addresses share it."""
    if (lot := _LOT.match(address)) is not None:
        return _read(lot[1], region)
    if (numbered := _NUMBERED.match(address)) is not None:
        begin = numbered[3].find("(")
        site = _read(numbered[1] + (numbered[3][begin:] if begin >= 0 else ""), region)
        if site.road:
            return site._replace(number=numbered[2])
    return _read(address, region)


@lru_cache(maxsize=262_144)
def _read(address: str, region: str) -> Site:
    """Parse one address, with or without a number."""
    if not address.isascii():
        address = unicodedata.normalize("NFKC", address)
    noted = ""
    if "(" in address:
        noted = ",".join(_BRACKETS.findall(address))
        address = _BRACKETS.sub(" ", address)
    if "외" in address:
        address = _NOTES.sub("", address)
    words = address.replace(",", " , ").split()
    begin = _beginning(words)
    place = _place(words[begin : begin + HEAD])
    if place is None and region:
        above = region.split()
        begin, place = 0, _place([*above, *words[:2]])
        place = place and place._replace(taken=max(place.taken - len(above), 0))
    if place is None:
        return Site()
    road, number = _road(words[begin + place.taken :])
    if place.codes:
        return Site(place.sigungu_codes, place.codes, "lot", place.emd_code, road, number)
    if noted and (codes := _noted(place.names, noted)):
        return Site(_sorted({code[:5] for code in codes}), codes, "brackets", _emd_of(codes), road, number)
    if not road:
        return Site(place.sigungu_codes, (), "eupmyeon" if place.emd_code else "none", place.emd_code)
    codes = _on_road(place.sigungu_codes, road, place.emd_code)
    if place.emd_code:
        return Site(place.sigungu_codes, codes, "eupmyeon_road", place.emd_code, road, number)
    way = "road" if len(codes) == 1 else "road_several" if codes else "none"
    near = _sorted({code[:5] for code in codes}) or place.sigungu_codes
    return Site(near, codes, way, _emd_of(codes), road, number)


class _Place(NamedTuple):
    """The region an address begins with: names of its sigungu, today's codes, and how many words it takes."""

    names: tuple[str, ...]
    sigungu_codes: tuple[str, ...]
    codes: tuple[str, ...]
    emd_code: str | None
    taken: int


def _beginning(words: list[str]) -> int:
    """Return the index at which an address begins; of a repeated address the last repetition counts."""
    sidos = _gazetteer().sidos
    last = 0
    for at, word in enumerate(words):
        if word in sidos:
            last = at
    return last


def _place(words: Sequence[str]) -> _Place | None:
    """Return the region named by the first words of an address; None where they name none."""
    names, at = _region(tuple(words[:3]))
    if not names:
        return None
    dong = words[at] if at < len(words) else ""
    if not dong.endswith(_DONG_ENDS):  # usually a road
        return _below(names, "", "", at)
    ri = words[at + 1] if at + 1 < len(words) and words[at + 1].endswith("리") else ""
    return _below(names, dong, ri, at)


_DONG_ENDS = ("동", "읍", "면", "가", "로", "리")


@lru_cache(maxsize=65_536)
def _below(names: tuple[str, ...], dong: str, ri_name: str, at: int) -> _Place:
    """Return eup, myeon, dong and ri that follow the names of a sigungu; blank where none is written."""
    gazetteer = _gazetteer()
    emd = {code for name in names for code in gazetteer.emds.get((name, dong), ())}
    if not emd:
        codes = {code for name in names for code in gazetteer.sigungus[name]}
        return _Place(names, _sorted(codes), (), None, at)
    ri = {code for name in names for code in gazetteer.ris.get((name, dong, ri_name), ())}
    codes = ri or (set() if dong.endswith(("읍", "면")) else emd)
    near = codes or emd
    taken = at + (2 if ri else 1)
    return _Place(names, _sorted({code[:5] for code in near}), _sorted(codes), _emd_of(near), taken)


@lru_cache(maxsize=65_536)
def _noted(names: tuple[str, ...], noted: str) -> tuple[str, ...]:
    """Return legal dongs named in brackets behind a road address."""
    emds = _gazetteer().emds
    parts = {part.strip() for part in noted.split(",")}
    return _sorted(
        code
        for part in parts
        if not part.endswith(("읍", "면"))
        for name in names
        for code in emds.get((name, part), ())
    )


@lru_cache(maxsize=65_536)
def _on_road(sigungu_codes: tuple[str, ...], road: str, emd_code: str | None) -> tuple[str, ...]:
    """Return the legal dongs along a road, limited to an eup or myeon where it is known."""
    codes = {code for one in sigungu_codes for code in _dongs_of_road().get((one, road), ())}
    return _sorted(code for code in codes if emd_code is None or code[:8] == emd_code)


def _road(words: list[str]) -> tuple[str | None, str | None]:
    """Return road and building number from the words after the region."""
    for at, word in enumerate(words[:3]):
        if word[-1].isdigit():
            if (glued := _GLUED.match(word)) and not _SIDE_ROAD.match(word):
                return glued[1], glued[2]
            continue
        if word[-1] not in "로길리" or not _ROAD.match(word):
            continue
        after = at + 1
        road = word
        if after < len(words) and _SIDE_ROAD.match(words[after]):
            road += words[after]
            after += 1
        number = _NUMBER.match(words[after]) if after < len(words) else None
        return road, number[1] if number else None
    return None, None


@dataclass(frozen=True)
class _Gazetteer:
    """Names of regions of any day, with today's codes.

    Attributes:
        sigungus: Full sigungu name -> codes.
        emds: Sigungu name and eup, myeon or dong -> ten digits ending in 00 (dongs: their own code).
        ris: Sigungu name, eup or myeon, and ri -> codes.
        sidos: First word of an address -> full names of sidos it may stand for.
        alone: Sigungu name without its sido -> full names, for addresses that leave the sido out.
    """

    sigungus: Mapping[str, set[str]]
    emds: Mapping[tuple[str, str], set[str]]
    ris: Mapping[tuple[str, str, str], set[str]]
    sidos: Mapping[str, set[str]]
    alone: Mapping[str, set[str]]


@cache
def _gazetteer() -> _Gazetteer:
    sigungus: dict[str, set[str]] = defaultdict(set)
    emds: dict[tuple[str, str], set[str]] = defaultdict(set)
    ris: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    alone: dict[str, set[str]] = defaultdict(set)
    for code, dong in legal_dongs().items():
        words = dong.name.split()
        depth = 1 if code.endswith("00") else 2
        sigungu = " ".join(words[:-depth])
        today = codes_today(code)
        sigungus[sigungu] |= {one[:5] for one in today}
        alone[" ".join(words[1:-depth])].add(sigungu)
        if depth == 1:
            emds[sigungu, words[-1]].update(today)
        else:
            ris[sigungu, words[-2], words[-1]].update(today)
            emds[sigungu, words[-2]].update(one[:8] + "00" for one in today)
    alone.pop("", None)
    sidos: dict[str, set[str]] = defaultdict(set)
    for region in regions():
        if region.level == "sido":
            sidos[region.name].add(region.name)
            sidos[region.short_name].add(region.name)
    named = {region.region_code: region.name for region in regions() if region.level == "sido"}
    for short, codes in _SHORT_SIDOS.items():
        sidos[short] |= {named[sido_code] for sido_code in codes}
    return _Gazetteer(dict(sigungus), dict(emds), dict(ris), dict(sidos), dict(alone))


_SHORT_SIDOS = {
    "서울시": ("11",),
    "부산시": ("26",),
    "대구시": ("27",),
    "인천시": ("28",),
    "광주시": (),
    "대전시": ("30",),
    "울산시": ("31",),
    "세종시": ("36",),
    "제주도": ("50",),
    "강원": ("42", "51"),
    "전북": ("45", "52"),
    "전남": ("46", "12"),
    "광주": ("29", "12"),
    "강원도": ("42", "51"),
    "전라북도": ("45", "52"),
    "강원특별자치도": ("42", "51"),
    "전북특별자치도": ("45", "52"),
}
"""Short names of sidos, and former names: an address may put an old sigungu below a new sido."""


@lru_cache(maxsize=65_536)
def _region(words: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
    """Return full names of an address's sigungu, as of any day, and the number of words they take."""
    gazetteer = _gazetteer()
    sidos = gazetteer.sidos.get(words[0], set()) if words else set()
    for length in (2, 1, 0) if sidos else ():  # 수원시 장안구, 남동구, and Sejong, which has none
        below = words[1 : 1 + length]
        full = [" ".join([sido, *below]) for sido in sorted(sidos)]
        names = [name for name in full if name in gazetteer.sigungus] if len(below) == length else []
        if names:
            return tuple(names), 1 + length
    for length in (2, 1):
        names = sorted(gazetteer.alone.get(" ".join(words[:length]), ()))
        if len({name.split()[0][:2] for name in names}) == 1:
            return tuple(names), length
    return (), 0


@cache
def _dongs_of_road() -> dict[tuple[str, str], tuple[str, ...]]:
    """Return legal dongs by today's sigungu and road."""
    dongs: dict[tuple[str, str], list[str]] = defaultdict(list)
    with gzip.open(data_path("road.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = row["legal_dong_code"]
            for road in row["roads"].split("|"):
                dongs[code[:5], road].append(code)
    return {key: tuple(codes) for key, codes in dongs.items()}


def _emd_of(codes: Iterable[str]) -> str | None:
    """Return the eight-digit prefix common to all codes; None where they differ."""
    prefixes = {code[:8] for code in codes}
    return prefixes.pop() if len(prefixes) == 1 else None


def _sorted(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(codes)))
