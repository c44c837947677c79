"""Place the areas of a count: resolve 시군구 and dong by name or code, on the reference day, in the dated tables.

A name that no table has on that day is refused, not approximated.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from sogong_pipeline.clusters.neighbours import lie_beside
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.regions.admin_dongs import admin_dongs, admin_dongs_of, plain_name
from sogong_pipeline.regions.crosswalk import LegalDong, codes_today, legal_dongs
from sogong_pipeline.regions.reference import Region, regions

Basis = Literal["sigungu", "eup_myeon", "admin_dong", "legal_dong", "code_only"]
"""Kind of area: a whole 시군구, an eup or myeon (administrative and legal at once), one of the two kinds of dong, or
one of which only the statistics office's code is known."""

SEJONG = "36110"


@dataclass(frozen=True, slots=True)
class Place:
    """An area of a count on its reference day.

    Attributes:
        sigungu_code: Five digits, as on the reference day.
        basis: Kind of area.
        dong: Its name in one spelling; empty for a whole 시군구.
        area_code: Ten digits of the administrative or legal dong, `kostat:` and the code, five digits for a 시군구.
        legal_codes: Today's legal dongs in it or around it, eight digits, for neighbours and the pension file;
            for an administrative dong those of the same name, so several dongs may share one.
        name_match_only: True if the code was resolved by name alone.
    """

    sigungu_code: str
    basis: Basis
    dong: str
    area_code: str
    legal_codes: tuple[str, ...]
    name_match_only: bool


def reference_day(year: int) -> dt.date:
    """Return the day a yearly count describes: the last of the year."""
    return dt.date(year, 12, 31)


def sigungu_name(sigungu_code: str) -> str:
    """Return the full name of a 시군구 by any of its codes."""
    return _by_code()[sigungu_code].name


@cache
def sigungu_today(sigungu_code: str) -> tuple[str, ...]:
    """Return today's codes of a 시군구's area: one, or those of its gu if it was divided."""
    region = _by_code()[sigungu_code]
    if region.successor_code:
        return (region.successor_code,)
    sido, _, below = region.name.partition(" ")
    return sigungu_codes(sido, below, dt.date.max)


def region_of(sigungu_code: str) -> Region:
    """Return the row of a 시군구 code.

    Raises:
        RefusedError: when the code does not exist.
    """
    region = _by_code().get(sigungu_code)
    if region is None:
        raise RefusedError(f"{sigungu_code!r} is not a code of a 시군구 since 2015-11")
    return region


@cache
def sido_codes(sido: str) -> frozenset[str]:
    """Return every code of a 시도 by its full or short name of any day, including those before and after a rename."""
    named = {
        region.region_code
        for region in regions()
        if region.level == "sido" and sido in {region.name, region.short_name}
    }
    after = {_by_sido()[code].successor_code for code in named}
    return frozenset(region.region_code for region in _by_sido().values() if region.successor_code in after)


@cache
def sigungu_codes(sido: str, sigungu: str, day: dt.date) -> tuple[str, ...]:
    """Return the codes on a day of a 시군구 by names of any day; those of its gu for a city above them.

    Args:
        sido: full or short name, past or present.
        sigungu: 강릉시, or 용인시, or 용인시 기흥구; empty or 세종시 in Sejong.
        day: the day of the codes.

    Returns:
        One code; several if a city stood above gu on that day; none if the names match nothing.
    """
    related = sido_codes(sido)
    name = " ".join(sigungu.split())
    matches = [
        region
        for region in regions()
        if region.level == "sigungu" and region.sido_code in related and _is_called(region, name)
    ]
    today = {region.successor_code for region in matches if region.successor_code}
    direct = {region.region_code for region in matches if region.valid_on(day)}
    moved = {
        region.region_code
        for region in regions()
        if region.level == "sigungu" and region.successor_code in today and region.valid_on(day)
    }
    return tuple(sorted(direct or moved))


@cache
def place(
    sido: str,
    sigungu: str,
    dong: str,
    day: dt.date,
    *,
    dong_code: str = "",
    code_system: str = "name",
) -> Place:
    """Place an area named in a count.

    Args:
        sido: name of the 시도, past or present.
        sigungu: name of the 시군구.
        dong: name of the eup, myeon or dong; empty for the whole 시군구.
        day: the reference day.
        dong_code: the area's code where the source gives one.
        code_system: `name` (no code), `kostat7`, `kostat8`, `mois10` or `bdong10`.

    Raises:
        RefusedError: when a name or code is unknown on that day, or matches several areas.
    """
    codes = sigungu_codes(sido, sigungu, day)
    if not codes:
        raise RefusedError(f"no 시군구 {sido} {sigungu!r} exists on {day}")
    if not dong and not dong_code:
        if len(codes) > 1:
            raise RefusedError(f"{sido} {sigungu} matches {len(codes)} gu on {day}; name the gu")
        return Place(codes[0], "sigungu", "", codes[0], (), True)
    if code_system in {"mois10", "bdong10"}:
        return _by_ten_digits(dong_code, dong, codes, day, code_system)
    if code_system in {"kostat7", "kostat8"} and not dong:
        if len(codes) > 1:
            raise RefusedError(f"{sido} {sigungu} matches {len(codes)} gu on {day}; name the gu")
        return Place(codes[0], "code_only", dong_code, f"kostat:{dong_code}", (), False)
    matches = [area for code in codes if (area := _by_name(code, dong, day))]
    if not matches:
        raise RefusedError(f"{dong!r} is not an 읍면동 of {sido} {sigungu} on {day}")
    if len(matches) > 1:
        raise RefusedError(
            f"{dong!r} matches {len(matches)} 읍면동 of {sido} {sigungu} on {day}; name the gu"
        )
    return matches[0]


def legal_base(dong: str) -> str:
    """Return the name of the legal dong that a numbered administrative dong is cut from.

    창신1동 -> 창신동, 성수1가2동 -> 성수동1가; other names are returned unchanged.
    """
    plain = plain_name(dong)
    if split := re.fullmatch(r"(\D+?)(\d)가[\d.]+동", plain):
        return f"{split[1]}동{split[2]}가"
    if numbered := re.fullmatch(r"(\D+?)\d+(?:\.\d+)*동", plain):
        return f"{numbered[1]}동"
    return plain


@cache
def legal_dongs_of(sigungu_code: str, day: dt.date) -> Mapping[str, str]:
    """Return the legal dongs, eups and myeons of a 시군구 on a day: name in one spelling by ten-digit code."""
    return {
        plain_name(dong.name.split()[-1]): code
        for code, dong in _legal_by_sigungu().get(sigungu_code, {}).items()
        if dong.valid_from <= day and (dong.valid_to is None or day <= dong.valid_to)
    }


@cache
def changed_areas(sigungu_code: str, before: dt.date, after: dt.date) -> frozenset[str]:
    """Return the names of the dongs of a 시군구 whose area cannot be compared between two days.

    These are the dongs created or abolished in between (except a myeon that became an eup), their neighbours, and dongs
    of unknown location; all dongs (but no eup or myeon) if the location of a changed one is unknown. The tables do not
    record which of them gained or lost ground.

    Args:
        sigungu_code: its code on the later day.
        before: the earlier day, exclusive.
        after: the later day.
    """
    names_after = set(admin_dongs_of(sigungu_code, after))
    names_before = {
        name
        for region in regions()
        if region.level == "sigungu" and region.valid_on(before) and _same_area(region, sigungu_code)
        for name in admin_dongs_of(region.region_code, before)
    }
    if not names_before:
        return frozenset(names_after)
    altered = names_after ^ names_before
    raised = {name for name in altered if name.endswith("면") and _eup_of(name) in altered}
    altered -= raised | {_eup_of(name) for name in raised}
    if not altered:
        return frozenset()
    legal = legal_dongs_of(sigungu_code, after)
    bases = {legal_base(name) for name in altered}
    if not bases <= set(legal):
        return frozenset(altered | {name for name in names_after if name.endswith("동")})
    ground = tuple(sorted({code for base in bases for code in _legal_today(legal[base])}))
    return frozenset(altered | {name for name in names_after if _may_touch(ground, name, legal)})


def _may_touch(ground: tuple[str, ...], name: str, legal: Mapping[str, str]) -> bool:
    """Return True if a dong is adjacent to some ground, or its location is unknown."""
    base = legal_base(name)
    return lie_beside(ground, _legal_today(legal[base])) if base in legal else name.endswith("동")


def _eup_of(name: str) -> str:
    """Return the eup that a myeon became; other names unchanged."""
    return name[:-1] + "읍" if name.endswith("면") else name


def _same_area(region: Region, sigungu_code: str) -> bool:
    return region.region_code == sigungu_code or (
        region.successor_code is not None and region.successor_code == _by_code()[sigungu_code].successor_code
    )


def _by_name(sigungu_code: str, dong: str, day: dt.date) -> Place | None:
    """Return an area by its name: administrative before legal, since counts by name are administrative."""
    plain = plain_name(dong)
    admin = admin_dongs_of(sigungu_code, day).get(plain)
    legal = legal_dongs_of(sigungu_code, day)
    if admin:
        basis: Basis = "eup_myeon" if plain in legal and plain[-1] in "읍면" else "admin_dong"
        return Place(sigungu_code, basis, plain, admin, _legal_today(legal.get(legal_base(plain))), True)
    if plain in legal:
        basis = "eup_myeon" if plain[-1] in "읍면" else "legal_dong"
        return Place(sigungu_code, basis, plain, legal[plain], _legal_today(legal[plain]), True)
    return None


def _by_ten_digits(code: str, dong: str, sigungu: Collection[str], day: dt.date, system: str) -> Place:
    table = admin_dongs() if system == "mois10" else legal_dongs()
    entry = table.get(code)
    if entry is None:
        raise RefusedError(
            f"{code!r} is not a code of {'an administrative' if system == 'mois10' else 'a legal'} dong"
        )
    if entry.valid_from > day or (entry.valid_to is not None and entry.valid_to < day):
        raise RefusedError(f"the code {code} ({entry.name}) was not in force on {day}")
    if code[:5] not in sigungu:
        raise RefusedError(
            f"the code {code} ({entry.name}) is not in the named 시군구, {'|'.join(sorted(sigungu))}"
        )
    name = plain_name(entry.name.split()[-1])
    if dong and plain_name(dong) != name:
        raise RefusedError(f"the code {code} is {entry.name}, not {dong!r}")
    if system == "bdong10":
        if not code.endswith("00"):
            raise RefusedError(f"the code {code} ({entry.name}) is a ri; use its eup or myeon")
        basis: Basis = "eup_myeon" if name[-1] in "읍면" else "legal_dong"
        return Place(code[:5], basis, name, code, _legal_today(code), False)
    legal = legal_dongs_of(code[:5], day)
    basis = "eup_myeon" if name in legal and name[-1] in "읍면" else "admin_dong"
    return Place(code[:5], basis, name, code, _legal_today(legal.get(legal_base(name))), False)


def _legal_today(code: str | None) -> tuple[str, ...]:
    """Return the first eight digits of today's codes of a legal dong; empty for None."""
    return tuple(sorted({today[:8] for today in codes_today(code)})) if code else ()


def _is_called(region: Region, sigungu: str) -> bool:
    """Return True if a 시군구, or the city it is a gu of, has that name."""
    below = region.name.split(" ", 1)[1] if " " in region.name else ""
    if not below:
        return sigungu in {"", "세종시", "세종특별자치시"}
    return bool(sigungu) and (below == sigungu or below.startswith(f"{sigungu} "))


@cache
def _by_code() -> dict[str, Region]:
    return {region.region_code: region for region in regions() if region.level == "sigungu"}


@cache
def _by_sido() -> dict[str, Region]:
    return {region.region_code: region for region in regions() if region.level == "sido"}


@cache
def _legal_by_sigungu() -> dict[str, dict[str, LegalDong]]:
    by_sigungu: dict[str, dict[str, LegalDong]] = defaultdict(dict)
    for code, dong in legal_dongs().items():
        if code.endswith("00"):
            by_sigungu[code[:5]][code] = dong
    return by_sigungu
