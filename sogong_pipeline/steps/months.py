"""The steps of one month: land, stage, check, match, measure."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.districts.loaded import districts_of, registry_in_force
from sogong_pipeline.districts.matching import Book
from sogong_pipeline.districts.registry import Slice
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import SHORT, Built, Partition, sha256_of
from sogong_pipeline.nps.portal.uploads import BytesProgress
from sogong_pipeline.nps.sources.registry import Sources
from sogong_pipeline.nps.sources.source import Received
from sogong_pipeline.periods import Month
from sogong_pipeline.steps.books import BookSteps
from sogong_pipeline.steps.build import make
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

    def __init__(self, catalogue: Catalogue, sources: Sources) -> None:
        self.catalogue = catalogue
        self.lake = catalogue.lake
        self._sources = sources
        self.traces = TraceSteps(catalogue, self.stage, self.match)
        self.books = BookSteps(catalogue, self.stage, self.traces)

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
            source: a value of `--from`, see `nps.sources.registry`; the configured portal when None.
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
                yield self.catalogue.vintages(month)[0], False

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
            "raw", (month, vintage), inputs={"sha256": sha256}, recorded_at=self.catalogue.now(), build=build
        )
        # An earlier file given again takes a bad correction back.
        self.lake.set_current(vintage, "raw", month, recorded_at=self.catalogue.now())
        return vintage, is_new

    def stage(self, month: Month, vintage: str) -> Partition:
        """Type a landed file; see `nps.file.staging.stage`."""
        raw = self.lake.require("raw", str(month), vintage)
        return make(
            self.catalogue,
            "staged",
            (str(month), vintage),
            {"raw": raw.digest},
            raw.path("file"),
            raw.facts["file_name"],
            month,
        )[0]

    def check(self, month: Month, vintage: str) -> Partition:
        """Pass a staged month through the gate.

        Raises:
            RefusedError: when a critical expectation fails; the month stays staged and is not measured.
        """
        staged = self.stage(month, vintage)
        previous = self.catalogue.vintage_of(month.shift(-1))
        before = self.stage(month.shift(-1), previous) if previous else None
        checked, _ = make(
            self.catalogue,
            "checked",
            (str(month), vintage),
            {"staged": staged.digest, "before": before.digest if before else ""},
            staged.path("workplace"),
            staged.path("quarantine"),
            before.path("workplace") if before else None,
            month,
            vintage,
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
        """Record which vintage of a month counts from now on, once the gate has seen one of them."""
        if has_passed:
            counts: str | None = vintage
        elif self.catalogue.vintage_of(month) == vintage:  # it passed when the month before was another
            vintages = self.catalogue.vintages(month)
            counts = next(filter(lambda other: self._passed(month, other), vintages), None)
        else:
            return
        self.lake.set_current(counts, "checked", str(month), recorded_at=self.catalogue.now())

    def _passed(self, month: Month, vintage: str) -> bool:
        checked = self.lake.find("checked", str(month), vintage)
        return checked is not None and not checked.facts["failed_critical"]

    def revise(self, month: Month) -> list[Partition]:
        """Compare each later vintage of a month that counted with the first one, in the order they came."""
        first, *later = self.catalogue.counted(month) or [""]
        return [self._revise(month, first, vintage) for vintage in later]

    def _revise(self, month: Month, first: str, vintage: str) -> Partition:
        base, staged = (self.stage(month, name) for name in (first, vintage))
        return make(
            self.catalogue,
            "revised",
            (str(month), vintage),
            {"first": base.digest, "staged": staged.digest},
            base.path("workplace"),
            staged.path("workplace"),
            {"data_month": str(month), "vintage": vintage, "first_vintage": first},
        )[0]

    def measure(self, month: Month, districts: Slice, vintage: str | None = None) -> Partition:
        """Match a month that passed the gate against districts, and sum it by district and region.

        Args:
            month: the data month.
            districts: those that count.
            vintage: the one that counts when None.
        """
        vintage = vintage or self.catalogue.vintage_of(month)
        if vintage is None:
            raise RefusedError(f"{month} is not in; run `sogong ingest {month}`")
        matched = self.match(month, districts, vintage)
        return make(
            self.catalogue,
            "measured",
            (str(month), vintage, districts.version),
            {
                "matched": matched.digest,
                "registry": districts.version,
                **({"districts": districts.plain_version} if districts.book else {}),
            },
            matched.path("district_member"),
            districts,
            month,
        )[0]

    def match(self, month: Month, districts: Slice, vintage: str) -> Partition:
        """Place every row of a month in one of some districts, or in none."""
        staged = self.stage(month, vintage)
        trace = self.traces.trace(month, vintage, self.catalogue.vintage_of)
        book = self.books.book(districts)
        return make(
            self.catalogue,
            "matched",
            (str(month), vintage, districts.version),
            {
                "staged": staged.digest,
                "traced": trace.manifest["files"]["workplace_trace"]["sha256"],
                "registry": districts.version,
                **({"book": book.digest} if book else {}),
            },
            staged.path("workplace"),
            trace.path("workplace_trace"),
            districts,
            month,
            book=Book(book.path("address_evidence"), book.path("learned_place")) if book else None,
        )[0]

    def measure_in_force(self, month: Month) -> Partition | None:
        """Measure a month under the districts of its own quarter; None without a registry."""
        registry = registry_in_force(self.catalogue)
        return (
            self.measure(month, districts_of(self.catalogue, registry, month.quarter)) if registry else None
        )

    def ingest(
        self, month: Month, source: str | None = None, progress: BytesProgress | None = None
    ) -> list[MonthState]:
        """Land, stage, check, match and measure a month; without a registry it stops after the gate."""
        return self.finish(month, list(self.fetch(month, source, progress)))

    def finish(self, month: Month, landed: Sequence[Landed]) -> list[MonthState]:
        """Run every step after landing on the landed files of a month, in their order.

        Raises:
            RefusedError: when the gate stops the last of them; one stopped before is shown on the month's page.
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
            self.revise(month)
            states.append(MonthState(month, vintage, is_new, self.measure_in_force(month), staged, checked))
        return states
