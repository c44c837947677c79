"""A simulated country processed by the pipeline, month by month beside its truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import yaml

from country.country import write_country
from sogong_pipeline.districts.loaded import districts_of, registry_in_force
from sogong_pipeline.districts.loading import Given
from sogong_pipeline.districts.registry import Slice
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month, parse_months
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation

NOW = "2026-11-25T00:00:00+09:00"
"""Clock of an evaluation; no result depends on the day."""


@dataclass(frozen=True)
class Recipe:
    """Parameters of a country to evaluate on."""

    law: int
    seed: int
    districts: int
    outside: float
    months: tuple[Month, ...]
    register: bool = True

    def __str__(self) -> str:
        return (
            f"law {self.law}, seed {self.seed}, {self.districts} districts, "
            f"{self.outside:g} workplaces outside per one inside, {self.months[0]}..{self.months[-1]}"
        )


class Evaluated:
    """A country loaded into a lake of its own.

    Args:
        recipe: Parameters of the country.
        folder: An empty folder for country and lake.
        on_month: Called after each ingested month.
    """

    def __init__(self, recipe: Recipe, folder: Path, on_month: Callable[[str], None] | None = None) -> None:
        self.recipe = recipe
        self._country = folder / "country"
        write_country(
            self._country,
            seed=recipe.seed,
            law_version=recipe.law,
            months=list(recipe.months),
            outside=recipe.outside,
            districts=recipe.districts,
        )
        self.installation = Installation(Settings(home=folder / "home", now=NOW))
        self._load_registry()
        self._load_registers()
        for month in recipe.months:
            self.installation.months.ingest(month, str(self._country / "files"))
            if on_month:
                on_month(str(month))

    def _load_registry(self) -> None:
        lists = self._country / "workplace_lists.csv"
        further_files = Given(workplaces=lists) if lists.exists() else Given()
        self.installation.registry.load(self._country / "registry.csv", given=further_files)

    def _load_registers(self) -> None:
        """Load the factory registers, and the names that a person would settle, where the recipe asks for them."""
        if not self.recipe.register:
            return
        for register in sorted((self._country / "registers").glob("*.csv")):
            if register.name == "aliases.csv":
                with suppress(RefusedError):  # none of the names needs a person
                    self.installation.factories.record_aliases(register)
            else:
                self.installation.factories.load(register)

    @property
    def districts(self) -> Slice:
        """Return the districts of the last month's quarter, which apply to every month."""
        registry = registry_in_force(self.installation)
        assert registry is not None  # noqa: S101 - loaded above
        return districts_of(self.installation, registry, self.recipe.months[-1].quarter)

    def rows(self, month: Month) -> pd.DataFrame:
        """Return the staged rows of a month with the pipeline's results and the truth.

        Returns:
            row_number, workplace_id, link, district_id, grade, evidence, candidate_ids, is_counted, subscribers,
            division, legal_dong_code, postal_code, workplace_serial, lies_in (the true district, if it counts),
            is_right (placed there or in the district around it).
        """
        months = self.installation.months
        vintage = self.installation.vintage_of(month)
        assert vintage is not None  # noqa: S101 - ingested above
        matched = months.match(month, self.districts, vintage)
        trace = months.traces.trace(month, vintage, self.installation.vintage_of)
        columns = [
            "row_number",
            "district_id",
            "grade",
            "evidence",
            "candidate_ids",
            "is_counted",
            "subscribers",
            "division",
            "legal_dong_code",
        ]
        rows: pd.DataFrame = pq.read_table(matched.path("district_member"), columns=columns).to_pandas()
        rows = rows.merge(pq.read_table(trace.path("workplace_trace")).to_pandas(), on="row_number")
        staged = months.stage(month, vintage).path("workplace")
        rows = rows.merge(pd.read_parquet(staged, columns=["row_number", "postal_code"]), on="row_number")
        truth = pd.read_parquet(self._country / "truth_rows" / f"{month}.parquet")
        rows = rows.merge(truth.rename(columns={"district_id": "lies_in"}), on="row_number")
        listed = {district.district_id for district in self.districts.districts}
        rows["lies_in"] = rows["lies_in"].where(rows["lies_in"].isin(listed))
        around = rows["lies_in"].map({d.district_id: d.parent_id for d in self.districts.districts})
        is_placed = rows["district_id"].notna()
        rows["is_right"] = (
            is_placed
            & rows["district_id"].isin(listed)
            & ((rows["district_id"] == rows["lies_in"]) | (rows["district_id"] == around))
        )
        return rows

    def learned_places(self) -> pd.DataFrame | None:
        """Return the places learned from registers in the last month's quarter; None without a register."""
        book = self.installation.months.books.book(self.districts)
        return pd.read_parquet(book.path("learned_place")) if book else None

    def movements(self) -> Iterator[tuple[Month, pd.DataFrame]]:
        """Yield the entries and exits of every month that follows another one."""
        months = self.installation.months
        for month in self.recipe.months[1:]:
            moved = months.traces.movement(month, self.districts, self.installation.vintage_of)
            assert moved is not None  # noqa: S101 - the months follow each other
            yield month, pd.read_parquet(moved.path("movement"))

    def events(self) -> pd.DataFrame:
        """Return true events of workplaces: data_month, workplace_serial, kind."""
        return pd.read_parquet(self._country / "truth_events.parquet")

    def facts(self, month: Month) -> pd.DataFrame:
        """Return the published facts of districts in a month."""
        measured = self.installation.months.measure(month, self.districts)
        return pd.read_parquet(measured.path("fact_district_month"))


def recipes() -> dict[str, Recipe]:
    """Return the countries of docs/matching-accuracy.md by name."""
    text = resources.files(__package__).joinpath("recipes.yaml").read_text(encoding="utf-8")
    return {
        name: Recipe(**{**entry, "months": tuple(parse_months(entry["months"]))})
        for name, entry in yaml.safe_load(text).items()
    }
