"""The steps of one month: land, stage, check, match, measure."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.districts.addresses import Addresses
from sogong_pipeline.districts.loaded import districts_of, registry_in_force
from sogong_pipeline.districts.matching import CLAIMED, Book, Decided
from sogong_pipeline.districts.registry import Slice
from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.lake.partitions import SHORT, Built, Partition, sha256_of
from sogong_pipeline.lake.workspace import replacing
from sogong_pipeline.nps.portal.uploads import BytesProgress
from sogong_pipeline.nps.sources.registry import Sources
from sogong_pipeline.nps.sources.source import Received
from sogong_pipeline.periods import Month
from sogong_pipeline.quality.holds import holds
from sogong_pipeline.quality.holds import record as record_hold
from sogong_pipeline.quality.profiles import Before
from sogong_pipeline.quality.standing import checks_of, month_before, standing
from sogong_pipeline.quality.stopped import stopped_line
from sogong_pipeline.steps.books import BookSteps
from sogong_pipeline.steps.build import is_current, make
from sogong_pipeline.steps.traces import TraceSteps

logger = logging.getLogger(__name__)

MEMBERS = "district_member"
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

    def has_arrived(self, month: Month, source: str | None = None) -> bool:
        """Land a month if its source holds it by now.

        The list of uploads alone cannot tell: an upload whose label lies near a month may hold its neighbour, above all
        where earlier files were taken by hand. So the likeliest is looked into, once a day, and kept when it is the
        month.

        Returns:
            False while the month is not there, or the source gives no answer: both pass by waiting.

        Raises:
            RefusedError: when waiting is of no use, as `fetch` says, or because the month is not over.
        """
        try:
            if self.is_published(month, source):
                for _ in self.fetch(month, source):
                    pass
                return True
            why = "not published yet"
        except LaterError as later:
            why = str(later)
        self._refuse_early(month)
        self._say_daily(month, why)
        return False

    def _refuse_early(self, month: Month) -> None:
        """Refuse to wait for a month that is not over by the clock of the installation."""
        settings = self.catalogue.settings
        today = settings.clock().date()
        if today <= month.last_day:
            whose = " by SOGONG_NOW" if settings.now else ""
            raise RefusedError(
                f"{month} is not over yet, today is {today}{whose}; its file appears about the 17th of "
                f"{month.shift(1)}, run it again then"
            )

    def _say_daily(self, month: Month, why: str) -> None:
        """Log why a month is waited for, once a day and whenever the reason changes."""
        settings = self.catalogue.settings
        said = settings.portal_memory / "waited" / f"{month}.txt"
        line = f"{settings.clock().date()} {why}"
        if said.exists() and said.read_text(encoding="utf-8") == line:
            return
        logger.info("%s is waited for, with a look every three hours: %s", month, why)
        said.parent.mkdir(parents=True, exist_ok=True)
        with replacing(said) as file:
            file.write(line.encode())

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
        """Pass a staged month through the gate, held against the last month that counts before it.

        Raises:
            RefusedError: when a critical expectation fails that nobody accepted; the month stays staged and is not
                measured.
        """
        staged, nearest = self.stage(month, vintage), month_before(self.catalogue, month)
        before = self.stage(*nearest) if nearest else None
        checked, _ = make(
            self.catalogue,
            "checked",
            (str(month), vintage),
            {"staged": staged.digest, "before": before.digest if before else ""},
            staged.path("workplace"),
            staged.path("quarantine"),
            Before(before.path("workplace"), nearest[0]) if before and nearest else None,
            month,
            vintage,
        )
        self._settle(month, vintage)
        return checked

    def place(self, month: Month, districts: Slice, vintage: str) -> Partition | None:
        """Pass a matched month through the second gate; None without a month to hold it against.

        Raises:
            RefusedError: as `check` does.
        """
        nearest = month_before(self.catalogue, month)
        if nearest is None:
            return None
        matched, before = self.match(month, districts, vintage), self.match(nearest[0], districts, nearest[1])
        placed, _ = make(
            self.catalogue,
            "placed",
            (str(month), vintage, districts.version, nearest[1]),
            {"matched": matched.digest, "before": before.digest},
            matched.path("district_member"),
            before.path("district_member"),
            month,
            vintage,
        )
        self._settle(month, vintage)
        return placed

    def placing(self, month: Month, districts: Slice, vintage: str) -> Partition | None:
        """The outcome of the second gate as it stands; builds nothing."""
        nearest = month_before(self.catalogue, month)
        return nearest and self.lake.find("placed", str(month), vintage, districts.version, nearest[1])

    def _settle(self, month: Month, vintage: str) -> None:
        """Record which vintage of a month counts once a gate has seen one, and what holds it.

        Raises:
            RefusedError: when something stops the vintage.
        """
        found = standing(self.catalogue, month, vintage)
        if not found.stopping:
            counts: str | None = vintage
        elif self.catalogue.vintage_of(month) == vintage:  # it passed when the month before was another
            vintages = self.catalogue.vintages(month)
            counts = next((other for other in vintages if self._passed(month, other)), None)
        else:
            counts = self.catalogue.vintage_of(month)
        if counts != self.catalogue.vintage_of(month):
            self.lake.set_current(counts, "checked", str(month), recorded_at=self.catalogue.now())
        if found.stopping:
            raise RefusedError(stopped_line(self.catalogue, month, vintage))
        self._hold(month, vintage, found.holding)

    def _hold(self, month: Month, vintage: str, holding: Sequence[str]) -> None:
        """Append that a file is held, unless that was said of the same checks."""
        entries = holds(self.catalogue, month, vintage)
        checks = "|".join(holding)
        if holding and not any(entry.state == "held" and entry.checks == checks for entry in entries):
            seen = [
                line
                for partition in checks_of(self.catalogue, month, vintage)
                for line in partition.facts["failed_warning"]
                if line.partition(": ")[0] in holding
            ]
            record_hold(self.catalogue, month, vintage, "held", holding, by=None, reason="; ".join(seen))

    def _passed(self, month: Month, vintage: str) -> bool:
        checked = self.lake.find("checked", str(month), vintage)
        return checked is not None and not standing(self.catalogue, month, vintage).stopping

    def accept(self, month: Month, checks: Sequence[str], by: str, reason: str) -> list[MonthState]:
        """Accept what stops or holds the file of a month that was ingested last, and go on with it.

        Args:
            month: the data month.
            checks: names of failed checks; those that hold it when there are none.
            by: who accepts.
            reason: why.

        Returns:
            What was done for the month; nothing while another check stops it.

        Raises:
            RefusedError: when there is nothing to accept, a check is none of those that failed, or none of its rows
                could be read.
        """
        if not by.strip() or not reason.strip():
            raise RefusedError("give who accepts with --by and why with --reason")
        vintages = self.catalogue.vintages(month)
        if not vintages:
            raise RefusedError(f"{month} is not in; run `sogong ingest {month}`")
        vintage = vintages[0]
        found = standing(self.catalogue, month, vintage)
        if any((one.by, one.reason) == (by.strip(), reason.strip()) for one in found.accepted) and not (
            found.stopping or found.holding
        ):
            return self.finish(month, [(vintage, False)])  # recorded by a run that was killed after it
        names = list(checks) or ([] if found.stopping else list(found.holding))
        open_checks = [*found.stopping, *found.holding]
        if not open_checks:
            raise RefusedError(f"{month}: nothing stops or holds the file that was ingested last")
        if not names:
            raise RefusedError(
                f"{month} is stopped; name each check that you accept with --check: {', '.join(found.stopping)}"
            )
        for name in names:
            if name not in open_checks:
                raise RefusedError(
                    f"{month}: {name!r} neither stops nor holds it; these do: {', '.join(open_checks)}"
                )
        checked = self.lake.require("checked", str(month), vintage)
        if not checked.facts.get("counted_workplaces"):
            raise RefusedError(f"{month}: no row of the file could be read; there is nothing to accept")
        record_hold(self.catalogue, month, vintage, "accepted", names, by=by.strip(), reason=reason.strip())
        return (
            []
            if standing(self.catalogue, month, vintage).stopping
            else self.finish(month, [(vintage, False)])
        )

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

    def list_addresses(self, month: Month, vintage: str) -> Partition:
        """List the distinct addresses of a month."""
        staged = self.stage(month, vintage)
        return make(
            self.catalogue,
            "addresses",
            (str(month), vintage),
            {"staged": staged.digest},
            staged.path("workplace"),
            month,
        )[0]

    def match(self, month: Month, districts: Slice, vintage: str) -> Partition:
        """Place every row of a month in one of some districts, or in none."""
        staged = self.stage(month, vintage)
        trace = self.traces.trace(month, vintage, self.catalogue.vintage_of)
        book = self.books.book(districts)
        inputs = {
            "staged": staged.digest,
            "traced": trace.manifest["files"]["workplace_trace"]["sha256"],
            "registry": districts.version,
        }
        if book:
            placed = self.match(month, districts.without_book(), vintage)
            inputs |= {"book": book.digest, "placed": placed.manifest["files"][MEMBERS]["sha256"]}
            given: dict[str, Any] = {
                "placed": placed.path(MEMBERS),
                "book": Book(book.path("address_evidence"), book.path("learned_place")),
            }
        else:
            addresses = self.list_addresses(month, vintage)
            inputs["addresses"] = addresses.digest
            given = {
                "addresses": Addresses(addresses.path("address"), addresses.path("workplace_address")),
                "decided": self._decided(month, districts),
            }
        return make(
            self.catalogue,
            "matched",
            (str(month), vintage, districts.version),
            inputs,
            staged.path("workplace"),
            trace.path("workplace_trace"),
            districts,
            month,
            **given,
        )[0]

    def _decided(self, month: Month, districts: Slice) -> Decided | None:
        """The nearest month that is decided under the same districts; no input: all decide an address alike."""
        for distance in (-1, 1, -2, 2):
            near = month.shift(distance)
            if (vintage := self.catalogue.vintage_of(near)) is None:
                continue
            addresses = self.lake.find("addresses", str(near), vintage)
            matched = self.lake.find("matched", str(near), vintage, districts.version)
            if addresses is None or matched is None or not (is_current(addresses) and is_current(matched)):
                continue
            if matched.manifest["inputs"].get("addresses") == addresses.digest:
                return Decided(addresses.path("address"), matched.path(CLAIMED))
        return None

    def measure_in_force(self, month: Month) -> Partition | None:
        """Measure a month that passes the second gate under the districts of its own quarter.

        Returns:
            The facts; None without a registry.

        Raises:
            RefusedError: when the second gate stops the month.
        """
        registry, vintage = registry_in_force(self.catalogue), self.catalogue.vintage_of(month)
        if registry is None:
            return None
        plain = registry.on(month.quarter.last_day)
        if vintage is not None and plain.districts:
            # By addresses alone: which months count decides what a book is made from, not the other way round.
            self.place(month, plain, vintage)
        return self.measure(month, districts_of(self.catalogue, registry, month.quarter), vintage)

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
                self.revise(month)
                measured = self.measure_in_force(month)
            except RefusedError:
                if vintage == landed[-1][0]:
                    raise
                continue
            states.append(MonthState(month, vintage, is_new, measured, staged, checked))
        return states
