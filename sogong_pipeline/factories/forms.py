"""Forms of factory registers: recognition by header, and the columns that are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import yaml

from sogong_pipeline.errors import RefusedError

SHOWN_COLUMNS = 12
"""Most unexpected columns listed in a refusal; a form may have dozens."""


@dataclass(frozen=True)
class Form:
    """One form of a register.

    Attributes:
        form_id: A to G, or M for a municipal extract.
        title: Its Korean title, with the portal's data set where it has one.
        role: Role within which the register loaded last replaces the earlier ones.
        data_set: Its number on the portal; None where it is downloaded by hand only.
        signs_all: Header cells that must all be present in a file of this form.
        signs_any: Header cells of which at least one must be present.
        needs: Internal columns that are required.
        needs_any: Internal columns of which one is required; empty for none.
        drops: Internal columns that have another meaning in this form and are not read.
    """

    form_id: str
    title: str
    role: str
    signs_all: frozenset[str]
    signs_any: frozenset[str]
    needs: tuple[str, ...]
    needs_any: tuple[str, ...]
    drops: frozenset[str]
    data_set: str | None = None

    def fits(self, header: Collection[str]) -> bool:
        """Return True when a header belongs to this form."""
        cells = set(header)
        return self.signs_all <= cells and bool(self.signs_any & cells)

    def signs(self) -> frozenset[str]:
        """Return every header cell by which the form is recognised."""
        return self.signs_all | self.signs_any


@dataclass(frozen=True)
class Recognised:
    """Form of a file, and the position of each internal column in its header."""

    form: Form
    places: Mapping[str, int]
    dropped: tuple[str, ...] = field(default=())
    """Header cells that are not read."""


@cache
def _table() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("forms.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table


@cache
def columns() -> dict[str, tuple[str, ...]]:
    """Return internal columns with their names in files, the likeliest first."""
    return {ours: tuple(names) for ours, names in _table()["columns"].items()}


@cache
def date_columns() -> tuple[str, ...]:
    """Return internal columns that hold dates."""
    return tuple(_table()["dates"])


@cache
def no_complex() -> frozenset[str]:
    """Return cell values of a complex column that denote no complex."""
    return frozenset(_table()["no_complex"])


@cache
def forms() -> tuple[Form, ...]:
    """Return the forms in the order in which they are tried."""
    return tuple(
        Form(
            form_id=entry["id"],
            title=entry["title"],
            role=entry["role"],
            signs_all=frozenset(entry["signs"]["all"]),
            signs_any=frozenset(entry["signs"]["any"]),
            needs=tuple(entry["needs"]),
            needs_any=tuple(entry["needs_any"]),
            drops=frozenset(entry.get("drops", ())),
            data_set=entry.get("data_set"),
        )
        for entry in _table()["forms"]
    )


def form_of(header: Collection[str]) -> Form | None:
    """Return the form of a header; None for an unknown header."""
    return next((form for form in forms() if form.fits(header)), None)


def recognise(header: Sequence[str], file_name: str) -> Recognised:
    """Recognise the form of a file and the positions of its columns.

    Args:
        header: the cells of its header, without blanks around them.
        file_name: for messages.

    Raises:
        RefusedError: when the header is of no known form, or lacks a column that its form needs; the message says
            what differs.
    """
    form = form_of(header)
    if form is None:
        raise RefusedError(_unknown(header, file_name))
    places = {
        ours: header.index(name)
        for ours, names in columns().items()
        if ours not in form.drops and (name := next((name for name in names if name in header), None))
    }
    missing = [" or ".join(columns()[ours][:2]) for ours in form.needs if ours not in places]
    if form.needs_any and not any(ours in places for ours in form.needs_any):
        missing.append(" or ".join(columns()[ours][0] for ours in form.needs_any))
    if missing:
        raise RefusedError(
            f"{file_name}: it looks like form {form.form_id} ({form.title}), and lacks the columns "
            f"{', '.join(missing)}; download it again, or see docs/factories.md for the forms"
        )
    read = set(places.values())
    return Recognised(form, places, tuple(cell for at, cell in enumerate(header) if cell and at not in read))


def _unknown(header: Sequence[str], file_name: str) -> str:
    """Describe the difference between a header and the nearest known form."""
    cells = {cell for cell in header if cell}
    nearest = max(forms(), key=lambda form: (len(form.signs() & cells), form.form_id == "A"))
    missing = sorted(nearest.signs_all - cells)
    if not nearest.signs_any & cells:
        missing.append("one of " + " / ".join(sorted(nearest.signs_any)))
    known = {name for names in columns().values() for name in names} | {
        cell for form in forms() for cell in form.signs()
    }
    strange = [cell[:40] for cell in header if cell and cell not in known]
    unexpected = ", ".join(strange[:SHOWN_COLUMNS]) + (" and more" if len(strange) > SHOWN_COLUMNS else "")
    return (
        f"{file_name}: row 1: not a factory register of a known form; nearest is form {nearest.form_id} "
        f"({nearest.title}), of which it lacks {', '.join(missing)}"
        f"{f', and it has {unexpected} besides' if strange else ''}; see docs/factories.md for the forms"
    )
