"""Content of a survey list that must not change, as drawn and stored in the lake."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from sogong_pipeline.lake.partitions import SHORT, digest_of
from sogong_pipeline.regions import reference
from sogong_pipeline.surveys.draw import ListKind

FORM = 1
"""Version of the form; raise it when older lists become unreadable."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A place on the list of visits.

    Attributes:
        target_id: Its number on the list: V001.
        frame: Workplaces that the random remainder was drawn from; 0 for the others.
        drawn: Number of them drawn; 0 for the others.
        shown: Displayed values by column key; figures as decimal texts.
    """

    target_id: str
    district_id: str
    workplace_id: str
    list: ListKind
    frame: int
    drawn: int
    shown: Mapping[str, str]


@dataclass(frozen=True)
class SurveySheet:
    """Lists of one office and quarter: its flagged districts with the answers needed, and the visits."""

    form: int
    quarter: str
    edition: str
    office_code: str
    demo: bool
    visits: Sequence[Visit]
    districts: Sequence[Mapping[str, str]]

    @property
    def office(self) -> reference.Office:
        """The office whose districts are surveyed."""
        return next(office for office in reference.offices() if office.code == self.office_code)

    @property
    def text(self) -> str:
        """The content as canonical JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @cached_property
    def digest(self) -> str:
        """Digest of the content that must not change."""
        return digest_of(self.text)

    @property
    def number(self) -> str:
        """Number by which people refer to the list."""
        return f"{self.quarter}-{self.office_code}-{self.digest[:SHORT]}"

    @cached_property
    def by_target(self) -> Mapping[str, Visit]:
        """Visits by their number."""
        return {visit.target_id: visit for visit in self.visits}

    @property
    def frame_size(self) -> int:
        """Workplaces that the random remainder was drawn from."""
        return next((visit.frame for visit in self.visits if visit.list == "random"), 0)


def read_sheet(text: str) -> SurveySheet:
    """Parse the lists from their canonical text."""
    fields: dict[str, Any] = json.loads(text)
    fields["visits"] = tuple(Visit(**visit) for visit in fields["visits"])
    fields["districts"] = tuple(fields["districts"])
    return SurveySheet(**fields)


@dataclass(frozen=True, slots=True)
class Change:
    """Differences between two lists of an office."""

    added: int
    dropped: int
    kept: int


def changes(before: SurveySheet | None, after: SurveySheet | None) -> Change:
    """Count the workplaces that a newer list adds to an older one, drops and keeps."""
    old, new = (
        {visit.workplace_id for visit in sheet.visits} if sheet else set() for sheet in (before, after)
    )
    return Change(len(new - old), len(old - new), len(old & new))
