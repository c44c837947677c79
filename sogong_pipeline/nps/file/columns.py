"""The 22 columns of the source, and recognition of their published names.

The publisher has written the header in several ways over the years (`headers.yaml`): with SQL types, with long notes
in brackets, with plain names. The start of each name, up to the first bracket, blank or TAB, never changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month

COLUMNS: tuple[str, ...] = (
    "data_month",
    "workplace_name",
    "business_number_prefix",
    "status",
    "postal_code",
    "lot_address",
    "road_address",
    "legal_dong_code",
    "admin_dong_code",
    "sido_code",
    "sigungu_code",
    "emd_code",
    "legal_form",
    "industry_code",
    "industry_name",
    "enrolled_on",
    "re_enrolled_on",
    "withdrawn_on",
    "subscribers",
    "billed_amount_krw",
    "joined",
    "departed",
)
"""Internal names of the columns, in the published order, which never changed."""

MEANINGS = {"사업장가입상태코드": "1등록2탈퇴", "사업장형태구분코드": "1법인2개인"}
"""Meaning of coded values as stated in the header; a header with other meanings is refused."""


@dataclass(frozen=True)
class Vintage:
    """One form of the header, and the first data month it was used for."""

    name: str
    first_month: Month
    header: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """A recognised header; the column order is always `COLUMNS`.

    Attributes:
        vintage: The nearest published header.
        differences: The columns whose notes differ from those of every published header.
    """

    vintage: str
    differences: tuple[str, ...] = ()


@cache
def vintages() -> tuple[Vintage, ...]:
    """Return every published header, the oldest first."""
    text = resources.files(__package__).joinpath("headers.yaml").read_text(encoding="utf-8")
    return tuple(
        Vintage(name, Month.parse(entry["from"]), tuple(entry["header"]))
        for name, entry in yaml.safe_load(text).items()
    )


def vintage_for(month: Month) -> Vintage:
    """Return the header that the file of a month was published with; the oldest one for earlier months."""
    return [vintages()[0], *(vintage for vintage in vintages() if vintage.first_month <= month)][-1]


V3_HEADER = vintages()[-1].header
"""The header of every file since data month 2021-10."""


def _plain(published: str) -> str:
    """Normalise the white space of a published name to single blanks."""
    return " ".join(published.lstrip("\ufeff").strip().strip('"').split())


def _stem(published: str) -> str:
    """Return the start of a published column name, without notes, codes and SQL types."""
    return re.split(r"[( ]", _plain(published), maxsplit=1)[0]


_STEMS = {_stem(name): column for name, column in zip(V3_HEADER, COLUMNS, strict=True)}


def column_of(published: str) -> str | None:
    """Return the internal name of a published column, or None for an unknown one."""
    return _STEMS.get(_stem(published))


def recognise(header: Sequence[str], file_name: str) -> Layout:
    """Return the vintage of a header row, or refuse it with its differences from the nearest one.

    Args:
        header: the cells of the first line, as published.
        file_name: named in the refusal.

    Raises:
        RefusedError: when a column is missing, unknown, duplicated or out of place, or a code has another meaning.
    """
    stems = [_stem(cell) for cell in header]
    nearest = max(vintages(), key=lambda vintage: _likeness(header, vintage))
    since = f"the nearest known header is {nearest.name}, used since {nearest.first_month}"
    missing = [stem for stem in _STEMS if stem not in stems]
    unknown = [_shown(cell) for cell, stem in zip(header, stems, strict=True) if stem not in _STEMS]
    besides = f"unknown columns: {', '.join(unknown[:5])}{', …' if unknown[5:] else ''}"
    if missing:
        raise RefusedError(
            f"{file_name}: the header lacks {len(missing)} of 22 columns: {', '.join(missing)} "
            f"(it has {len(header)}{'; ' + besides if unknown else ''}); {since}; "
            "is this the monthly file of data set 15083277?"
        )
    if nameless := [place for place, cell in enumerate(header, start=1) if not _plain(cell)]:
        raise RefusedError(
            f"{file_name}: column{'s' * (len(nameless) > 1)} {', '.join(map(str, nameless))} of the header "
            f"{'have' if len(nameless) > 1 else 'has'} no name; a spreadsheet adds such, use the file as downloaded"
        )
    if unknown:
        raise RefusedError(f"{file_name}: the header has {besides}; {since}")
    if doubled := [stem for stem in _STEMS if stems.count(stem) > 1]:
        raise RefusedError(f"{file_name}: the header has a column twice: {', '.join(doubled)}; {since}")
    for position, (stem, expected) in enumerate(zip(stems, _STEMS, strict=True), start=1):
        if stem != expected:
            raise RefusedError(
                f"{file_name}: column {position} of the header is {stem!r}, expected {expected!r}; {since}"
            )
    for cell, stem in zip(header, stems, strict=True):
        stated = re.sub(r"[^0-9가-힣]", "", _plain(cell).removeprefix(stem))
        if stated and not stated.startswith(MEANINGS.get(stem, "")):
            raise RefusedError(
                f"{file_name}: the header says {_shown(cell)!r}, expected {MEANINGS[stem]!r}; {since}"
            )
    published = {_plain(name) for vintage in vintages() for name in vintage.header}
    differences = tuple(
        stem for cell, stem in zip(header, stems, strict=True) if _plain(cell) not in published
    )
    return Layout(nearest.name, differences)


def _likeness(header: Sequence[str], vintage: Vintage) -> tuple[int, Month]:
    """Return the number of names that a header shares with a vintage; ties go to the newer one."""
    names = {_plain(name) for name in vintage.header}
    return sum(_plain(cell) in names for cell in header), vintage.first_month


def _shown(cell: str) -> str:
    """Format a cell for a message: one short line without control characters."""
    return "".join(character if character.isprintable() else "?" for character in _plain(cell))[:40]
