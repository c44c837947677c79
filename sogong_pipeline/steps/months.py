"""The steps of one month: land, stage, check, match, measure."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sogong_pipeline import __version__
from sogong_pipeline.districts.matching import match
from sogong_pipeline.districts.registry import Slice, kinds_version
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.indicators.month import measure_month
from sogong_pipeline.indicators.series_breaks import breaks_version
from sogong_pipeline.industries.divisions import industry_version
from sogong_pipeline.lake.partitions import SHORT, Built, Lake, Partition, sha256_of
from sogong_pipeline.nps.file.staging import stage
from sogong_pipeline.nps.sources import BytesProgress, Received, Sources
from sogong_pipeline.periods import Month
from sogong_pipeline.quality.gate import check_month, suites_version
from sogong_pipeline.rates.contribution import contribution_version
from sogong_pipeline.regions.crosswalk import regions_version
from sogong_pipeline.sql_engine import sql_version
from sogong_pipeline.steps.registry import RegistrySteps
from sogong_pipeline.steps.traces import TraceSteps

NEAR_MONTHS = 3
"""An upload is labelled with a month at most two after its data month, and the next one may be looked at for it."""

Landed = tuple[str, bool]
"""A vintage in the lake, and whether its bytes are new."""


@dataclass(frozen=True)
class MonthState:
    """What one call did for one month."""

    month: Month
    vintage: str
    is_new: bool
    measured: Partition | None
    staged: Partition
    checked: Partition


class MonthSteps:
    """The months of one lake, from its sources."""

    def __init__(self, lake: Lake, now: Callable[[], str], registry: RegistrySteps, sources: Sources) -> None:
        self.lake = lake
        self._now = now
        self._registry = registry
        self._sources = sources
        self.traces = TraceSteps(lake, now, self)

    def passed(self) -> list[Month]:
        """The months that are in and passed the gate, oldest first."""
        return [
            month
            for month in map(Month.parse, self.lake.children("raw"))
            if self.vintage_of(month) is not None
        ]

    def vintage_of(self, month: Month, known: dt.datetime | None = None) -> str | None:
        """The vintage of a month that counts: the last that passed the gate, by a moment where one is given."""
        return self.lake.current("checked", str(month), known=known)

    def vintages(self, month: Month) -> list[str]:
        """The landed vintages of a month: the one ingested last, then the newest first."""
        landed = self.lake.partitions("raw", str(month))
        last = self.lake.current("raw", str(month))
        landed.sort(key=lambda raw: (raw.folder.name == last, int(raw.facts["number"])), reverse=True)
        return [partition.folder.name for partition in landed]

    def is_published(self, month: Month, source: str | None = None) -> bool:
        """Whether a source, the configured portal when None, may hold a month by now; see `nps.sources`."""
        return self._sources.is_published(month, source, self._origins_near(month))

    def _origins_near(self, month: Month) -> set[str]:
        """Where the files of neighbouring months came from, as far off as an upload's label may be."""
        near = (month.shift(distance) for distance in range(-NEAR_MONTHS, NEAR_MONTHS + 1) if distance)
        return {origin for other in near for origin in self._origins(other)}

    def _origins(self, month: Month) -> set[str]:
        """Where the landed files of a month came from."""
        return {str(raw.facts["origin"]) for raw in self.lake.partitions("raw", str(month))}

    def fetch(
        self, month: Month, source: str | None = None, progress: BytesProgress | None = None
    ) -> Iterator[Landed]:
        """Land what a source holds of a month.

        Args:
            month: the data month wanted.
            source: a file, a folder, a portal's address or `odcloud`; the configured portal when None.
            progress: told the bytes received so far and the bytes announced.

        Yields:
            The vintage and whether its bytes are new; the vintage in the lake when there is nothing to fetch.

        Raises:
            RefusedError: when the source does not hold the month.
        """
        known, elsewhere = self._origins(month), self._origins_near(month)
        with self.lake.workspace() as workspace:
            nothing_new = True
            for received in self._sources.receive(
                month, source, workspace, known=known, elsewhere=elsewhere, progress=progress
            ):
                nothing_new = False
                yield self._land(received)
            if nothing_new:
                yield self.vintages(month)[0], False

    def received(
        self, month: Month, source: str, workspace: Path, progress: BytesProgress | None = None
    ) -> Iterator[Received]:
        """What a source holds of a month, in the lake or not, without landing it; raises as `fetch` does."""
        return self._sources.receive(
            month, source, workspace, known=(), elsewhere=self._origins_near(month), progress=progress
        )

    def _land(self, received: Received) -> Landed:
        """Keep the bytes for ever, under the month written in them and their digest."""
        sha256 = sha256_of(received.path)
        month, vintage = str(received.month), sha256[:SHORT]

        def build(workspace: Path) -> Built:
            kept = workspace / f"file{received.path.suffix.lower()}"
            shutil.copyfile(received.path, kept)
            files = {"file": kept}
            if received.answers:
                files["answers"] = workspace / received.answers.name
                shutil.copyfile(received.answers, files["answers"])
            return Built(
                files=files,
                facts={
                    "file_name": received.file_name,
                    "label": received.label,
                    "origin": received.origin,
                    "number": len(self.lake.partitions("raw", month)) + 1,
                },
            )

        _, is_new = self.lake.ensure(
            "raw", (month, vintage), inputs={"sha256": sha256}, recorded_at=self._now(), build=build
        )
        # An earlier file given again takes a bad correction back.
        self.lake.set_current(vintage, "raw", month, recorded_at=self._now())
        return vintage, is_new

    def stage(self, month: Month, vintage: str) -> Partition:
        """Type a landed file; see `nps.staging.stage`."""
        raw = self.lake.require("raw", str(month), vintage)
        return self.lake.ensure(
            "staged",
            (str(month), vintage),
            inputs={"raw": raw.digest, "code": __version__, "sql": sql_version("staged")},
            recorded_at=self._now(),
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
                "contribution": contribution_version(),
                "sql": sql_version("checked"),
            },
            recorded_at=self._now(),
            build=lambda workspace: check_month(
                staged.path("workplace"),
                staged.path("quarantine"),
                before.path("workplace") if before else None,
                month,
                vintage,
                workspace=workspace,
            ),
        )
        failed = checked.facts["failed_critical"]
        self._settle(month, vintage, has_passed=not failed)
        if failed:
            raise RefusedError(
                f"{month}: the gate stopped {self.lake.require('raw', str(month), vintage).facts['file_name']}: "
                f"{'; '.join(failed)}; it is kept and staged but not measured, look at it and ingest a good file"
            )
        return checked

    def _settle(self, month: Month, vintage: str, *, has_passed: bool) -> None:
        """Write down which vintage of a month counts from now on, once the gate has seen one of them."""
        if has_passed:
            counts: str | None = vintage
        elif self.vintage_of(month) == vintage:  # it passed when the month before was another
            counts = next(filter(lambda other: self._passed(month, other), self.vintages(month)), None)
        else:
            return
        self.lake.set_current(counts, "checked", str(month), recorded_at=self._now())

    def _passed(self, month: Month, vintage: str) -> bool:
        checked = self.lake.find("checked", str(month), vintage)
        return checked is not None and not checked.facts["failed_critical"]

    def measure(self, month: Month, districts: Slice, vintage: str | None = None) -> Partition:
        """Match a month that passed the gate against districts, and sum it by district and region.

        Args:
            month: the data month.
            districts: those that count.
            vintage: the one that counts when None.
        """
        vintage = vintage or self.vintage_of(month)
        if vintage is None:
            raise RefusedError(f"{month} is not in; run `sogong ingest {month}`")
        matched = self.match(month, districts, vintage)
        return self.lake.ensure(
            "measured",
            (str(month), vintage, districts.version),
            inputs={
                "matched": matched.digest,
                "registry": districts.version,
                "contribution": contribution_version(),
                "breaks": breaks_version(),
                "sql": sql_version("measured"),
            },
            recorded_at=self._now(),
            build=lambda workspace: measure_month(
                matched.path("district_member"), districts, month, workspace
            ),
        )[0]

    def match(self, month: Month, districts: Slice, vintage: str) -> Partition:
        """Tell of every row of a month who it is and in which of some districts it lies."""
        staged = self.stage(month, vintage)
        trace = self.traces.trace(month, vintage, self.vintage_of)
        return self.lake.ensure(
            "matched",
            (str(month), vintage, districts.version),
            inputs={
                "staged": staged.digest,
                "traced": trace.manifest["files"]["workplace_trace"]["sha256"],
                "regions": regions_version(),
                "industries": industry_version(),
                "kinds": kinds_version(),
                "registry": districts.version,
                "sql": sql_version("matched"),
            },
            recorded_at=self._now(),
            build=lambda workspace: match(
                staged.path("workplace"), trace.path("workplace_trace"), districts, month, workspace
            ),
        )[0]

    def measure_in_force(self, month: Month) -> Partition | None:
        """Measure a month under the districts of its own quarter; None without a registry."""
        registry = self._registry.in_force()
        return self.measure(month, registry.on(month.quarter.last_day)) if registry else None

    def measured_in_force(self, month: Month) -> Partition | None:
        """The measured month under the districts of its own quarter, if it is there; builds nothing."""
        vintage, registry = self.vintage_of(month), self._registry.in_force()
        if vintage is None or registry is None:
            return None
        return self.lake.find("measured", str(month), vintage, registry.on(month.quarter.last_day).version)

    def ingest(
        self, month: Month, source: str | None = None, progress: BytesProgress | None = None
    ) -> list[MonthState]:
        """Land, stage, check, match and measure a month; without a registry it stops after the gate."""
        return self.finish(month, list(self.fetch(month, source, progress)))

    def finish(self, month: Month, landed: Sequence[Landed]) -> list[MonthState]:
        """Do with landed files of a month, in their order, whatever comes after landing.

        Raises:
            RefusedError: when the gate stops the last of them; one stopped before is told on the month's page.
        """
        states = []
        for vintage, is_new in landed:
            staged = self.stage(month, vintage)
            try:
                checked = self.check(month, vintage)
            except RefusedError:
                if vintage == landed[-1][0]:
                    raise
                continue
            states.append(MonthState(month, vintage, is_new, self.measure_in_force(month), staged, checked))
        return states
