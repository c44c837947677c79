"""Factory registers: loaded files, every one kept without what is not needed of it, and the names persons settled."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.parquet as pq

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.districts.book import settle_names
from sogong_pipeline.districts.loaded import districts_of, registry_in_force
from sogong_pipeline.districts.registry import Registry
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.factories.addresses import sites_of
from sogong_pipeline.factories.aliases import merged, read_aliases, write_aliases
from sogong_pipeline.factories.difference import Difference, compare
from sogong_pipeline.factories.loaded import (
    ALIASES,
    REGISTERS,
    aliases_in_force,
    book_plan,
    register_of_version,
    registers,
    registers_in_force,
)
from sogong_pipeline.factories.names import Settled, check_aliases
from sogong_pipeline.factories.reading import Register, read_register
from sogong_pipeline.lake.partitions import SHORT, Built, Partition, digest_of
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.steps.books import BookSteps
from sogong_pipeline.steps.traces import Match

MUNICIPAL = "municipal"


@dataclass(frozen=True)
class Loaded:
    """A register that was loaded.

    Attributes:
        partition: What is kept of it.
        is_new: Whether it was not the one in force before.
        ways: Rows of all registers in force by the way their legal dong was read.
    """

    partition: Partition
    is_new: bool
    ways: dict[str, int]


class FactorySteps:
    """The factory registers of one lake; `match` places a month."""

    def __init__(self, catalogue: Catalogue, books: BookSteps, match: Match) -> None:
        self.catalogue = catalogue
        self._books = books
        self._match = match

    def load(self, path: Path, as_of: dt.date | None = None) -> Loaded:
        """Make a file the register in force of its role, keeping every earlier one.

        Args:
            path: a register of a known form (factories/forms.yaml), CSV or XLSX.
            as_of: the day it describes; None where its name or a column says so.

        Returns:
            What was kept. The file itself is not: telephone numbers and names of people stand in it.

        Raises:
            RefusedError: when it is of no known form, or cut off; nothing was changed.
        """
        register = read_register(path, as_of)
        place = _place(register) if register.form.role == MUNICIPAL else ""
        before = {(one.facts["role"], one.facts["place"]): one for one in registers_in_force(self.catalogue)}
        known = before.get((register.form.role, place))
        if known is not None and known.facts["version"] == register.version:
            return Loaded(known, False, self._ways())
        number = len(registers(self.catalogue)) + 1

        def build(workspace: Path) -> Built:
            target = workspace / "register.parquet"
            pq.write_table(register.rows, target, compression="zstd")
            return Built(
                {"register": target},
                {
                    "version": register.version,
                    "form": register.form.form_id,
                    "title": register.form.title,
                    "role": register.form.role,
                    "place": place,
                    "as_of": str(register.as_of),
                    "file_name": path.name,
                    "rows": register.rows.num_rows,
                    "unnamed": register.unnamed,
                    "damaged": register.damaged,
                    "dropped": list(register.dropped),
                },
            )

        partition, _ = self.catalogue.lake.ensure(
            REGISTERS,
            (f"{number:04d}-{register.version}",),
            inputs={"version": register.version},
            recorded_at=self.catalogue.now(),
            build=build,
        )
        return Loaded(partition, True, self._ways())

    def _ways(self) -> dict[str, int]:
        plan = book_plan(self.catalogue, Quarter(2000, 1))  # the months of a book do not matter to its firms
        return dict(self._books.firms(plan).facts["ways"]) if plan else {}

    def names(self, quarter: Quarter) -> list[Settled]:
        """What the names in the registers in force stand for in a quarter.

        Raises:
            RefusedError: when no register or no registry of districts is loaded.
        """
        registry = self._registry()
        districts = districts_of(self.catalogue, registry, quarter)
        if districts.book is None:
            raise RefusedError("no factory register is loaded; run `sogong factories load FILE` first")
        firms = self._books.firms(districts.book).path("factory_firm")
        return settle_names(firms, self._books.aliases(districts.book), districts, quarter)

    def difference(self, before: str, after: str | None, month: Month) -> Difference:
        """How many workplaces of a month, and how many districts, one register moves against another.

        Args:
            before: the version of a register.
            after: the version of another; None for the one in force of the same kind.
            month: a month that is in.

        Raises:
            RefusedError: when a version or the month is not in the lake.
        """
        vintage = self.catalogue.vintage_of(month)
        if vintage is None:
            raise RefusedError(f"{month} is not in; run `sogong ingest {month}`")
        old = register_of_version(self.catalogue, before)
        in_force = {
            (one.facts["role"], one.facts["place"]): one for one in registers_in_force(self.catalogue)
        }
        kind = (old.facts["role"], old.facts["place"])
        new = register_of_version(self.catalogue, after) if after else in_force[kind]
        plain = self._registry().on(month.quarter.last_day)
        plan = book_plan(self.catalogue, month.quarter)
        members = []
        for register in (old, new):
            others = [one for key, one in in_force.items() if key != kind]
            together = tuple(sorted(one.folder.name for one in (*others, register)))
            districts = plain.with_book(replace(plan, registers=together) if plan else None)
            members.append(self._match(month, districts, vintage).path("district_member"))
        with self.catalogue.lake.workspace() as folder:
            return compare(str(month), members[0], members[1], folder)

    def record_aliases(self, path: Path) -> tuple[int, bool]:
        """Keep what a person settled, beside what was settled before.

        Args:
            path: a filled-in file of proposals.

        Returns:
            How many names the file settles, and whether any of that is new.

        Raises:
            RefusedError: when a row of it is wrong; nothing was changed.
        """
        known = {district.district_id for district in self._registry().districts}
        given = read_aliases(path, known)
        if not given:
            raise RefusedError(f"{path.name}: no row has district_ids; fill in the names you know")
        last = aliases_in_force(self.catalogue)
        kept = read_aliases(last.path("aliases")) if last else []
        together = merged(kept, given)
        check_aliases(together, known | {one for alias in kept for one in alias.district_ids}, path.name)
        if together == kept:
            return len(given), False
        text = write_aliases(together)
        version = digest_of(text)[:SHORT]

        def build(workspace: Path) -> Built:
            target = workspace / "aliases.csv"
            target.write_text(text, encoding="utf-8")
            return Built(
                {"aliases": target}, {"version": version, "file_name": path.name, "names": len(together)}
            )

        number = len(self.catalogue.lake.partitions(ALIASES)) + 1
        self.catalogue.lake.ensure(
            ALIASES,
            (f"{number:04d}-{version}",),
            inputs={"version": version},
            recorded_at=self.catalogue.now(),
            build=build,
        )
        return len(given), True

    def _registry(self) -> Registry:
        registry = registry_in_force(self.catalogue)
        if registry is None:
            raise RefusedError("no registry is loaded; run `sogong registry load FILE` first")
        return registry


def _place(register: Register) -> str:
    """Today's code of the sigungu that most rows of a municipal extract lie in; blank where no address tells."""
    names = register.rows.column_names
    columns = [name for name in ("road_address", "lot_address") if name in names]
    counted: Counter[str] = Counter()
    for row in register.rows.select(columns).slice(0, 1000).to_pylist():
        site = sites_of(row.get("road_address"), row.get("lot_address"))[0]
        counted.update(site.sigungu_codes[:1])
    return counted.most_common(1)[0][0] if counted else ""
