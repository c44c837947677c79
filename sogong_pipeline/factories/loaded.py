"""Registers in the lake: those in force, and the inputs of a quarter's evidence."""

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
"""Months whose joined rows a book uses, including those of its quarter: the months of its edition."""


@dataclass(frozen=True)
class BookPlan:
    """Inputs of one book of evidence; both sides of every comparison of a quarter use the same book.

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
        """Return the combined version of the registers."""
        return digest_of(self.registers)[:SHORT]

    @property
    def version(self) -> str:
        """Return a digest of all inputs."""
        return digest_of(str(self.quarter), self.registers, self.aliases, self.months)[:SHORT]


def registers(catalogue: Catalogue, known: dt.datetime | None = None) -> list[Partition]:
    """List every register loaded until `known`, oldest first."""
    return _known(catalogue.lake.partitions(REGISTERS), known)


def registers_in_force(catalogue: Catalogue, known: dt.datetime | None = None) -> list[Partition]:
    """Return the register loaded last of each role; for municipal extracts, of each sigungu."""
    last = {(one.facts["role"], one.facts["place"]): one for one in registers(catalogue, known)}
    return [last[key] for key in sorted(last)]


def register_of_version(catalogue: Catalogue, version: str) -> Partition:
    """Return a register by its version, in force or not.

    Raises:
        RefusedError: when it is not in the lake.
    """
    matches = [one for one in registers(catalogue) if one.facts["version"] == version]
    if not matches:
        raise RefusedError(f"there is no register {version} in the lake; see `sogong factories list`")
    return matches[-1]


def aliases_in_force(catalogue: Catalogue, known: dt.datetime | None = None) -> Partition | None:
    """Return the aliases recorded last; None when none were."""
    loaded = _known(catalogue.lake.partitions(ALIASES), known)
    return loaded[-1] if loaded else None


def book_plan(
    catalogue: Catalogue,
    quarter: Quarter,
    known: dt.datetime | None = None,
    vintage_of: Callable[[Month], str | None] | None = None,
) -> BookPlan | None:
    """Return the inputs of a quarter's book; None without a register. Computes nothing.

    Args:
        catalogue: the installation.
        quarter: the quarter judged.
        known: the load time as of which registers, aliases and months are taken.
        vintage_of: vintage of each month, where the load time does not decide it.
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
    """Return the months of a book, oldest first."""
    last = quarter.months[-1]
    return [last.shift(-back) for back in range(BOOK_MONTHS - 1, -1, -1)]


def _known(loaded: Iterable[Partition], known: dt.datetime | None) -> list[Partition]:
    return [
        one
        for one in loaded
        if known is None or dt.datetime.fromisoformat(one.manifest["recorded_at"]) <= known
    ]
