"""Read the official list of special centres (3060083) and compare it with our table.

Only names, operators and trades pass; addresses, telephone numbers and whatever else stands in it are dropped here.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from sogong_pipeline.clusters.lists import Centre
from sogong_pipeline.errors import RefusedError

HEADER_WITHIN = 10


@dataclass(frozen=True, slots=True)
class ListedCentre:
    """A row of the official list; empty where the list has no such column."""

    name: str
    operator: str
    trade: str
    sido: str


@dataclass(frozen=True, slots=True)
class ListDifference:
    """What differs between the list and our table: `new`, `gone`, `back` (we say it is gone), `operator`."""

    change: str
    name: str
    before: str
    after: str


def read_official_list(path: Path) -> list[ListedCentre]:
    """Read the list, UTF-8 or CP949.

    Raises:
        RefusedError: when no header names a centre, or a name is empty or stands twice.
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
    places = {name: _column(rows[at], name) for name in ("name", "operator", "trade", "sido")}
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
            raise RefusedError(f"{path.name}: row {number}: {cells['name']!r} stands in row {before} already")
        centres.append(ListedCentre(**cells))
    if not centres:
        raise RefusedError(f"{path.name}: it lists no centre")
    return centres


def compare(listed: Sequence[ListedCentre], ours: Iterable[Centre]) -> list[ListDifference]:
    """What the list has otherwise than our table of special centres, in the order of names."""
    known = {_plain(centre.name): centre for centre in ours if centre.kind in {"trade", "shared"}}
    official = {_plain(centre.name): centre for centre in listed}
    found = []
    for name in sorted({*known, *official}):
        here, there = known.get(name), official.get(name)
        if here is None and there is not None:
            found.append(ListDifference("new", there.name, "", there.operator))
        elif there is None and here is not None and here.until is None:
            found.append(ListDifference("gone", here.name, here.operator, ""))
        elif here is not None and there is not None:
            if here.until is not None:
                found.append(ListDifference("back", here.name, f"gone by {here.until.text}", there.operator))
            if here.operator and there.operator and _plain(here.operator) != _plain(there.operator):
                found.append(ListDifference("operator", here.name, here.operator, there.operator))
    return found


def _plain(name: str) -> str:
    """A name without blanks and brackets and without what every centre is called."""
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
