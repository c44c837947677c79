"""The district registry: which districts there are, of what kind and since when, and what places workplaces in them.

The ministry's own list is not public. A user loads it, or one built from public lists, from a file with the columns of
`districts.template` (docs/registry-template.md). Every district says since when it counts and where that is known
from, so a stage is never joined to an undated list.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Self

import yaml

from sogong_pipeline.factories.loaded import BookPlan
from sogong_pipeline.lake.partitions import SHORT, digest_of
from sogong_pipeline.regions.reference import current_code, office_of_sido

LATER = ("buildings",)
"""Columns that came later; blank, they leave the version of a registry as it was."""
SIMULATED = "simulated:"
"""How the source of an invented district begins; its reports are marked 시연."""


@dataclass(frozen=True)
class Kind:
    """A kind of district the law names; `name` is Korean.

    Attributes:
        code: What a registry file carries.
        name: As the law says it.
        legal_item: Item of art. 14 of the decree.
        parent_law: The law that makes such districts.
        is_building: Whether it is one building or a part of a campus, which a published address cannot tell from its
            neighbours.
        endings: How the names of such districts end, and what addresses may call them.
        usual_divisions: First and last industry division of those who settle in one; None where anybody may.
    """

    code: str
    name: str
    legal_item: str
    parent_law: str
    is_building: bool
    endings: tuple[str, ...]
    usual_divisions: tuple[str, str] | None = None


@dataclass(frozen=True)
class District:
    """One district for one span of validity; `valid_to` is its last day, None while it lives.

    It claims the workplaces of its legal dongs, and of those only the ones in its postal codes where it names any.
    One whose legal dongs nobody knows claims none and is reported as not computable.

    Attributes:
        roads: Names of roads that run inside it only; an address on one, in its 읍면동, is enough.
        aliases: What addresses call it, besides its name.
        parent_id: The district it lies in; what both claim is its own.
        industry_codes: Beginnings of industry codes; given, its place alone claims only such workplaces.
        is_alone: Whether nothing else has its legal dongs and postal codes, so that they tell it whatever the trade, a
            building too.
        whole_dong_codes: Legal dongs that it fills, so that they tell it however many postal codes they have.
        buildings: Road addresses of a building, with its number, by which factory registers know its tenants.
    """

    district_id: str
    name: str
    kind: str
    sigungu_code: str
    legal_dong_codes: tuple[str, ...]
    postal_codes: tuple[str, ...]
    longitude: str | None
    latitude: str | None
    source: str
    valid_from: dt.date
    valid_to: dt.date | None
    roads: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    parent_id: str | None = None
    industry_codes: tuple[str, ...] = ()
    is_alone: bool = False
    whole_dong_codes: tuple[str, ...] = ()
    buildings: tuple[str, ...] = ()

    @property
    def sido_code(self) -> str:
        """Today's code of the province or metropolitan city."""
        return (current_code(self.sigungu_code) or self.sigungu_code)[:2]

    @property
    def office_code(self) -> str | None:
        """The regional office that decides on it; None in 제주, which has none."""
        office = office_of_sido(self.sido_code)
        return office.code if office else None

    @property
    def needs_list(self) -> bool:
        """Whether its place does not tell who is in it: a building among others, or a part of a campus."""
        return kinds()[self.kind].is_building and not self.is_alone

    def valid_on(self, day: dt.date) -> bool:
        """Whether the district counts on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Placement:
    """A workplace that somebody placed by hand, for a span of days; `valid_to` is its last day, None while it holds.

    Attributes:
        role: `override`, which is above all else, or `list`, a supplied list of a district's workplaces.
        district_id: The district; None places it in none, which only an override may.
        workplace_name: Its name, however it is spelled.
        business_number_prefix: Six digits.
        legal_dong_code: Ten digits of any day, where one name and prefix has several sites; None means all of them.
        reason: Why, or where the list is from.
    """

    role: str
    district_id: str | None
    workplace_name: str
    business_number_prefix: str
    legal_dong_code: str | None
    reason: str
    valid_from: dt.date
    valid_to: dt.date | None

    def valid_on(self, day: dt.date) -> bool:
        """Whether the placement holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@cache
def kinds() -> dict[str, Kind]:
    """The kinds by code, in the order of `kinds.yaml`."""
    return {
        entry["code"]: Kind(
            **{
                **{name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()},
                "is_building": entry.get("is_building", False),
            }
        )
        for entry in yaml.safe_load(_kinds_text())
    }


@cache
def kinds_version() -> str:
    """A digest of the kinds; what was matched with others is stale."""
    return digest_of(_kinds_text())[:SHORT]


def _kinds_text() -> str:
    return resources.files(__package__).joinpath("kinds.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True, eq=False)
class Slice:
    """The districts and placements that count on one day; `version` is a digest, so equal sets have equal versions.

    Attributes:
        version: A digest of all that places workplaces, the book of evidence included.
        districts: The districts.
        placements: Workplaces placed by hand.
        book: What the evidence of factory registers is made from; None without a register.
        plain_version: The version without the book.
    """

    version: str
    districts: tuple[District, ...]
    placements: tuple[Placement, ...] = field(default=())
    book: BookPlan | None = None
    plain_version: str = ""

    @classmethod
    def of(cls, districts: Iterable[District], placements: Iterable[Placement] = ()) -> Self:
        """Name a set of districts and placements by its digest."""
        held, placed = tuple(districts), tuple(placements)
        parts = [
            [value for name, value in vars(one).items() if value or name not in LATER]
            for one in (*held, *placed)
        ]
        return cls(digest_of(parts)[:SHORT], held, placed)

    def with_book(self, book: BookPlan | None) -> Slice:
        """The same districts with the evidence of factory registers; the same slice where there is none."""
        if book is None:
            return self
        version = digest_of(self.version, book.version)[:SHORT]
        return Slice(version, self.districts, self.placements, book, self.version)

    def without_book(self) -> Slice:
        """The same districts by addresses alone; the same slice where there is no book."""
        return self if self.book is None else Slice(self.plain_version, self.districts, self.placements)


class Registry(Slice):
    """All districts and placements of a registry, whenever they were valid."""

    @cache  # noqa: B019 - a process knows one registry or a few, and asks for the same days again and again
    def on(self, day: dt.date) -> Slice:
        """The districts that count on a day, and the placements into these or into none."""
        districts = [district for district in self.districts if district.valid_on(day)]
        counting = {None, *(district.district_id for district in districts)}
        return Slice.of(
            districts,
            (one for one in self.placements if one.valid_on(day) and one.district_id in counting),
        )
