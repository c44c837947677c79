"""Dated lists of designated clusters and centres, a source per row, and the matching of their dong names to counts."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Literal, TypeVar

from sogong_pipeline.clusters.places import (
    Place,
    legal_base,
    legal_dongs_of,
    sido_codes,
    sigungu_codes,
    sigungu_today,
)
from sogong_pipeline.clusters.rules import choices
from sogong_pipeline.regions.admin_dongs import admin_dongs_of, plain_name

FILES = ("cluster_designation.csv", "small_manufacturer_centre.csv", "small_manufacturer_programme.csv")
CentreKind = Literal["trade", "shared", "complex", "wide_area"]


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A day, a month or a year, as precise as its source: `2017-08-23`, `2017-11`, `2020`."""

    text: str

    @property
    def first_day(self) -> dt.date:
        """Earliest possible day."""
        year, month, day = [*map(int, self.text.split("-")), 1, 1][:3]
        return dt.date(year, month, day)

    @property
    def last_day(self) -> dt.date:
        """Latest possible day."""
        parts = [int(part) for part in self.text.split("-")]
        year, month = parts[0], parts[1] if len(parts) > 1 else 12
        return dt.date(year, month, parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1])

    def plus_years(self, years: int) -> PartialDate:
        """Add years at the same precision; 29 February becomes the 28th in a common year."""
        year, *rest = self.text.split("-")
        moved = "-".join([str(int(year) + years), *rest])
        if rest == ["02", "29"] and not calendar.isleap(int(year) + years):
            moved = f"{int(year) + years}-02-28"
        return PartialDate(moved)


@dataclass(frozen=True, slots=True)
class Listed:
    """Common fields of designations and centres: place and divisions.

    `dongs` is empty where no source names them; `divisions` is empty where the entry covers every trade.
    """

    name: str
    sido: str
    sigungu: str
    dongs: tuple[str, ...]
    trade: str
    divisions: tuple[str, ...]
    published_establishments: int | None
    published_year: str
    source: str

    @property
    def sigungu_codes(self) -> tuple[str, ...]:
        """Today's codes of its 시군구; several for a city above gu, none for a whole 시도."""
        return sigungu_codes(self.sido, self.sigungu, dt.date.max) if self.sigungu else ()

    @property
    def sido_codes(self) -> frozenset[str]:
        """Every code that its 시도 has ever had."""
        return sido_codes(self.sido)

    def covers(self, place: Place, division: str) -> Literal["yes", "no", "unknown"]:
        """Return `yes`, `no` or `unknown`: coverage of a dong and division.

        Unknown where it names no dong of that 시군구, or only legal dongs whose names no administrative dong bears.
        """
        today = set(sigungu_today(place.sigungu_code))
        if division not in self.divisions or today.isdisjoint(self.sigungu_codes):
            return "no"
        if not self.dongs:
            return "unknown"
        if any(is_dong(named, place.dong) for named in self.dongs):
            return "yes"
        return "unknown" if place.basis in {"admin_dong", "code_only"} and self._names_unseen(place) else "no"

    def covers_row(self, sigungu_code: str, dong: str, division: str) -> bool:
        """Return True if it certainly covers a dong by name, and a division, in a 시군구 by any of its codes."""
        today = set(sigungu_today(sigungu_code))
        is_here = division in self.divisions and not today.isdisjoint(self.sigungu_codes)
        return is_here and bool(dong) and any(is_dong(named, dong) for named in self.dongs)

    def _names_unseen(self, place: Place) -> bool:
        """Return True if it names a legal dong of that 시군구 that counts by administrative dong do not show."""
        day = dt.date.max
        return place.basis == "code_only" or any(
            plain_name(named) in legal_dongs_of(code, day)
            and not any(is_dong(named, name) for name in admin_dongs_of(code, day))
            for named in self.dongs
            for code in sigungu_today(place.sigungu_code)
        )


@dataclass(frozen=True, slots=True)
class Designation(Listed):
    """A designated cluster; `first_seen` is the earliest date in a source and may be later than the notice."""

    designation_id: str
    first_seen: PartialDate
    first_seen_basis: str
    notice: str
    area_km2: str
    confidence: str

    @property
    def plan_end(self) -> PartialDate:
        """End of the three yearly parts of its plan; the law sets no term for the designation itself."""
        return self.first_seen.plus_years(choices().plan_years)

    def plan_state(self, day: dt.date) -> Literal["ended", "ending", "running"]:
        """Return the state of its plan on a day: ended, ending within the months of `rules.yaml`, or running."""
        if self.plan_end.last_day < day:
            return "ended"
        months = choices().ending_within_months
        ahead = PartialDate(
            f"{day.year + (day.month - 1 + months) // 12}-{(day.month - 1 + months) % 12 + 1:02d}"
        )
        limit = ahead.first_day.replace(day=min(day.day, ahead.last_day.day))
        return "ending" if self.plan_end.last_day <= limit else "running"


@dataclass(frozen=True, slots=True)
class Centre(Listed):
    """A centre: of a trade, shared by several, in a building of its own (`complex`), or for a whole 시도 (`wide_area`).

    `until` is the day of the first list without it.
    """

    centre_id: str
    kind: CentreKind
    operator: str
    since: PartialDate | None
    since_basis: str
    until: PartialDate | None
    until_basis: str
    status_as_of: str
    published_source: str

    def runs_on(self, day: dt.date) -> bool:
        """Return True unless a list dated on or before that day lacks it."""
        return (self.until is None or day < self.until.first_day) and (
            self.since is None or self.since.first_day <= day
        )


Row = TypeVar("Row", Designation, Centre)


@cache
def designations() -> tuple[Designation, ...]:
    """Return the designated clusters that a source names, oldest first."""
    return tuple(
        Designation(
            **_common(row),  # type: ignore[arg-type]
            designation_id=row["designation_id"],
            first_seen=PartialDate(row["first_seen"]),
            first_seen_basis=row["first_seen_basis"],
            notice=row["notice"],
            area_km2=row["area_km2"],
            confidence=row["confidence"],
        )
        for row in _rows("cluster_designation.csv")
    )


@cache
def centres() -> tuple[Centre, ...]:
    """Return every centre that a source names."""
    return tuple(
        Centre(
            **_common(row),  # type: ignore[arg-type]
            centre_id=row["centre_id"],
            kind=row["kind"],  # type: ignore[arg-type]
            operator=row["operator"],
            since=PartialDate(row["since"]) if row["since"] else None,
            since_basis=row["since_basis"],
            until=PartialDate(row["until"]) if row["until"] else None,
            until_basis=row["until_basis"],
            status_as_of=row["status_as_of"],
            published_source=row["published_source"],
        )
        for row in _rows("small_manufacturer_centre.csv")
    )


@dataclass(frozen=True, eq=False)
class Lists:
    """Designations and centres in force, each with a lookup by 시군구."""

    designations: tuple[Designation, ...]
    centres: tuple[Centre, ...]

    def designations_in(self, sigungu_code: str, division: str) -> list[Designation]:
        """Return the designations of a division that name a 시군구, by any of its codes."""
        return _in(self._designations_by_sigungu, sigungu_code, division)

    def centres_in(self, sigungu_code: str, division: str) -> list[Centre]:
        """Return the centres of a division that name a 시군구, by any of its codes."""
        return _in(self._centres_by_sigungu, sigungu_code, division)

    @cached_property
    def _designations_by_sigungu(self) -> Mapping[str, Sequence[Designation]]:
        return _by_sigungu(self.designations)

    @cached_property
    def _centres_by_sigungu(self) -> Mapping[str, Sequence[Centre]]:
        return _by_sigungu(self.centres)


@cache
def own_lists() -> Lists:
    """Return the shipped tables."""
    return Lists(designations(), centres())


def _by_sigungu(rows: Sequence[Row]) -> dict[str, list[Row]]:
    by_sigungu = defaultdict[str, list[Row]](list)
    for row in rows:
        for code in row.sigungu_codes:
            by_sigungu[code].append(row)
    return dict(by_sigungu)


def _in(by_sigungu: Mapping[str, Sequence[Row]], sigungu_code: str, division: str) -> list[Row]:
    """Return the entries of a division under any of today's codes of a 시군구, each once."""
    rows = [row for code in sigungu_today(sigungu_code) for row in by_sigungu.get(code, ())]
    return [row for row in dict.fromkeys(rows) if division in row.divisions]


@dataclass(frozen=True, slots=True)
class Programme:
    """Support of a programme for small manufacturers in a year; None where no source gives its budget."""

    programme_id: str
    name: str
    for_whom: str
    gives: str
    year: int
    million_won: int | None
    source: str


@cache
def programmes() -> tuple[Programme, ...]:
    """Return the programmes for small manufacturers that a source names, those of centres first."""
    return tuple(
        Programme(
            row["programme_id"],
            row["name"],
            row["for_whom"],
            row["gives"],
            int(row["year"]),
            int(row["million_won"]) if row["million_won"] else None,
            row["source"],
        )
        for row in _rows("small_manufacturer_programme.csv")
    )


def is_dong(named: str, dong: str) -> bool:
    """Return True if a listed name matches an area of a count: itself, its legal dong, or one of its numbered parts.

    창신동 also matches 창신1동, 문래동3가 matches 문래동, 성수동 matches 성수1가1동; 창신1동 does not match 창신2동.
    """
    listed, counted = plain_name(named), plain_name(dong)
    if listed == counted:
        return True
    if listed[-1] in "읍면" or counted[-1:] in set("읍면"):
        return False
    if legal_base(counted) == listed or legal_base(listed) == counted:
        return True
    if street := re.fullmatch(r"(\D+)동\d가", listed):
        return counted == f"{street[1]}동"
    return legal_base(listed) == listed and _stem(listed) == _stem(counted)


def lists_digest_parts() -> tuple[str, ...]:
    """Return the content of the lists as text, for the digest of tables built from them."""
    return tuple(_text(name) for name in FILES)


def _stem(name: str) -> str:
    return re.sub(r"[\d.]*(가)?[\d.]*동?$", "", re.sub(r"동(\d가)$", r"\1", name)) or name


def _common(row: dict[str, str]) -> dict[str, object]:
    return {
        "name": row["name"],
        "sido": row["sido"],
        "sigungu": row["sigungu"],
        "dongs": tuple(filter(None, row["dongs"].split("|"))),
        "trade": row["trade"],
        "divisions": tuple(filter(None, row["divisions"].split("|"))),
        "published_establishments": int(row["published_establishments"])
        if row["published_establishments"]
        else None,
        "published_year": row["published_year"],
        "source": row["source"],
    }


def _rows(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(_text(name).splitlines())


def _text(name: str) -> str:
    return files(__package__).joinpath("data", name).read_text(encoding="utf-8")
