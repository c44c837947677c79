"""Look up regions and offices; the tables and their sources are described in docs/reference-tables.md."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class Region:
    """A sido or sigungu code over the days it was valid.

    Attributes:
        region_code: Two digits (sido) or five (sigungu).
        level: `sido` or `sigungu`.
        name: Full Korean name, as 경상남도 창원시 의창구.
        short_name: Name in tables: 서울 중구, 창원 의창구, 여수시. Unique among living regions of a level.
        sido_code: Its sido, of the same date as the code.
        valid_from: First day; 2015-11-01, where the source begins, for everything older.
        valid_to: Last day; None while living.
        successor_code: The one code that covers its area today (itself while living); None when it was split.
        sido17_code: The sido of its area in the scheme of seventeen, which permanently separates Gwangju (29) and
            Jeonnam (46); None for the united sido itself.
    """

    region_code: str
    level: str
    name: str
    short_name: str
    sido_code: str
    valid_from: dt.date
    valid_to: dt.date | None
    successor_code: str | None
    sido17_code: str | None

    def valid_on(self, day: dt.date) -> bool:
        """Return True when the code was in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class CrisisCentre:
    """A technopark that monitors its sido's districts, and its first year."""

    name: str
    since_year: int


@dataclass(frozen=True, slots=True)
class Office:
    """A regional office; `sido_codes` holds every code, old and new, that was ever its own."""

    code: str
    name: str
    short_name: str
    sido_codes: tuple[str, ...]
    crisis_centres: tuple[CrisisCentre, ...]
    source: str


def data_path(name: str) -> Path:
    """Return the path of a reference table, such as `legal_dong.csv.gz`."""
    return Path(__file__).parent / "data" / name


@lru_cache(maxsize=1)
def regions() -> tuple[Region, ...]:
    """Every sido and sigungu since 2015-11, sidos first, each level by code."""
    with data_path("region.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Region(
                region_code=row["region_code"],
                level=row["level"],
                name=row["name"],
                short_name=row["short_name"],
                sido_code=row["sido_code"],
                valid_from=dt.date.fromisoformat(row["valid_from"]),
                valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                successor_code=row["successor_code"] or None,
                sido17_code=row["sido17_code"] or None,
            )
            for row in csv.DictReader(file)
        )


@lru_cache(maxsize=1)
def offices() -> tuple[Office, ...]:
    """The 13 regional offices in their usual order."""
    entries = yaml.safe_load(data_path("office.yaml").read_text(encoding="utf-8"))
    return tuple(
        Office(
            code=entry["code"],
            name=entry["name"],
            short_name=entry["short_name"],
            sido_codes=tuple(entry["sido_codes"]),
            crisis_centres=tuple(CrisisCentre(**centre) for centre in entry["crisis_centres"]),
            source=entry["source"],
        )
        for entry in entries
    )


def office_of_sido(sido_code: str) -> Office | None:
    """Return the office of a sido by any code it ever had; None for Jeju, which has no office, and unknown codes."""
    return _office_by_sido().get(sido_code)


def current_code(region_code: str) -> str | None:
    """Return the one code that covers a region's area today; None when it was split or is unknown."""
    return _successors().get(region_code)


@lru_cache(maxsize=1)
def _office_by_sido() -> dict[str, Office]:
    return {code: office for office in offices() for code in office.sido_codes}


@lru_cache(maxsize=1)
def _successors() -> dict[str, str | None]:
    return {region.region_code: region.successor_code for region in regions()}
