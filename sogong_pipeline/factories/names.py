"""`factory_name`: district denoted by a name of a complex (단지명) or centre, in one sigungu.

Names in registers are the managing bodies', often old, and one may denote several districts. A name is settled only
by unambiguous evidence: a person's alias, the exact name or stem in the same sigungu, or a single stem that contains
the other. All other names are proposed or open until a person decides; the first of several is never taken.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from sogong_pipeline.errors import RefusedError

SETTLED, PROPOSED, OPEN = "settled", "proposed", "open"
SHORTEST = 2
"""Fewest characters of a stem that is searched inside another one."""


@dataclass(frozen=True)
class Called:
    """Names under which a register may list a district.

    Attributes:
        district_id: Its id.
        name: Its name in the registry.
        kind: The code of its kind.
        sigungu_codes: Today's codes of every sigungu it lies in.
        aliases: Other names that the registry gives it.
        is_building: Whether it is a building rather than an area.
    """

    district_id: str
    name: str
    kind: str
    sigungu_codes: frozenset[str]
    aliases: tuple[str, ...] = ()
    is_building: bool = False


@dataclass(frozen=True)
class Alias:
    """A name that a person settled: for one district, several, or none; `valid_to` is its last day.

    Attributes:
        name: As the register writes it.
        sigungu_code: Today's code; blank for every sigungu.
        district_ids: Districts it denotes; empty for a place outside the registry (경제자유구역).
        reason: Reason, or the person's source.
    """

    name: str
    sigungu_code: str
    district_ids: tuple[str, ...]
    valid_from: dt.date
    valid_to: dt.date | None
    reason: str

    def valid_on(self, day: dt.date) -> bool:
        """Return True when it is valid on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Settled:
    """Result for one name in one sigungu.

    Attributes:
        name: As the register writes it.
        sigungu_code: Today's code of the sigungu its firms lie in; blank where their addresses name none.
        role: `complex` or `centre`, the column it stands in.
        firms: Rows that carry it.
        state: `settled`, `proposed` or `open`.
        how: alias, exact, stem, inclusion; for proposals also several, other_sigungu; blank where it is open.
        district_ids: The districts it is settled to, or proposed for, in order.
        reason: The reason of an alias; blank otherwise.
    """

    name: str
    sigungu_code: str
    role: str
    firms: int
    state: str
    how: str
    district_ids: tuple[str, ...]
    reason: str = ""


@cache
def endings() -> tuple[tuple[str, frozenset[str]], ...]:
    """Return endings of names with the kinds each may mean, the longest first; no kinds for any."""
    text = resources.files(__package__).joinpath("endings.yaml").read_text(encoding="utf-8")
    rows = [(str(row["ending"]), frozenset(row["kinds"])) for row in yaml.safe_load(text)]
    return tuple(sorted(rows, key=lambda row: (-len(row[0]), row[0])))


def compact(name: str) -> str:
    """Normalise a name: compatibility form without blanks and signs."""
    return re.sub(r"[\s·ㆍ.,'\"‧]+", "", unicodedata.normalize("NFKC", name))


def stem_of(name: str) -> tuple[str, frozenset[str]]:
    """Return a name without ending and brackets, and the kinds of its ending; no kinds for any."""
    text = re.sub(r"[()\[\]]", "", compact(name))
    for ending, kinds in endings():
        if text.endswith(ending) and len(text) - len(ending) >= SHORTEST:
            return text.removesuffix(ending), kinds
    return text, frozenset()


def settle(
    names: Mapping[tuple[str, str, str], int], districts: Sequence[Called], aliases: Iterable[Alias]
) -> list[Settled]:
    """Settle names: find the districts that they denote.

    Args:
        names: number of rows by name, today's sigungu code and role (`complex` or `centre`).
        districts: the districts of one day.
        aliases: names settled by a person that are valid on that day.

    Returns:
        One per name, by state, then the most firms first.
    """
    index = _Index(districts)
    alias_of = {(compact(alias.name), alias.sigungu_code): alias for alias in aliases}
    results = []
    for (name, sigungu, role), firms in names.items():
        alias = alias_of.get((compact(name), sigungu)) or alias_of.get((compact(name), ""))
        if alias is not None:
            ids = tuple(sorted(set(alias.district_ids) & index.ids))
            results.append(Settled(name, sigungu, role, firms, SETTLED, "alias", ids, alias.reason))
            continue
        state, how, ids = index.find(name, sigungu, role)
        results.append(Settled(name, sigungu, role, firms, state, how, ids))
    order = {SETTLED: 0, PROPOSED: 1, OPEN: 2}
    return sorted(
        results, key=lambda one: (order[one.state], -one.firms, one.name, one.sigungu_code, one.role)
    )


class _Index:
    """Index of a day's districts by name and stem."""

    def __init__(self, districts: Sequence[Called]) -> None:
        self.ids = {district.district_id for district in districts}
        self._by_sigungu: dict[str, list[tuple[Called, str, str]]] = defaultdict(list)
        self._by_stem: dict[str, list[tuple[Called, str, str]]] = defaultdict(list)
        for district in districts:
            for name in (district.name, *district.aliases):
                entry = (district, compact(name), stem_of(name)[0])
                self._by_stem[entry[2]].append(entry)
                for sigungu in district.sigungu_codes:
                    self._by_sigungu[sigungu].append(entry)

    def find(self, name: str, sigungu: str, role: str) -> tuple[str, str, tuple[str, ...]]:
        """Return state, way and districts of a name."""
        text, (stem, kinds) = compact(name), stem_of(name)
        near = [
            entry for entry in self._by_sigungu.get(sigungu, ()) if entry[0].is_building == (role == "centre")
        ]
        exact = _ids(entry for entry in near if entry[1] == text)
        if len(exact) == 1:
            return SETTLED, "exact", exact
        same = [entry for entry in near if entry[2] == stem]
        of_kind = [entry for entry in same if not kinds or entry[0].kind in kinds]
        for ids in (_ids(of_kind), _ids(same)):
            if len(ids) == 1:
                return SETTLED, "stem", ids
            if ids:
                return PROPOSED, "several", ids
        if len(stem) >= SHORTEST:
            holding = _ids(
                entry
                for entry in near
                if len(entry[2]) >= SHORTEST
                and (entry[2] in stem or stem in entry[2])
                and (not kinds or entry[0].kind in kinds)
            )
            if len(holding) == 1:
                return SETTLED, "inclusion", holding
            if holding:
                return PROPOSED, "several", holding
        elsewhere = _ids(
            entry
            for entry in self._by_stem.get(stem, ())
            if entry[0].is_building == (role == "centre")
            and any(code[:2] == sigungu[:2] for code in entry[0].sigungu_codes)
        )
        return (PROPOSED, "other_sigungu", elsewhere) if elsewhere else (OPEN, "", ())


def _ids(entries: Iterable[tuple[Called, str, str]]) -> tuple[str, ...]:
    return tuple(sorted({entry[0].district_id for entry in entries}))


def check_aliases(aliases: Sequence[Alias], known: set[str], shown: str) -> None:
    """Refuse aliases that name an unknown district, or settle a name twice for the same days.

    Raises:
        RefusedError: naming the first of each.
    """
    seen: dict[tuple[str, str], list[Alias]] = defaultdict(list)
    for alias in aliases:
        strange = sorted(set(alias.district_ids) - known)
        if strange:
            raise RefusedError(
                f"{shown}: name {alias.name!r}: district_ids {strange[0]!r} is not in the registry; "
                "correct the file; nothing was changed"
            )
        same = seen[compact(alias.name), alias.sigungu_code]
        if any(alias.valid_on(other.valid_from) or other.valid_on(alias.valid_from) for other in same):
            raise RefusedError(
                f"{shown}: name {alias.name!r} in sigungu {alias.sigungu_code or 'any'} is settled twice for the same "
                "days; correct the file; nothing was changed"
            )
        same.append(alias)
