"""What one row of a registry says in several ways, held against each other and against the tables of codes."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from functools import cache

import shapely
from shapely.geometry.base import BaseGeometry

from sogong_pipeline.districts.registry import District
from sogong_pipeline.regions.crosswalk import codes_today, legal_dongs
from sogong_pipeline.regions.dong_outlines import lying_in
from sogong_pipeline.regions.reference import current_code, data_path, regions

NEAR_DEGREES = 0.03
"""About three kilometres: outlines of dongs are coarse, coasts are filled up, and points are set by hand."""


def contradictions(district: District, outline: BaseGeometry | None) -> Iterator[str]:
    """What cannot both be true of a district; its codes must be of the right form.

    Args:
        district: a row of the registry.
        outline: its outline in degrees, where there is one.
    """
    dongs = {code for old in district.legal_dong_codes for code in (codes_today(old) or (old,))}
    sido = _sido(district.sigungu_code)
    others = [code for code in district.legal_dong_codes if not _is_in_sido(code, sido)]
    if district.legal_dong_codes and len(others) == len(district.legal_dong_codes):
        yield (
            f"sigungu_code {district.sigungu_code} and legal_dong_codes {'|'.join(others[:3])} lie in different 시도"
        )
        return
    if outline is not None and dongs:
        near = _near(outline)
        if (
            near
            and not _any_dong(dongs, near)
            and not {code[:5] for code in dongs} & {code[:5] for code in near}
        ):
            yield "its outline touches none of its legal_dong_codes nor their 시군구"
    if district.longitude is not None and district.latitude is not None:
        point = shapely.Point(float(district.longitude), float(district.latitude))
        near = _near(point)
        own = {code[:5] for code in dongs} | {current_code(district.sigungu_code) or district.sigungu_code}
        lies_in = {code[:5] for code in near}
        is_elsewhere = near and not lies_in & own and not any(_is_within(point, code) for code in own)
        if is_elsewhere and not _was_split(district.sigungu_code):
            yield (
                f"longitude {district.longitude} and latitude {district.latitude} lie in 시군구 "
                f"{_nearest(point, near)}, not in {district.sigungu_code}"
            )


def unknown_codes(district: District) -> Iterator[str]:
    """Codes of a district that never existed: it has nobody by them."""
    for code in district.legal_dong_codes:
        if code[5:] == "00000":
            level = "시도" if code[2:5] == "000" else "시군구"
            yield f"legal_dong_codes: {code} is the code of a {level}, not of a legal dong, so it places nobody"
        elif code not in legal_dongs():
            yield f"legal_dong_codes: {code} was no code since 2000, so it places nobody"
    for code in district.postal_codes:
        if code not in _postal_codes():
            yield f"postal_codes: {code} is no postal code of any legal dong, so it places nobody"


def contradictory(
    districts: Mapping[int, District], outlines: Mapping[str, BaseGeometry]
) -> Iterator[tuple[int, str]]:
    """The contradictions of every district by the number of its row."""
    for number, district in districts.items():
        for complaint in contradictions(district, outlines.get(district.district_id)):
            yield number, complaint


def _near(area: BaseGeometry) -> set[str]:
    return {one.legal_dong_code for one in lying_in(area.buffer(NEAR_DEGREES))}


def _is_within(point: shapely.Point, sigungu_code: str) -> bool:
    """Whether a point lies in or near the outline of a 시군구; the outlines of dongs leave out reclaimed land."""
    outline = _sigungu_outlines().get(sigungu_code)
    return outline is not None and bool(outline.dwithin(point, NEAR_DEGREES))


@cache
def _sigungu_outlines() -> dict[str, BaseGeometry]:
    entries = json.loads(data_path("sigungu_outline.json").read_text(encoding="utf-8"))
    return {
        code: shapely.union_all([shapely.Polygon(ring).buffer(0) for ring in entry["rings"]])
        for code, entry in entries.items()
    }


def _nearest(point: shapely.Point, near: set[str]) -> str:
    inside = lying_in(point.buffer(0.001))
    return inside[0].legal_dong_code[:5] if inside else min(near)[:5]


def _any_dong(dongs: set[str], near: set[str]) -> bool:
    """Whether any of some legal dongs, or an eup or myeon of a ri, is among others."""
    return bool(dongs & near or {code[:8] for code in dongs} & {code[:8] for code in near})


def _sido(code: str) -> str:
    return (current_code(code[:5]) or current_code(code[:2]) or code)[:2]


def _is_in_sido(code: str, sido: str) -> bool:
    return any(_sido(today) == sido for today in (codes_today(code) or (code,)))


@cache
def _split() -> frozenset[str]:
    return frozenset(region.region_code for region in regions() if region.successor_code is None)


def _was_split(sigungu_code: str) -> bool:
    return sigungu_code in _split() or sigungu_code not in {region.region_code for region in regions()}


@cache
def _postal_codes() -> frozenset[str]:
    with gzip.open(data_path("postal_code.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        return frozenset(row["postal_code"] for row in csv.DictReader(file))
