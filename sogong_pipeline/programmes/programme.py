"""The list of programmes: entries tied to a stage, and outdated entries."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from sogong_pipeline.vocabulary import Stage

Tie = Literal["law", "entrance", "local", "centre", "designation", "announced", "unread", "none"]
REAL: frozenset[Tie] = frozenset({"law", "entrance", "local", "centre"})
"""Ties stated by a source; excludes a designation, which is a separate decision, and mere announcements."""
OLD_YEARS = 1
SPECIAL_AREA = "special_law"
"""Designation that severe districts are advised to apply for."""


@dataclass(frozen=True, slots=True)
class Programme:
    """A measure or programme according to its source.

    Attributes:
        tie_to_stage: law, entrance (a stage makes eligible), local, centre, designation (through one), announced,
            unread (the notice was not read), none.
        stages: Stages that it covers, if the source names them; empty for any.
        sidos: 시도 that it is limited to, by today's codes; empty for all.
        condition: Eligibility, as noted from the source.
        year: As in the source: `2023`, `2022-` (still in force), `2025-08`.
    """

    id: str
    name: str
    agency: str
    tie_to_stage: Tie
    stages: tuple[Stage, ...]
    sidos: tuple[str, ...]
    condition: str
    gives: str
    year: str
    source: str
    evidence: str
    note: str

    @property
    def is_in_force(self) -> bool:
        """True if it is in force until repealed, as laws are."""
        return self.year.endswith("-")

    @property
    def last_year(self) -> int:
        """Last year covered by its source."""
        return max(int(number) for number in re.findall(r"\d{4}", self.year))

    def is_old(self, today: dt.date) -> bool:
        """Return True if its source covers only years before last year, so that it needs review.

        Sources give years, seldom days, so an entry of last year, up to two years old, is accepted.
        """
        return not self.is_in_force and self.last_year < today.year - OLD_YEARS

    def fits(self, stage: Stage, sido_code: str) -> bool:
        """Return True if a source ties it to the stage of a district in that 시도."""
        return (
            self.tie_to_stage in REAL
            and (not self.stages or stage in self.stages)
            and (not self.sidos or sido_code in self.sidos)
        )


@cache
def programmes() -> tuple[Programme, ...]:
    """Return every entry, in the order of the list."""
    text = files(__package__).joinpath("data", "programme.csv").read_text(encoding="utf-8")
    return tuple(map(_programme, csv.DictReader(text.splitlines())))


def _programme(row: Mapping[str, Any]) -> Programme:
    """Convert a row of the list."""
    lists = {name: tuple(filter(None, row[name].split("|"))) for name in ("stages", "sidos")}
    return Programme(**{**row, **lists})


def tied(stage: Stage, sido_code: str) -> list[Programme]:
    """Return the programmes tied to the stage of a district: laws first, then the newest."""
    entries = [one for one in programmes() if one.fits(stage, sido_code)]
    return sorted(entries, key=lambda one: (one.tie_to_stage != "law", -one.last_year, one.id))


def untied(sido_code: str) -> list[Programme]:
    """Return the programmes open to applicants regardless of the stage, the newest first."""
    entries = [
        one
        for one in programmes()
        if one.tie_to_stage == "none" and (not one.sidos or sido_code in one.sidos)
    ]
    return sorted(entries, key=lambda one: (-one.last_year, one.id))


def outdated(today: dt.date) -> list[Programme]:
    """Return the entries whose source is older than a year, the oldest first."""
    return sorted((one for one in programmes() if one.is_old(today)), key=lambda one: (one.last_year, one.id))
