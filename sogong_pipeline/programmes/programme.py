"""The list of programmes, what of it is tied to a stage, and what has grown old."""

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
"""Ties that a source gives; a designation is a decision of its own, and what was only announced is none."""
OLD_YEARS = 1
SPECIAL_AREA = "special_law"
"""The designation that severe districts are advised to apply for."""


@dataclass(frozen=True, slots=True)
class Programme:
    """A measure or programme, as its source has it.

    Attributes:
        tie_to_stage: law, entrance (a stage makes eligible), local, centre, designation (through one), announced,
            unread (the notice was not read), none.
        stages: Stages that it is for, where the source says so; empty for any.
        sidos: 시도 that it is limited to, by today's codes; empty for all.
        condition: Who may apply, as the source was noted.
        year: As the source has it: `2023`, `2022-` (still in force), `2025-08`.
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
        """Whether it holds until it is repealed, as laws do."""
        return self.year.endswith("-")

    @property
    def last_year(self) -> int:
        """The last year that its source speaks of."""
        return max(int(number) for number in re.findall(r"\d{4}", self.year))

    def is_old(self, today: dt.date) -> bool:
        """Whether its source speaks of a year before last year, so that somebody has to look again.

        Sources give years, seldom days: what is of last year may be up to two years old and is let pass.
        """
        return not self.is_in_force and self.last_year < today.year - OLD_YEARS

    def fits(self, stage: Stage, sido_code: str) -> bool:
        """Whether a source ties it to the stage of a district there."""
        return (
            self.tie_to_stage in REAL
            and (not self.stages or stage in self.stages)
            and (not self.sidos or sido_code in self.sidos)
        )


@cache
def programmes() -> tuple[Programme, ...]:
    """Every entry, in the order of the list."""
    text = files(__package__).joinpath("data", "programme.csv").read_text(encoding="utf-8")
    return tuple(map(_programme, csv.DictReader(text.splitlines())))


def _programme(row: Mapping[str, Any]) -> Programme:
    """An entry of a row of the list."""
    lists = {name: tuple(filter(None, row[name].split("|"))) for name in ("stages", "sidos")}
    return Programme(**{**row, **lists})


def tied(stage: Stage, sido_code: str) -> list[Programme]:
    """What a source ties to the stage of a district: laws first, then by year, the newest first."""
    found = [one for one in programmes() if one.fits(stage, sido_code)]
    return sorted(found, key=lambda one: (one.tie_to_stage != "law", -one.last_year, one.id))


def untied(sido_code: str) -> list[Programme]:
    """What anybody may apply for whatever the stage, the newest first."""
    found = [
        one
        for one in programmes()
        if one.tie_to_stage == "none" and (not one.sidos or sido_code in one.sidos)
    ]
    return sorted(found, key=lambda one: (-one.last_year, one.id))


def outdated(today: dt.date) -> list[Programme]:
    """Entries whose source is older than a year, the oldest first."""
    return sorted((one for one in programmes() if one.is_old(today)), key=lambda one: (one.last_year, one.id))
