"""The registers in a lake: which are in force, and what the evidence of a quarter is made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import SHORT, Partition, digest_of
from sogong_pipeline.periods import Month, Quarter

REGISTERS, ALIASES = "registers", "aliases"
BOOK_MONTHS = 36
"""Months whose joined rows a book rests on, the quarter's own among them: those that its edition is made from."""


@dataclass(frozen=True)
class BookPlan:
    """What one book of evidence is made from; both sides of every comparison of a quarter use the same one.

    Attributes:
        quarter: The quarter.
        registers: The partitions of the registers in force, by name.
        aliases: The partition of the aliases in force; blank where there are none.
        months: The months that are in, each with the vintage that counts, oldest first.
    """

    quarter: Quarter
    registers: tuple[str, ...]
    aliases: str
    months: tuple[tuple[str, str], ...]

    @property
    def firms(self) -> str:
        """The version of the registers together."""
        return digest_of(self.registers)[:SHORT]

    @property
    def version(self) -> str:
        """A digest of everything."""
        return digest_of(str(self.quarter), self.registers, self.aliases, self.months)[:SHORT]


def registers(catalogue: Catalogue, known: dt.datetime | None = None) -> list[Partition]:
    """Every register that was loaded, oldest first, by a moment where one is given."""
    return _known(catalogue.lake.partitions(REGISTERS), known)


def registers_in_force(catalogue: Catalogue, known: dt.datetime | None = None) -> list[Partition]:
    """Of each role the register loaded last; of municipal extracts that of each sigungu."""
    last = {(one.facts["role"], one.facts["place"]): one for one in registers(catalogue, known)}
    return [last[key] for key in sorted(last)]


def register_of_version(catalogue: Catalogue, version: str) -> Partition:
    """A register by its version, in force or not.

    Raises:
        RefusedError: when it is not in the lake.
    """
    found = [one for one in registers(catalogue) if one.facts["version"] == version]
    if not found:
        raise RefusedError(f"there is no register {version} in the lake; see `sogong factories list`")
    return found[-1]


def aliases_in_force(catalogue: Catalogue, known: dt.datetime | None = None) -> Partition | None:
    """The aliases recorded last; None when none were."""
    loaded = _known(catalogue.lake.partitions(ALIASES), known)
    return loaded[-1] if loaded else None


def book_plan(
    catalogue: Catalogue,
    quarter: Quarter,
    known: dt.datetime | None = None,
    vintage_of: Callable[[Month], str | None] | None = None,
) -> BookPlan | None:
    """What the book of a quarter is made from; None without a register. It computes nothing.

    Args:
        catalogue: the installation.
        quarter: the quarter judged.
        known: the load time as of which registers, aliases and months are taken.
        vintage_of: which vintages count, where it is not for the load time to say.
    """
    in_force = registers_in_force(catalogue, known)
    if not in_force:
        return None
    counts = vintage_of or (lambda month: catalogue.vintage_of(month, known))
    aliases = aliases_in_force(catalogue, known)
    return BookPlan(
        quarter,
        tuple(sorted(one.folder.name for one in in_force)),
        aliases.folder.name if aliases else "",
        tuple(
            (str(month), vintage) for month in book_months(quarter) if (vintage := counts(month)) is not None
        ),
    )


def book_months(quarter: Quarter) -> list[Month]:
    """The months of a book, oldest first."""
    last = quarter.months[-1]
    return [last.shift(-back) for back in range(BOOK_MONTHS - 1, -1, -1)]


def _known(loaded: Iterable[Partition], known: dt.datetime | None) -> list[Partition]:
    return [
        one
        for one in loaded
        if known is None or dt.datetime.fromisoformat(one.manifest["recorded_at"]) <= known
    ]
