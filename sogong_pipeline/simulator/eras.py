"""Codes and names of places as they were: the legal dong of a place takes new ones at reforms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

import yaml

from sogong_pipeline.regions.reference import data_path, regions
from sogong_pipeline.simulator.places import load_places


@dataclass(frozen=True)
class Era:
    """The codes and names between two reforms; one entry a place.

    Attributes:
        since: First day.
        legal_dong_code: Ten digits.
        name: Sido, sigungu and dong in Korean, without the ri.
    """

    since: dt.date
    legal_dong_code: list[str]
    name: list[str]


def reform_days() -> list[dt.date]:
    """The days on which codes changed, oldest first; the first is that of the source."""
    return sorted({region.valid_from for region in regions()})


def era_of(day: dt.date) -> Era:
    """The era a day lies in."""
    return _era(max(since for since in reform_days() if since <= day))


@lru_cache(maxsize=4)
def _era(since: dt.date) -> Era:
    places = load_places()
    code_then = _codes_then(since)
    names = {r.region_code: r.name for r in regions() if r.level == "sigungu"}
    codes, words = [], []
    for code, name in zip(places.legal_dong_code, places.name, strict=True):
        then = code_then.get(code[:5], code[:5])
        codes.append(then + code[5:])
        words.append(name if then == code[:5] else f"{names[then]} {name.rpartition(' ')[2]}")
    return Era(since, codes, words)


def _codes_then(since: dt.date) -> dict[str, str]:
    """Today's sigungu codes with the code that their area had, where it was another one."""
    sigungu = [region for region in regions() if region.level == "sigungu"]
    then = {
        region.successor_code: region.region_code
        for region in sigungu
        if region.valid_on(since) and region.successor_code
    }
    split = {
        new: region.region_code
        for region in sigungu
        if region.valid_on(since) and region.successor_code is None
        for new in _splits()[region.region_code]
    }
    return {new: old for new, old in (split | then).items() if new != old}


@lru_cache(maxsize=1)
def _splits() -> dict[str, list[str]]:
    """Sigungu codes that were split, with the codes of today."""
    text = (data_path("").parent / "tables" / "reform.yaml").read_text(encoding="utf-8")
    return {old: new for reform in yaml.safe_load(text) for old, new in reform.get("gone", {}).items()}
