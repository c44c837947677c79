"""Offices as areas: districts and 시도 of each, and the code reforms that break their series."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from sogong_pipeline.districts.registry import District
from sogong_pipeline.regions.reference import office_of_sido, regions
from sogong_pipeline.vocabulary import NATION

JEJU, ALL = "jeju", "nation"
"""Codes besides those of the 13 offices: 제주, which has none, and the total of all."""
JEJU_SIDO = "50"
DISTRICTS, REGION = "districts", "region"
"""The two areas of an office: its districts together, and all workplaces of its 시도."""
MEMBERS = pa.schema(
    [("kind", pa.string()), ("member", pa.string()), ("area", pa.string()), ("place", pa.string())]
)


def office_code(sido_code: str) -> str:
    """Return the office of a 시도 by any code it ever had; `jeju` for 제주 and for an unknown code."""
    office = office_of_sido(sido_code)
    return office.code if office else JEJU


def office_areas(districts: Iterable[District]) -> pa.Table:
    """Return the members of each area of an office.

    Args:
        districts: The districts judged.

    Returns:
        Columns `kind` (district or region), `member` (district_id or code of a 시도), `area` (`seoul/districts`) and
        `place` (districts or region); all districts, and all rows of the file, belong to those of the nation.
    """
    members = [("district", one.district_id, office_code(one.sido_code), DISTRICTS) for one in districts]
    members += [
        ("region", region.region_code, office_code(region.region_code), REGION)
        for region in regions()
        if region.level == "sido"
    ]
    members += [(kind, member, ALL, place) for kind, member, _, place in members if kind == "district"]
    members.append(("region", NATION, ALL, REGION))
    rows = [
        {"kind": kind, "member": member, "area": f"{code}/{place}", "place": place}
        for kind, member, code, place in sorted(set(members))
    ]
    return pa.Table.from_pylist(rows, MEMBERS)


def areas_of(codes: Iterable[str]) -> list[str]:
    """Return both areas of offices."""
    return [f"{code}/{place}" for code in codes for place in (DISTRICTS, REGION)]


def broken_offices(
    breaks: Iterable[tuple[str, str, list[str]]], districts: Iterable[District]
) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the areas of offices that a reform of codes breaks.

    A reform inside one 시도 does not reach the sum of all its workplaces; it reaches the sum of the districts of an
    office where it reaches one of them.

    Args:
        breaks: Result of `area_breaks` for the districts: area, first month after, evidence.
        districts: The districts judged.

    Yields:
        Area of an office, first month after, evidence.
    """
    owner = {one.district_id: office_code(one.sido_code) for one in districts}
    broken = {
        (f"{owner[area]}/{DISTRICTS}", month, tuple(evidence))
        for area, month, evidence in breaks
        if area in owner
    }
    broken |= {
        (f"{office_code(area)}/{REGION}", month, tuple(evidence))
        for area, month, evidence in breaks
        if area not in owner and len(area) == len(NATION)
    }
    for area, month, codes in sorted(broken):
        yield area, month, list(codes)
