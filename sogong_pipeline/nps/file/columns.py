"""The 22 columns of the source and how their published names are recognised.

The publisher has written the header in several ways over the years (`headers.yaml`): with SQL types, with long
notes in brackets, with plain names. What stays is how each name begins, up to the first bracket, blank or TAB.
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
"""Our names of the columns, in the published order, which never changed."""

MEANINGS = {"사업장가입상태코드": "1등록2탈퇴", "사업장형태구분코드": "1법인2개인"}
"""What the header says the values of a code mean; a header that says otherwise must not be read as ours."""


@dataclass(frozen=True)
class Vintage:
    """One way the header was written, and the first data month it was used for."""

    name: str
    first_month: Month
    header: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """A recognised header; the column order is always `COLUMNS`.

    Attributes:
        vintage: The published header it is nearest to.
        differences: The columns whose notes differ from those of every published header.
    """

    vintage: str
    differences: tuple[str, ...] = ()


@cache
def vintages() -> tuple[Vintage, ...]:
    """Every header that was ever published, the oldest first."""
    text = resources.files(__package__).joinpath("headers.yaml").read_text(encoding="utf-8")
    return tuple(
        Vintage(name, Month.parse(entry["from"]), tuple(entry["header"]))
        for name, entry in yaml.safe_load(text).items()
    )


def vintage_for(month: Month) -> Vintage:
    """The header that the file of a month was published with; the oldest one stands for earlier months too."""
    return [vintages()[0], *(vintage for vintage in vintages() if vintage.first_month <= month)][-1]


V3_HEADER = vintages()[-1].header
"""The header of every file since data month 2021-10."""


def _plain(published: str) -> str:
    """A published name with its blanks and TABs made one blank each."""
    return " ".join(published.lstrip("\ufeff").strip().strip('"').split())


def _stem(published: str) -> str:
    """How a published column name begins, without notes, codes and SQL types."""
    return re.split(r"[( ]", _plain(published), maxsplit=1)[0]


_STEMS = {_stem(name): column for name, column in zip(V3_HEADER, COLUMNS, strict=True)}


def column_of(published: str) -> str | None:
    """Our name of a published column, or None when it is none of the 22."""
    return _STEMS.get(_stem(published))


def recognise(header: Sequence[str], file_name: str) -> Layout:
    """Tell which vintage a header row is, or refuse it with what differs from the nearest one.

    Args:
        header: the cells of the first line, as published.
        file_name: named in the refusal.

    Raises:
        RefusedError: when a column is missing, unknown, doubled or out of place, or a code means something else.
    """
    stems = [_stem(cell) for cell in header]
    nearest = max(vintages(), key=lambda vintage: _likeness(header, vintage))
    since = f"the nearest known header is {nearest.name}, used since {nearest.first_month}"
    missing = [stem for stem in _STEMS if stem not in stems]
    unknown = [_shown(cell) for cell, stem in zip(header, stems, strict=True) if stem not in _STEMS]
    besides = f"columns nobody has seen: {', '.join(unknown[:5])}{', …' if unknown[5:] else ''}"
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
        told = re.sub(r"[^0-9가-힣]", "", _plain(cell).removeprefix(stem))
        if told and not told.startswith(MEANINGS.get(stem, "")):
            raise RefusedError(
                f"{file_name}: the header says {_shown(cell)!r}, expected {MEANINGS[stem]!r}; {since}"
            )
    published = {_plain(name) for vintage in vintages() for name in vintage.header}
    differences = tuple(
        stem for cell, stem in zip(header, stems, strict=True) if _plain(cell) not in published
    )
    return Layout(nearest.name, differences)


def _likeness(header: Sequence[str], vintage: Vintage) -> tuple[int, Month]:
    """How many names of a header are a vintage's own; of two that are as like, the newer counts."""
    names = {_plain(name) for name in vintage.header}
    return sum(_plain(cell) in names for cell in header), vintage.first_month


def _shown(cell: str) -> str:
    """A cell for a message: one short line, nothing a terminal would obey."""
    return "".join(character if character.isprintable() else "?" for character in _plain(cell))[:40]
