"""The steps of the pipeline over one lake, as the command line and the DAGs call them.

Every step is `ensure`: it returns the partition made from the present inputs and builds it only when it is not
there. So any step may be called at any time, in any order, twice, or again after a crash.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sogong_pipeline import __version__
from sogong_pipeline.districts.matching import match
from sogong_pipeline.districts.registry import Registry, Slice, read_registry
from sogong_pipeline.engine import sql_version
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.indicators.month import measure_month
from sogong_pipeline.indicators.quarter import window
from sogong_pipeline.lake import SHORT, Built, Lake, Partition, digest_of, sha256_of
from sogong_pipeline.nps.sources import BytesProgress, Received, receive
from sogong_pipeline.nps.staging import stage
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.quality.gate import check_month, suites_version
from sogong_pipeline.regions.reference import data_path
from sogong_pipeline.settings import Settings
from sogong_pipeline.stages.edition import build_edition
from sogong_pipeline.stages.rules import DEFAULT, RuleSet, load


@dataclass(frozen=True)
class MonthState:
    """What one call did for one month."""

    month: Month
    vintage: str
    is_new: bool
    measured: Partition | None
    staged: Partition
    checked: Partition


@dataclass(frozen=True)
class Plan:
    """What an edition is made from: the vintages of its months, its districts and its rules."""

    vintages: dict[Month, str]
    registry_version: str
    districts: Slice
    rules: RuleSet

    @property
    def inputs(self) -> dict[str, str]:
        """Every input by name; the edition is their digest."""
        layers = ("staged", "matched", "measured", "editions")
        return {
            **{str(month): vintage for month, vintage in self.vintages.items()},
            "districts": self.districts.version,
            "rules": f"{self.rules.rule_set} {self.rules.version}",
            "schema": digest_of([sql_version(layer) for layer in layers])[:SHORT],
            "code": __version__,
        }

    @property
    def edition(self) -> str:
        """The name of the edition."""
        return digest_of(self.inputs)[:SHORT]


class Pipeline:
    """All steps over the lake under `settings.home`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lake = Lake(settings.home / "lake")

    @property
    def _now(self) -> str:
        return self.settings.clock().isoformat()

    # ---- months ------------------------------------------------------------------------------------------

    def months(self) -> list[Month]:
        """The months that are in and passed the gate, oldest first."""
        return [
            month
            for month in map(Month.parse, self.lake.children("raw"))
            if self.vintage_of(month) is not None
        ]

    def vintage_of(self, month: Month) -> str | None:
        """The newest vintage of a month that passed the gate, or None."""
        for vintage in self._vintages(month):
            checked = self.lake.find("checked", str(month), vintage)
            if checked is not None and not checked.facts["failed_critical"]:
                return vintage
        return None

    def _vintages(self, month: Month) -> list[str]:
        """The landed vintages of a month, the newest first."""
        landed = [
            self.partition("raw", str(month), vintage) for vintage in self.lake.children("raw", str(month))
        ]
        landed.sort(key=lambda partition: int(partition.facts["number"]), reverse=True)
        return [partition.folder.name for partition in landed]

    def partition(self, step: str, *key: str) -> Partition:
        """A partition that must be there."""
        partition = self.lake.find(step, *key)
        if partition is None:
            raise RefusedError(
                f"{step} of {' '.join(key)} is not in the lake; run `sogong ingest` for it first"
            )
        return partition

    def fetch(
        self, month: Month, source: str | None = None, progress: BytesProgress | None = None
    ) -> Iterator[tuple[str, bool]]:
        """Land what a source holds of a month.

        Args:
            month: the data month wanted.
            source: a file, a folder or a portal's address; the configured portal when None.
            progress: told the bytes received so far and the bytes announced.

        Yields:
            The vintage and whether its bytes are new; the vintage in the lake when there is nothing to fetch.

        Raises:
            RefusedError: when the source does not hold the month.
        """
        known = {
            str(self.partition("raw", str(month), vintage).facts["origin"]): vintage
            for vintage in self._vintages(month)
        }
        with self.lake.workspace() as workspace:
            nothing_new = True
            for received in receive(
                source or self.settings.portal_url, month, workspace, known=known, progress=progress
            ):
                nothing_new = False
                yield self._land(received)
            if nothing_new:
                yield self._vintages(month)[0], False

    def _land(self, received: Received) -> tuple[str, bool]:
        """Keep the bytes for ever, under the month written in them and their digest."""
        sha256 = sha256_of(received.path)
        month, vintage = str(received.month), sha256[:SHORT]

        def build(workspace: Path) -> Built:
            kept = workspace / f"file{received.path.suffix.lower()}"
            shutil.copyfile(received.path, kept)
            return Built(
                files={"file": kept},
                facts={
                    "file_name": received.file_name,
                    "label": received.label,
                    "origin": received.origin,
                    "number": len(self.lake.children("raw", month)) + 1,
                },
            )

        _, is_new = self.lake.ensure(
            "raw", (month, vintage), inputs={"sha256": sha256}, recorded_at=self._now, build=build
        )
        return vintage, is_new

    def stage(self, month: Month, vintage: str) -> Partition:
        """Type a landed file; see `nps.staging.stage`."""
        raw = self.partition("raw", str(month), vintage)
        return self.lake.ensure(
            "staged",
            (str(month), vintage),
            inputs={"raw": raw.digest, "code": __version__, "sql": sql_version("staged")},
            recorded_at=self._now,
            build=lambda workspace: stage(raw.path("file"), raw.facts["file_name"], month, workspace),
        )[0]

    def check(self, month: Month, vintage: str) -> Partition:
        """Pass a staged month through the gate.

        Raises:
            RefusedError: when a critical expectation fails; the month stays staged and is not measured.
        """
        staged = self.stage(month, vintage)
        previous = self.vintage_of(month.shift(-1))
        before = self.stage(month.shift(-1), previous) if previous else None
        checked, _ = self.lake.ensure(
            "checked",
            (str(month), vintage),
            inputs={
                "staged": staged.digest,
                "before": before.digest if before else "",
                "suites": suites_version(),
                "sql": sql_version("checked"),
            },
            recorded_at=self._now,
            build=lambda workspace: check_month(
                staged.path("workplace"),
                before.path("workplace") if before else None,
                month,
                vintage,
                staged.facts["quarantined_rows"],
                workspace=workspace,
            ),
        )
        failed = checked.facts["failed_critical"]
        if failed:
            raise RefusedError(
                f"{month}: the gate stopped {self.partition('raw', str(month), vintage).facts['file_name']}: "
                f"{'; '.join(failed)}; it is kept and staged but not measured, look at it and ingest a good file"
            )
        return checked

    def measure(self, month: Month, districts: Slice) -> Partition:
        """Match a month that passed the gate against districts, and sum it by district and region."""
        vintage = self.vintage_of(month)
        if vintage is None:
            raise RefusedError(f"{month} is not in; run `sogong ingest {month}`")
        staged = self.stage(month, vintage)
        matched, _ = self.lake.ensure(
            "matched",
            (str(month), vintage, districts.version),
            inputs={
                "staged": staged.digest,
                "regions": sha256_of(data_path("region.csv")),
                "registry": districts.version,
                "sql": sql_version("matched"),
            },
            recorded_at=self._now,
            build=lambda workspace: match(staged.path("workplace"), districts.districts, workspace),
        )
        return self.lake.ensure(
            "measured",
            (str(month), vintage, districts.version),
            inputs={"matched": matched.digest, "registry": districts.version, "sql": sql_version("measured")},
            recorded_at=self._now,
            build=lambda workspace: measure_month(
                matched.path("district_member"), districts.districts, month, workspace
            ),
        )[0]

    def ingest(
        self, month: Month, source: str | None = None, progress: BytesProgress | None = None
    ) -> list[MonthState]:
        """Land, stage, check, match and measure a month; without a registry it stops after the gate."""
        registry = self.registry()
        states = []
        for vintage, is_new in self.fetch(month, source, progress):
            staged = self.stage(month, vintage)
            checked = self.check(month, vintage)
            measured = self.measure(month, registry.on(month.quarter.last_day)) if registry else None
            states.append(MonthState(month, vintage, is_new, measured, staged, checked))
        return states

    # ---- registry ----------------------------------------------------------------------------------------

    def load_registry(self, path: Path, as_of: dt.date | None = None) -> tuple[Registry, bool]:
        """Make a registry file the one in force, keeping every earlier one.

        Args:
            path: a CSV in the documented template.
            as_of: the first day of validity for rows that leave it blank.

        Returns:
            The registry and whether it differs from the one in force before.
        """
        registry = Registry.of(read_registry(path, as_of))
        before = self.registry()
        if before is not None and before.version == registry.version:
            return before, False
        number = len(self._registries()) + 1

        def build(workspace: Path) -> Built:
            kept = workspace / "registry.csv"
            shutil.copyfile(path, kept)
            return Built(
                {"registry": kept},
                {
                    "version": registry.version,
                    "as_of": str(as_of or ""),
                    "file_name": path.name,
                    "districts": len(registry.districts),
                },
            )

        self.lake.ensure(
            "registry",
            (f"{number:04d}-{registry.version}",),
            inputs={"version": registry.version},
            recorded_at=self._now,
            build=build,
        )
        return registry, True

    def _registries(self) -> list[Partition]:
        return [self.partition("registry", key) for key in self.lake.children("registry")]

    def registry(self) -> Registry | None:
        """The registry in force: the one loaded last."""
        loaded = self._registries()
        return _read(loaded[-1]) if loaded else None

    def registry_of(self, version: str) -> Registry:
        """A registry by its version, in force or not."""
        found = [loaded for loaded in self._registries() if loaded.facts["version"] == version]
        if not found:
            raise RefusedError(
                f"registry {version} is not in the lake; restore lake/registry from the backup"
            )
        return _read(found[-1])

    # ---- quarters ----------------------------------------------------------------------------------------

    def quarters(self) -> list[Quarter]:
        """The quarters with at least one month in, oldest first."""
        return sorted({month.quarter for month in self.months()})

    def propose(self, quarter: Quarter, rule_set: str = DEFAULT) -> tuple[Partition, bool]:
        """Measure a quarter and propose a stage for each of its districts.

        Both sides of every comparison use the districts that count on the quarter's last day.

        Returns:
            The edition and whether it was made now.

        Raises:
            RefusedError: when no registry is loaded or no month of the quarter is in.
        """
        plan = self.plan(quarter, rule_set)
        measured = {month: self.measure(month, plan.districts) for month in plan.vintages}
        partition, is_new = self.lake.ensure(
            "editions",
            (str(quarter), plan.edition),
            inputs=plan.inputs,
            recorded_at=self._now,
            build=lambda workspace: build_edition(
                {
                    month: (found.path("fact_district_month"), found.path("fact_region_month"))
                    for month, found in measured.items()
                },
                quarter,
                plan.edition,
                rules=plan.rules,
                facts={
                    "registry_version": plan.registry_version,
                    "rule_set": plan.rules.rule_set,
                    "rule_set_version": plan.rules.version,
                    "months": {str(month): vintage for month, vintage in plan.vintages.items()},
                },
                workspace=workspace,
            ),
        )
        self.lake.set_current(plan.edition, "editions", str(quarter))
        return partition, is_new

    def plan(self, quarter: Quarter, rule_set: str = DEFAULT) -> Plan:
        """What a proposal of a quarter would be made from now; computes nothing.

        Raises:
            RefusedError: when no registry is loaded, none of its districts counts, or no month is in.
        """
        registry = self.registry()
        if registry is None:
            raise RefusedError("no registry is loaded; run `sogong registry load FILE` first")
        vintages = {
            month: vintage for month in window(quarter) if (vintage := self.vintage_of(month)) is not None
        }
        if not set(vintages) & set(quarter.months):
            raise RefusedError(
                f"no month of {quarter} is in; run `sogong ingest {quarter.months[0]}..{quarter.months[2]}`"
            )
        districts = registry.on(quarter.last_day)
        if not districts.districts:
            raise RefusedError(
                f"the registry has no district that counts on {quarter.last_day}; check valid_from"
            )
        return Plan(vintages, registry.version, districts, load(rule_set))

    def edition(self, quarter: Quarter) -> Partition | None:
        """The edition a quarter was last proposed in, or None when it never was."""
        current = self.lake.current("editions", str(quarter))
        return self.lake.find("editions", str(quarter), current) if current else None

    def stale(self, quarter: Quarter, rule_set: str = DEFAULT) -> list[str]:
        """Why a quarter's latest edition is not the one its inputs would give now; empty when it is."""
        inputs, edition = self.plan(quarter, rule_set).inputs, self.edition(quarter)
        if edition is None:
            return ["never proposed"]
        before = edition.manifest["inputs"]
        return [
            f"{name}: {before.get(name, 'nothing')} -> {inputs.get(name, 'nothing')}"
            for name in sorted({*before, *inputs})
            if before.get(name) != inputs.get(name)
        ]


def _read(loaded: Partition) -> Registry:
    """The registry of a loaded file."""
    as_of = dt.date.fromisoformat(loaded.facts["as_of"]) if loaded.facts["as_of"] else None
    return Registry.of(read_registry(loaded.path("registry"), as_of))
