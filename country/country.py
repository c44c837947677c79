"""A nationwide country with a known truth, written as the real source would publish it.

The law it follows is `law1.yaml` and `districts.yaml`; docs/simulator.md says it in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from country.crises import plan_crises
from country.districts import District, draw_districts, limit_validity
from country.factory_register import write_factory_register
from country.files import extraction_day, file_name, write_month
from country.law import DEFAULT_LAW, Law, Version, load_law
from country.lists import known_of, write_workplace_lists
from country.places import load_places
from country.population import MonthRows, Population
from country.registry_file import write_registry
from country.settlement import Settlement
from country.shocks import Shock, plan_shocks
from country.terrain import ground_of
from country.truth import Members, write_events, write_losses, write_truth
from country.workplaces import Integers
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month, parse_months

DEFAULT_MONTHS = "2023-07..2026-09"
REGISTER_AGE = 12
"""Months by which the factory register is older than the last month, where there are as many."""
_MARGIN = 1.2  # a district that is to be struck is planned larger than the law asks, as sizes vary


@dataclass(frozen=True)
class CountrySummary:
    """Summary of the written files.

    Attributes:
        months: Monthly files.
        rows: Rows in all of them.
        districts: Districts in the registry.
        workplaces: Different workplaces in the files.
        shocks: Known shocks.
    """

    months: int
    rows: int
    districts: int
    workplaces: int
    shocks: int


@dataclass(frozen=True)
class Country:
    """A country before its first month.

    Attributes:
        seed: Seed of the country.
        law: The law it follows.
        start: Its first month; the burn-in lies before it.
        area: Its districts.
        settlement: Source of addresses, names and numbers.
        population: Its workplaces.
        shocks: Its known shocks.
    """

    seed: int
    law: Law
    start: Month
    area: list[District]
    settlement: Settlement
    population: Population
    shocks: list[Shock]

    def live(self, months: list[Month]) -> Iterator[tuple[Month, MonthRows, np.random.Generator]]:
        """Simulate all months up to the last one asked for; once only.

        Yields:
            Each month asked for, its rows, and the source of randomness of the month.
        """
        month = self.start.shift(-self.law.burn_in_months)
        while month <= months[-1]:
            rng = np.random.default_rng([self.seed, month.year * 12 + month.month])
            changes = self.population.live(month, rng)
            if month >= months[0]:
                yield month, self.population.rows(month, changes, rng), rng
            month = month.shift(1)


def found(
    seed: int, law: Law, months: list[Month], outside: float, districts: int, *, is_quiet: bool = False
) -> Country:
    """Draw districts, shocks and the workplaces that a country begins with.

    Args:
        seed: Seed of the country.
        law: The law it follows.
        months: The months asked for.
        outside: Workplaces outside districts as a share of those inside.
        districts: Number of districts.
        is_quiet: Leave out all shocks, and the calm of the districts they would strike.
    """
    places, start = load_places(), law.first_month(months)
    rng = np.random.default_rng([seed, 0])
    area = draw_districts(districts, law.workplaces_per_district, ground_of(law, places, rng), rng)
    shocks = [] if is_quiet or law.crises else plan_shocks(law.shocks, _eligible(area, law), districts, rng)
    struck = {shock.district for shock in shocks}
    area = limit_validity(area, struck, start, rng)
    calm = np.ones(districts + 1)
    calm[sorted(struck)] = law.dynamics.calm
    settlement = Settlement(law, area, places, outside=outside, calm=calm, rng=rng)
    crises = plan_crises(law.crises, districts, rng) if law.crises and not is_quiet else None
    population = Population(law, settlement, calm=calm, shocks=shocks, start=start, rng=rng, crises=crises)
    return Country(seed, law, start, area, settlement, population, shocks)


def write_country(
    out: Path,
    *,
    seed: int = 1,
    law_version: Version = DEFAULT_LAW,
    months: list[Month] | None = None,
    outside: float = 1 / 3,
    districts: int = 2185,
    progress: Callable[[Month, int], None] | None = None,
) -> CountrySummary:
    """Write the monthly files, the registry and the truth of a simulated country.

    The same arguments write the same bytes. A month's file depends on `seed`, `law_version`, `outside`, `districts`
    and the month in which the country begins (2023-07, or the first month asked for when that is earlier), not on
    which other months are asked for.

    Args:
        out: Folder for `files/`, `registry.csv`, `registers/`, `truth.json` and `truth_members.parquet`.
        seed: Seed of the country.
        law_version: The law it follows: 1 (clean addresses), 2 (addresses as vague as real ones), 3 (harder), 5 (all
            kinds of crises), N or M (hard variants).
        months: The months to write, without gaps; 2023-07 to 2026-09 unless given.
        outside: Workplaces outside districts as a share of those inside; 3.3 gives the size of the real file.
        districts: Number of districts; 60 make a small country for tests.
        progress: Called after each file with its month and its rows.

    Raises:
        RefusedError: when an argument makes no country or the folder holds files of another one.
    """
    months = parse_months(DEFAULT_MONTHS) if months is None else months
    files = out / "files"
    _check(seed, months, outside, districts, files)
    country = found(seed, load_law(law_version), months, outside, districts)
    law, area, population = country.law, country.area, country.population
    addresses = country.settlement.addresses

    files.mkdir(parents=True, exist_ok=True)
    members, rows_written = Members(area, load_places(), addresses), 0
    for month, rows, rng in country.live(months):
        code_written = month >= Month.parse(law.rows.no_code_written_from)
        cells = addresses.cells(rows.who, extraction_day(month, seed))
        doubled = _doubled(law, rows.status.size, rng)
        path = files / file_name(month, seed)
        write_month(path, rows, cells, doubled, no_code_written=code_written)
        members.add(rows)
        if law.lists and month == months[0]:
            write_workplace_lists(out / "workplace_lists.csv", rows, area, law.lists, seed)
        if law.registers and month == _register_month(months):
            registers = out / "registers"
            write_factory_register(registers, rows, area, addresses=addresses, law=law.registers, seed=seed)
        if law.lives:
            members.write_rows(out / "truth_rows" / f"{month}.parquet", rows, doubled)
        rows_written += rows.status.size + doubled.size
        if progress:
            progress(month, rows.status.size)
    listed = known_of(law, area, addresses, seed)
    write_registry(out / "registry.csv", area, law.version, seed, listed)
    if population.lives:
        write_events(out / "truth_events.parquet", population.lives.events)
    parameters = {
        "law": law.version,
        "seed": seed,
        "months": [str(months[0]), str(months[-1])],
        "districts": districts,
        "outside": outside,
    }
    if population.crises:
        write_losses(out / "truth_losses.csv", population.crises, area)
    write_truth(out / "truth.json", parameters, country.shocks, area)
    members.write(out / "truth_members.parquet")
    return CountrySummary(len(months), rows_written, districts, len(members), len(country.shocks))


def _register_month(months: list[Month]) -> Month:
    """Return the month of the register: a year before the last, or the first."""
    return max(months[0], months[-1].shift(-REGISTER_AGE))


def _check(seed: int, months: list[Month], outside: float, districts: int, files: Path) -> None:
    if not months or months != [months[0].shift(i) for i in range(len(months))]:
        raise RefusedError(
            "the months of a country must follow each other without gaps; give 2023-07..2026-09"
        )
    for name, value, least in (("seed", seed, 0), ("outside", outside, 0), ("districts", districts, 1)):
        if not least <= value < float("inf"):
            raise RefusedError(f"{name} is {value}; give {least} or more")
    ours = {file_name(month, seed) for month in months}
    others = sorted(path.name for path in files.glob("*.csv") if path.name not in ours)
    if others:
        raise RefusedError(f"{files} holds {others[0]}, which is none of these months; give an empty folder")


def _doubled(law: Law, rows: int, rng: np.random.Generator) -> Integers:
    """Return the rows whose line the file holds twice."""
    count = rng.poisson(law.lives.doubled_lines * rows) if law.lives and rows else 0
    return rng.integers(0, rows, count) if count else np.arange(0)


def _eligible(area: list[District], law: Law) -> Integers:
    """Return the districts that may be struck: large, and sharing no place with another."""
    least = law.shocks.least_workplaces * _MARGIN
    return np.array([i for i, d in enumerate(area) if d.workplaces >= least and not d.nested], dtype=np.int64)
