"""What a registry says about addresses, as tables to join with: claims on places, roads, names, nesting, lists.

Every code is today's, so that a registry and a month may each be written in the codes of its own time.
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache

import pyarrow as pa

from sogong_pipeline.districts.registry import District, Placement, kinds
from sogong_pipeline.regions.crosswalk import codes_today, legal_dongs
from sogong_pipeline.regions.reference import current_code, data_path

WIDEST_DONG = 4
"""Postal codes of a legal dong that a district may still fill: the real complexes span a median of three."""
BY_LIST = ("building", "dong_alone")
"""What a place says where it takes a list to tell who is in the district."""
SHORTEST_STEM = 2
"""A name whose part before the ending is shorter is looked for as it stands only."""


def claims(districts: Sequence[District]) -> pa.Table:
    """The places districts claim: one row per legal dong of today, postal code and beginning of an industry code.

    An eup or myeon claimed as a whole is claimed with each of its ri. Where a district names no postal code, or no
    industry, the column is null and any will do. `evidence` is what a place says: `postal_code` or `legal_dong` where
    it tells who is in the district, with their trade or as nothing else is there; where it says less, `beside_roads`
    (the district lists roads), `shared_dong` (another one than a building or a nested one claims a part of the legal
    dong) and `any_trade` (no trade usually settles there); and where only a list would tell, `building`, or
    `dong_alone` for a legal dong of many postal codes of which none is named.
    """
    shared = _shared(districts)
    rows = [claim for district in districts for claim in claims_of(district, shared)]
    return _table(("district_id", "legal_dong_code", "postal_code", "industry_code", "evidence"), rows)


def claims_of(
    district: District, shared: Collection[tuple[str, str]] = ()
) -> list[tuple[str, str, str | None, str | None, str]]:
    """One district's claims, as in `claims`; `shared` are districts and their legal dongs where others claim some."""
    whole = {today for code in district.whole_dong_codes for today in codes_today(code)}

    def told(dong: str, postal: str | None) -> str:
        if district.needs_list:
            return "building" if postal else "dong_alone"
        if not (postal or district.is_alone or dong in whole) and is_wide(dong):
            return "dong_alone"
        if not district.is_alone:
            if district.roads:
                return "beside_roads"
            if (district.district_id, dong) in shared:
                return "shared_dong"
            if not (district.industry_codes or kinds()[district.kind].usual_divisions):
                return "any_trade"
        return "postal_code" if postal else "legal_dong"

    return [
        (district.district_id, dong, postal, industry, told(dong, postal))
        for dong in places_of(district)
        for postal in (district.postal_codes or (None,))
        for industry in (district.industry_codes or (None,))
    ]


def _shared(districts: Sequence[District]) -> set[tuple[str, str]]:
    """Districts with each of their legal dongs that another one claims too, buildings and nested ones apart."""
    areas = [district for district in districts if not kinds()[district.kind].is_building]
    parents = {district.district_id: district.parent_id for district in areas}

    def above(district_id: str | None) -> set[str]:
        found: set[str] = set()
        while district_id is not None and district_id not in found:
            found.add(district_id)
            district_id = parents.get(district_id)
        return found

    lines = {district_id: above(district_id) for district_id in parents}
    holders: dict[str, list[str]] = {}
    for district in areas:
        for dong in places_of(district):
            holders.setdefault(dong, []).append(district.district_id)
    return {
        (one, dong)
        for dong, held_by in holders.items()
        if len(held_by) > 1
        for one in held_by
        if any(one not in lines[other] and other not in lines[one] for other in held_by)
    }


def is_wide(legal_dong_code: str) -> bool:
    """Whether a legal dong of today has so many postal codes that a district in it is but a part."""
    return _postal_codes_in().get(legal_dong_code, 0) > WIDEST_DONG


@cache
def _postal_codes_in() -> dict[str, int]:
    """How many postal codes each legal dong has."""
    with gzip.open(data_path("postal_code.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        return Counter(row["legal_dong_code"] for row in csv.DictReader(file))


def places_of(district: District) -> list[str]:
    """Today's legal dong codes of a district, with the ri of every eup and myeon among them."""
    today = {code for old in district.legal_dong_codes for code in codes_today(old)}
    # A code nobody knows still means itself.
    today |= {old for old in district.legal_dong_codes if not codes_today(old)}
    return sorted(today | {ri for code in today for ri in _ri_of().get(code, ())})


@cache
def _ri_of() -> dict[str, list[str]]:
    """Living eup and myeon -> their living ri."""
    below: dict[str, list[str]] = {}
    for code, dong in legal_dongs().items():
        if dong.valid_to is None and not code.endswith("00"):
            below.setdefault(code[:8] + "00", []).append(code)
    return below


def roads(districts: Iterable[District]) -> pa.Table:
    """Allow-listed roads: district, the 읍면동 or 시군구 of today in which the road counts, its name."""
    rows = [
        (district.district_id, area, road)
        for district in districts
        for area in (
            sorted({code[:8] for code in places_of(district)}) or [_sigungu_today(district.sigungu_code)]
        )
        for road in district.roads
    ]
    return _table(("district_id", "area_code", "road"), rows)


def names(districts: Iterable[District]) -> pa.Table:
    """What addresses may call a district: district, 시군구 of today, text without blanks."""
    rows = [
        (district.district_id, sigungu, text)
        for district in districts
        for sigungu in sorted(
            {code[:5] for code in places_of(district)} or {_sigungu_today(district.sigungu_code)}
        )
        for text in sorted(_called(district))
    ]
    return _table(("district_id", "sigungu_code", "text"), rows)


def _called(district: District) -> set[str]:
    """A district's name with each of the endings of its kind, and its aliases.

    대송 alone is part of 대송리 and says nothing; 대송산단 does.
    """
    endings = kinds()[district.kind].endings
    name = "".join(district.name.split())
    ending = next((ending for ending in endings if name.endswith(ending)), "")
    stem = name.removesuffix(ending)
    called = {"".join(alias.split()) for alias in district.aliases}
    if len(stem) >= SHORTEST_STEM:
        called |= {stem + other for other in endings}
    return called | ({name} if ending else set())


def nests(districts: Sequence[District]) -> pa.Table:
    """Districts that lie in another, however deep: inner, outer, and whether the inner one claims less.

    Where it does not, the same address may mean either, and a place alone does not decide.
    """
    by_id = {district.district_id: district for district in districts}
    places = {district.district_id: _claimed(district) for district in districts if district.parent_id}
    rows = []
    for district in districts:
        outer, seen = district.parent_id, {district.district_id}
        while outer is not None and outer in by_id and outer not in seen:
            seen.add(outer)
            above = places.setdefault(outer, _claimed(by_id[outer]))
            rows.append((district.district_id, outer, _is_narrower(places[district.district_id], above)))
            outer = by_id[outer].parent_id
    return _table(("inner_id", "outer_id", "is_narrower"), rows, pa.bool_())


def _claimed(district: District) -> tuple[set[str], set[str]]:
    return set(places_of(district)), set(district.postal_codes)


def _is_narrower(inner: tuple[set[str], set[str]], outer: tuple[set[str], set[str]]) -> bool:
    """Whether a claim lies in another and is less."""
    lies_in = inner[0] <= outer[0] and (not outer[1] or (bool(inner[1]) and inner[1] <= outer[1]))
    return lies_in and inner != outer


def habits(districts: Iterable[District]) -> pa.Table:
    """Who usually settles in a district, of those that have such habits.

    One row per district whose kind has usual divisions, that names no industries itself and is not alone where it is:
    the first and the last division.
    """
    rows = [
        (district.district_id, *usual)
        for district in districts
        if not (district.industry_codes or district.is_alone)
        and (usual := kinds()[district.kind].usual_divisions)
    ]
    return _table(("district_id", "first_division", "last_division"), rows)


def placements(placed: Iterable[Placement]) -> pa.Table:
    """Workplaces placed by hand; the legal dong is today's, null for any."""
    rows = [
        (
            one.role,
            one.district_id,
            one.workplace_name,
            one.business_number_prefix,
            next(iter(codes_today(one.legal_dong_code)), one.legal_dong_code)
            if one.legal_dong_code
            else None,
        )
        for one in placed
    ]
    columns = ("role", "district_id", "workplace_name", "business_number_prefix", "legal_dong_code")
    return _table(columns, rows)


def _sigungu_today(code: str) -> str:
    return current_code(code) or code


def _table(
    columns: Sequence[str], rows: Sequence[tuple[object, ...]], last: pa.DataType | None = None
) -> pa.Table:
    """Rows of text as a table, the last column of another type where one is given."""
    types = [pa.string()] * (len(columns) - 1) + [last or pa.string()]
    return pa.table(
        {
            column: pa.array([row[place] for row in rows], kind)
            for place, (column, kind) in enumerate(zip(columns, types, strict=True))
        }
    )
