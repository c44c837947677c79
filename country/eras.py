"""Historical codes and names of places: the legal dong of a place takes new ones at reforms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache, lru_cache

from country.places import load_places
from sogong_pipeline.regions.crosswalk import codes_on, legal_dongs
from sogong_pipeline.regions.reference import regions


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


def era_of(day: dt.date) -> Era:
    """Return the era of a day."""
    return _era(max(since for since in _reform_days() if since <= day))


@cache
def _reform_days() -> list[dt.date]:
    """Return the days on which codes of a sigungu changed, oldest first; the first is that of the source."""
    return sorted({region.valid_from for region in regions()})


@lru_cache(maxsize=4)
def _era(since: dt.date) -> Era:
    places = load_places()
    then = {code: _then(code, since) for code in set(places.legal_dong_code)}
    names = {code: _without_ri(legal_dongs()[old].name) for code, old in then.items() if old != code}
    return Era(
        since,
        [then[code] for code in places.legal_dong_code],
        [names.get(code, name) for code, name in zip(places.legal_dong_code, places.name, strict=True)],
    )


def _then(code: str, day: dt.date) -> str:
    """Return the code of today's legal dong on a day; the first one where it was merged from several."""
    dong = legal_dongs().get(code)
    if dong is None or dong.valid_from <= day:
        return code
    return min((old for old in codes_on(code, day) if old in legal_dongs()), default=code)


def _without_ri(name: str) -> str:
    return name.rpartition(" ")[0] if name.endswith("리") and name.rpartition(" ")[0][-1:] in "읍면" else name
