"""What a release is made from: one edition of a quarter, its months, proposals and the decisions so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.decisions.decision import STEP as DECISIONS
from sogong_pipeline.decisions.decision import recordings, rows_of
from sogong_pipeline.districts.loaded import OPEN, registries, registry_of_version
from sogong_pipeline.districts.registry import Registry
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.quality.standing import placed_in_force
from sogong_pipeline.release.openness import is_simulated, may_be_named
from sogong_pipeline.stages.doubt import held_reason
from sogong_pipeline.warehouse.fit import PROPOSAL_TABLES, QUARTER_TABLES, fits
from sogong_pipeline.warehouse.load import judged_by


@dataclass(frozen=True)
class Source:
    """The partitions of the lake behind a release."""

    catalogue: Catalogue
    quarter: Quarter
    edition: Partition

    @cached_property
    def months(self) -> dict[Month, str]:
        """The vintage of each month that the edition was made from, oldest first."""
        return {
            Month.parse(month): vintage for month, vintage in sorted(self.edition.facts["months"].items())
        }

    @cached_property
    def loaded(self) -> list[Partition]:
        """The registries up to the one that judged, which is the last."""
        every, version = self.catalogue.registries(), self.edition.facts["registry_version"]
        last = max(number for number, one in enumerate(every) if one.facts["version"] == version)
        return every[: last + 1]

    @cached_property
    def registries(self) -> list[Registry]:
        """The same, read."""
        return registries(self.catalogue)[: len(self.loaded)]

    @property
    def registry(self) -> Registry:
        """The registry that judged."""
        return self.registries[-1]

    @cached_property
    def is_open(self) -> bool:
        """Whether names and coordinates of districts may go out."""
        return may_be_named(self.loaded, self.registries)

    @cached_property
    def is_simulated(self) -> bool:
        """Whether the districts are invented."""
        return is_simulated(self.registry)

    @cached_property
    def judged(self) -> dict[str, Partition]:
        """The proposals of the edition by rule set."""
        return judged_by(self.catalogue, self.edition)

    def proposals_until(self) -> Iterator[Path]:
        """`stage_proposal` of this quarter and the earlier ones, of their editions in force."""
        for name in self.catalogue.lake.children("editions"):
            quarter = Quarter.parse(name)
            edition = self.edition if quarter == self.quarter else self.catalogue.edition(quarter)
            if quarter <= self.quarter and edition is not None:
                for partition in judged_by(self.catalogue, edition).values():
                    if fits(partition, "stage_proposal"):
                        yield partition.path("stage_proposal")

    def measured(self, table: str) -> list[Path]:
        """A table of each month, under the districts of the quarter.

        Raises:
            RefusedError: when a month is no longer measured in the lake.
        """
        return [self._measured(month).path(table) for month in self.months]

    def _measured(self, month: Month) -> Partition:
        districts = str(self.edition.manifest["inputs"]["districts"])
        found = self.catalogue.lake.find("measured", str(month), self.months[month], districts)
        if found is None:
            raise RefusedError(
                f"measured of {month} is not as edition {self.edition.folder.name} of {self.quarter} had it; run "
                f"`sogong propose {self.quarter}` and this command again"
            )
        return found

    def files(self) -> Iterator[tuple[Partition, Partition, bool]]:
        """Each file of the months: raw, staged, and whether the edition was made from it."""
        lake = self.catalogue.lake
        for month, in_force in self.months.items():
            for vintage in lake.children("raw", str(month)):
                raw, staged = (lake.find(step, str(month), vintage) for step in ("raw", "staged"))
                if raw and staged:
                    yield raw, staged, vintage == in_force

    def checks(self) -> Iterator[Path]:
        """`quality_check` of each file of the months: of the file, and of how it was placed."""
        for raw, _, _ in self.files():
            month, vintage = raw.manifest["key"]
            checked = self.catalogue.lake.find("checked", month, vintage)
            if checked is not None and fits(checked, "quality_check"):
                yield checked.path("quality_check")
                placed = placed_in_force(self.catalogue, Month.parse(month), vintage)
                if placed is not None:
                    yield placed.path("quality_check")

    def decisions(self) -> Iterator[Partition]:
        """What councils decided on this quarter and earlier ones."""
        for period in self.catalogue.lake.children(DECISIONS):
            for recording in recordings(self.catalogue.lake, period):
                if any(row.quarter <= str(self.quarter) for row in rows_of(recording)):
                    yield recording

    def recorded_at(self) -> str:
        """When the newest of what the release was made from was recorded; a clock would differ in each run."""
        partitions = [self.edition, *self.judged.values(), *self.decisions()]
        if self.loaded[-1].facts.get(OPEN):
            partitions.append(self.loaded[-1])
        return max(str(one.manifest["recorded_at"]) for one in partitions)


def source_of(catalogue: Catalogue, quarter: Quarter) -> Source:
    """The edition in force of a quarter with what goes with it.

    Raises:
        RefusedError: when the quarter was never proposed, is held, or was made by an earlier version.
    """
    edition = catalogue.edition(quarter)
    if edition is None:
        raise RefusedError(f"{quarter} was not proposed yet; run `sogong propose {quarter}` first")
    if held := held_reason(edition):
        raise RefusedError(f"{quarter} is held ({held}); see `sogong month accept`")
    registry_of_version(catalogue, edition.facts["registry_version"])
    source = Source(catalogue, quarter, edition)
    own: Sequence[str] = [table for table in PROPOSAL_TABLES if table == "stage_proposal"]
    if not fits(edition, *QUARTER_TABLES) or not all(fits(one, *own) for one in source.judged.values()):
        raise RefusedError(f"{quarter} was made by an earlier version; run `sogong propose {quarter}` first")
    return source
