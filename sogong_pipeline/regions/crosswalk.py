"""Crosswalk of legal dong codes: from any code to the codes of its area on any other day.

Rows keep old codes for years, registries are written once, and a month read late carries codes younger than itself.
So codes are compared by today's codes of their areas; the table is described in docs/reference-tables.md.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pyarrow as pa

from sogong_pipeline.lake.partitions import SHORT, digest_of, sha256_of
from sogong_pipeline.regions.reference import data_path

TABLE = "legal_dong_validity.csv.gz"


@dataclass(frozen=True, slots=True)
class LegalDong:
    """A legal dong's code over its days; `valid_to` is the last one, `successor_codes` those of the day after."""

    legal_dong_code: str
    name: str
    valid_from: dt.date
    valid_to: dt.date | None
    successor_codes: tuple[str, ...]


@cache
def legal_dongs() -> Mapping[str, LegalDong]:
    """Return every code that was valid on some day since 2000."""
    with gzip.open(data_path(TABLE), "rt", encoding="utf-8", newline="") as file:
        return {
            row["legal_dong_code"]: LegalDong(
                legal_dong_code=row["legal_dong_code"],
                name=row["name"],
                valid_from=dt.date.fromisoformat(row["valid_from"]),
                valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                successor_codes=tuple(filter(None, row["successor_codes"].split("|"))),
            )
            for row in csv.DictReader(file)
        }


def codes_on(legal_dong_code: str, day: dt.date) -> tuple[str, ...]:
    """Return the codes, sorted, that an area had or will have on a day, from any code it ever had.

    Several where it was divided or merged from areas with codes of their own; none where a code or its successor is
    unknown.
    """
    codes, seen, ahead = set(), {legal_dong_code}, [legal_dong_code]
    while ahead:
        dong = legal_dongs().get(code := ahead.pop())
        if dong is None:
            continue
        if dong.valid_to is not None and dong.valid_to < day:
            following: tuple[str, ...] = dong.successor_codes
        elif dong.valid_from > day and _predecessors().get(code):
            following = tuple(_predecessors()[code])
        else:
            codes.add(code)
            continue
        ahead += [other for other in following if other not in seen]
        seen.update(following)
    return tuple(sorted(codes))


def codes_today(legal_dong_code: str) -> tuple[str, ...]:
    """Return the codes of an area on the newest day of the tables."""
    dong = legal_dongs().get(legal_dong_code)
    is_living = dong is not None and dong.valid_to is None
    return (legal_dong_code,) if is_living else codes_on(legal_dong_code, dt.date.max)


@cache
def today_of_codes() -> pa.Table:
    """Return today's code for every code whose area has exactly one.

    Returns:
        `legal_dong_code`, `today_code` and `address`: name of its eup, myeon or dong in addresses of its time.
    """
    dongs = legal_dongs()
    rows = [
        (code, today[0], dongs[above].name if (above := code[:8] + "00") in dongs else None)
        for code in dongs
        if len(today := codes_today(code)) == 1
    ]
    names = ("legal_dong_code", "today_code", "address")
    return pa.table(
        {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(names)}
    )


@cache
def today_of_names() -> pa.Table:
    """Return the first eight digits of today's code by full name of an eup, myeon or dong, of any day.

    Names that stand for more than one are left out, as are areas divided by ri, which the address alone cannot
    decide.

    Returns:
        `address`, `today_emd_code`.
    """
    codes_of: dict[str, set[str]] = defaultdict(set)
    for code, dong in legal_dongs().items():
        if code.endswith("00"):
            codes_of[dong.name] |= {today[:8] for today in codes_today(code)}
    sure = {name: codes.pop() for name, codes in codes_of.items() if len(codes) == 1}
    return pa.table(
        {
            "address": pa.array(list(sure), pa.string()),
            "today_emd_code": pa.array(list(sure.values()), pa.string()),
        }
    )


@cache
def divided_codes() -> pa.Table:
    """Return codes with several codes today, one row for each: `legal_dong_code`, `today_code`, `today_emd_code`."""
    pairs = [
        (code, today) for code in legal_dongs() if len(todays := codes_today(code)) > 1 for today in todays
    ]
    return pa.table(
        {
            "legal_dong_code": pa.array([code for code, _ in pairs], pa.string()),
            "today_code": pa.array([today for _, today in pairs], pa.string()),
            "today_emd_code": pa.array([today[:8] for _, today in pairs], pa.string()),
        }
    )


def sigungu_on(day: dt.date) -> pa.Table:
    """Return the sigungu of any code's area on a day, where unique: `legal_dong_code`, `sigungu_code`."""
    changes = _days_of_change()
    return _sigungu_from(changes[max(bisect_right(changes, day) - 1, 0)])


@cache
def _days_of_change() -> list[dt.date]:
    """Return the days on which some code begins or has just ended, sorted; between two of them nothing changes."""
    dongs = legal_dongs().values()
    ends = {dong.valid_to + dt.timedelta(days=1) for dong in dongs if dong.valid_to is not None}
    return sorted({dt.date.min} | {dong.valid_from for dong in dongs} | ends)


@cache
def _sigungu_from(day: dt.date) -> pa.Table:
    pairs = []
    for code, dong in legal_dongs().items():
        is_then = dong.valid_from <= day and (dong.valid_to is None or day <= dong.valid_to)
        lay_in = {code[:5]} if is_then else {then[:5] for then in codes_on(code, day)}
        if len(lay_in) == 1:
            pairs.append((code, lay_in.pop()))
    return pa.table(
        {
            "legal_dong_code": pa.array([code for code, _ in pairs], pa.string()),
            "sigungu_code": pa.array([sigungu for _, sigungu in pairs], pa.string()),
        }
    )


@cache
def regions_version() -> str:
    """Return a digest of the tables of codes; a change makes the tables matched with them stale."""
    return digest_of([sha256_of(data_path(name)) for name in ("region.csv", TABLE)])[:SHORT]


@cache
def _predecessors() -> Mapping[str, list[str]]:
    before: dict[str, list[str]] = defaultdict(list)
    for code, dong in legal_dongs().items():
        for successor in dong.successor_codes:
            before[successor].append(code)
    return before
