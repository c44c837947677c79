"""Read the official list of special centres (3060083), compare it with the shipped table, and update the table.

Only names, operators and trades are read; addresses, telephone numbers and all other columns are dropped here.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from sogong_pipeline.clusters.lists import Centre, PartialDate
from sogong_pipeline.clusters.places import sigungu_codes
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.regions.reference import regions

HEADER_WITHIN = 10
COLUMNS = ("name", "operator", "trade", "sido")
LISTED_KINDS = ("trade", "shared")


@dataclass(frozen=True, slots=True)
class ListedCentre:
    """A row of the official list; fields are empty where the list has no such column."""

    name: str
    operator: str
    trade: str
    sido: str


@dataclass(frozen=True, slots=True)
class ListDifference:
    """A difference between list and shipped table: `new`, `gone`, `back` (ended in the table), `operator`."""

    change: str
    name: str
    before: str
    after: str

    @property
    def line(self) -> str:
        """Format the difference as one line."""
        return f"{self.change:<8} {self.name}  {self.before or '-'} -> {self.after or '-'}"


def read_official_list(path: Path) -> list[ListedCentre]:
    """Read the list, UTF-8 or CP949.

    Raises:
        RefusedError: when no column of the header names a centre, or a name is empty or duplicated.
    """
    rows = list(csv.reader(io.StringIO(_decoded(path), newline="")))
    at = next(
        (index for index, row in enumerate(rows[:HEADER_WITHIN]) if _column(row, "name") is not None), None
    )
    if at is None:
        names = ", ".join(_names()["name"])
        raise RefusedError(
            f"{path.name}: no header with the name of a centre ({names}); expected the list 3060083"
        )
    places = {name: _column(rows[at], name) for name in COLUMNS}
    centres, first = [], dict[str, int]()
    for number, row in enumerate(rows[at + 1 :], at + 2):
        if not any(cell.strip() for cell in row):
            continue
        cells = {
            name: " ".join(row[place].split()) if place is not None and place < len(row) else ""
            for name, place in places.items()
        }
        if not cells["name"]:
            raise RefusedError(f"{path.name}: row {number}: the centre has no name")
        if (before := first.setdefault(_plain(cells["name"]), number)) != number:
            raise RefusedError(f"{path.name}: row {number}: {cells['name']!r} is already in row {before}")
        centres.append(ListedCentre(**cells))
    if not centres:
        raise RefusedError(f"{path.name}: it has no rows")
    return centres


def compare(listed: Sequence[ListedCentre], ours: Iterable[Centre]) -> list[ListDifference]:
    """Return the differences of the list from the shipped table of special centres, in the order of names."""
    known = {_plain(centre.name): centre for centre in ours if centre.kind in LISTED_KINDS}
    official = {_plain(centre.name): centre for centre in listed}
    differences = []
    for name in sorted({*known, *official}):
        here, there = known.get(name), official.get(name)
        if here is None and there is not None:
            differences.append(ListDifference("new", there.name, "", there.operator))
        elif there is None and here is not None and here.until is None:
            differences.append(ListDifference("gone", here.name, here.operator, ""))
        elif here is not None and there is not None:
            if here.until is not None:
                differences.append(
                    ListDifference("back", here.name, f"gone by {here.until.text}", there.operator)
                )
            if here.operator and there.operator and _plain(here.operator) != _plain(there.operator):
                differences.append(ListDifference("operator", here.name, here.operator, there.operator))
    return differences


def as_of_name(path: Path) -> dt.date | None:
    """Return the day that the portal puts at the end of its file names; None without one."""
    match = re.search(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)", path.stem)
    try:
        return dt.date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def newest_day(ours: Iterable[Centre]) -> dt.date:
    """Return the day of the list that the shipped table of special centres reflects."""
    return max(PartialDate(one.status_as_of).last_day for one in ours if one.kind in LISTED_KINDS)


def brought_up_to(
    ours: Sequence[Centre], listed: Sequence[ListedCentre], as_of: dt.date
) -> tuple[Centre, ...]:
    """Return the shipped centres as updated by a later official list; other kinds of centre stay unchanged.

    A centre that the list lacks ended by its day, one that is back runs again, the operator is the list's. Place and
    divisions of a new one come from its name only: its 시도, and the divisions of a known trade.
    """
    official = {_plain(centre.name): centre for centre in listed}
    known = {_plain(centre.name) for centre in ours if centre.kind in LISTED_KINDS}
    edition = f"공공데이터포털 3060083({as_of}판)"
    centres = [
        _follows(centre, official.get(_plain(centre.name)), as_of, edition)
        if centre.kind in LISTED_KINDS
        else centre
        for centre in ours
    ]
    divisions = {_plain(centre.trade): centre.divisions for centre in ours if centre.divisions}
    centres += [_new(one, divisions, as_of, edition) for name, one in official.items() if name not in known]
    return tuple(centres)


def _follows(ours: Centre, listed: ListedCentre | None, as_of: dt.date, edition: str) -> Centre:
    if listed is None:
        if ours.until is not None:
            return ours
        until = PartialDate(str(as_of))
        return replace(ours, until=until, until_basis=f"{edition}에 없음", status_as_of=str(as_of))
    operator = listed.operator or ours.operator
    return replace(
        ours, until=None, until_basis="", operator=operator, status_as_of=str(as_of), source=edition
    )


def _new(
    listed: ListedCentre, divisions: Mapping[str, tuple[str, ...]], as_of: dt.date, edition: str
) -> Centre:
    plain = _plain(listed.name)
    trade_name = _plain(listed.trade) or plain
    trade = next(
        (known for known in sorted(divisions, key=len, reverse=True) if trade_name.endswith(known)), ""
    )
    return Centre(
        name=listed.name,
        sido=listed.sido or _sido_of(listed.name),
        sigungu="",
        dongs=(),
        trade=listed.trade or trade,
        divisions=divisions.get(trade, ()),
        published_establishments=None,
        published_year="",
        source=edition,
        centre_id=f"L{hashlib.sha256(plain.encode()).hexdigest()[:6]}",
        kind="shared" if "상생" in plain else "trade",
        operator=listed.operator,
        since=PartialDate(str(as_of)),
        since_basis="이 목록에서 처음 확인",
        until=None,
        until_basis="",
        status_as_of=str(as_of),
        published_source="",
    )


def _sido_of(name: str) -> str:
    """Return the 시도 that a name begins with, or that of the only 시군구 it begins with; otherwise empty."""
    first = name.split(maxsplit=1)[0]
    sidos = sorted({one.name for one in regions() if one.level == "sido" and one.valid_to is None})
    named = [sido for sido in sidos if sido.startswith(first)]
    named += [
        one.name
        for one in regions()
        if one.level == "sido" and one.valid_to is None and one.short_name == first
    ]
    candidates = set(named) or {
        sido for sido in sidos for ending in "시군구" if sigungu_codes(sido, first + ending, dt.date.max)
    }
    return candidates.pop() if len(candidates) == 1 else ""


def _plain(name: str) -> str:
    """Return a name without blanks, brackets and the words common to all centres."""
    bare = re.sub(r"\(재\)|\(사\)|재단법인|사단법인|[\s()·]", "", name)
    return bare.replace("소공인특화지원센터", "")


def _column(row: Sequence[str], name: str) -> int | None:
    cells = ["".join(cell.split()) for cell in row]
    return next(
        (cells.index(plain) for called in _names()[name] if (plain := "".join(called.split())) in cells), None
    )


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RefusedError(f"{path.name}: neither UTF-8 nor CP949; save the list as CSV")


@cache
def _names() -> Mapping[str, Any]:
    names: dict[str, Any] = yaml.safe_load(
        files(__package__).joinpath("official_list.yaml").read_text(encoding="utf-8")
    )
    return names
