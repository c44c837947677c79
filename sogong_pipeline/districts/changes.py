"""What differs between two registries, and which of a registry's districts share ground."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sogong_pipeline.districts.evidence import places_of
from sogong_pipeline.districts.registry import District, Slice


@dataclass(frozen=True)
class Change:
    """One difference: `what` is added, removed, ended, revived, renamed, moved or changed."""

    district_id: str
    what: str
    before: str
    after: str


def changes(before: Slice, after: Slice) -> list[Change]:
    """What differs between the newest rows of each district, by district; codes are compared as of today.

    So a reform of codes moves no district.
    """
    old, new = _newest(before.districts), _newest(after.districts)
    found = [Change(key, "added", "", new[key].name) for key in new.keys() - old.keys()]
    found += [Change(key, "removed", old[key].name, "") for key in old.keys() - new.keys()]
    for key in old.keys() & new.keys():
        found += _between(old[key], new[key])
    return sorted(found, key=lambda change: (change.district_id, change.what))


def _newest(districts: Iterable[District]) -> dict[str, District]:
    """The last row of each district; they come in order of their days."""
    return {district.district_id: district for district in districts}


def _between(old: District, new: District) -> list[Change]:
    key, found = old.district_id, []
    if old.valid_to != new.valid_to:
        what = "ended" if new.valid_to else "revived"
        found.append(Change(key, what, str(old.valid_to or ""), str(new.valid_to or "")))
    if old.name != new.name:
        found.append(Change(key, "renamed", old.name, new.name))
    if _ground(old) != _ground(new):
        found.append(Change(key, "moved", _told(old), _told(new)))
    for column in (
        "kind",
        "valid_from",
        "source",
        "roads",
        "aliases",
        "parent_id",
        "industry_codes",
        "is_alone",
        "whole_dong_codes",
        "buildings",
    ):
        was, now = getattr(old, column), getattr(new, column)
        if was != now:
            found.append(Change(key, "changed", f"{column}={was}", f"{column}={now}"))
    return found


def _ground(district: District) -> tuple[object, ...]:
    return places_of(district), district.postal_codes, district.longitude, district.latitude


def _told(district: District) -> str:
    """Where a district lies, in a few words."""
    places = "|".join(district.legal_dong_codes) or district.sigungu_code
    return f"{places} {'|'.join(district.postal_codes)} {district.longitude},{district.latitude}"


@dataclass(frozen=True)
class Shared:
    """Two districts that claim the same ground; `nested` tells whether one is said to lie in the other."""

    one: str
    other: str
    places: int
    nested: bool


def shared_ground(registry: Slice, day: dt.date) -> list[Shared]:
    """Pairs of districts of a day that claim the same legal dong and postal code, and in how many of these."""
    districts = {one.district_id: one for one in registry.districts if one.valid_on(day)}
    by_dong: dict[str, list[District]] = defaultdict(list)
    for district in districts.values():
        for dong in places_of(district):
            by_dong[dong].append(district)
    pairs: dict[tuple[str, str], int] = defaultdict(int)
    for there in by_dong.values():
        for place, one in enumerate(there):
            for other in there[place + 1 :]:
                if (
                    not one.postal_codes
                    or not other.postal_codes
                    or {*one.postal_codes} & {*other.postal_codes}
                ):
                    pairs[one.district_id, other.district_id] += 1
    return [
        Shared(one, other, places, _nested(districts[one], districts[other], districts))
        for (one, other), places in sorted(pairs.items())
    ]


def _nested(one: District, other: District, districts: dict[str, District]) -> bool:
    return other.district_id in _above(one, districts) or one.district_id in _above(other, districts)


def _above(district: District, districts: dict[str, District]) -> set[str]:
    above: set[str] = set()
    parent = district.parent_id
    while parent in districts and parent not in above:
        above.add(parent)
        parent = districts[parent].parent_id
    return above
