"""The evidence of factory registers: firms, their join with months, and the book of a quarter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.districts.registry import Slice
from sogong_pipeline.factories.loaded import ALIASES, REGISTERS, BookPlan
from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.periods import Month
from sogong_pipeline.steps.build import make
from sogong_pipeline.steps.traces import TraceSteps

Stage = Callable[[Month, str], Partition]


class BookSteps:
    """The books of one lake; `stage` and `traces` make what they are made from."""

    def __init__(self, catalogue: Catalogue, stage: Stage, traces: TraceSteps) -> None:
        self.catalogue = catalogue
        self._stage = stage
        self._traces = traces

    def firms(self, plan: BookPlan) -> Partition:
        """The firms of the registers of a book as one table."""
        loaded = [self.catalogue.lake.require(REGISTERS, name) for name in plan.registers]
        return make(
            self.catalogue,
            "firms",
            (plan.firms,),
            {one.folder.name: one.digest for one in loaded},
            [(str(one.facts["version"]), one.path("register")) for one in loaded],
        )[0]

    def join(self, month: Month, vintage: str, plan: BookPlan) -> Partition:
        """The rows of the registers of a book that the workplaces of a month are."""
        vintages = {Month.parse(one): of for one, of in plan.months}
        firms, staged = self.firms(plan), self._stage(month, vintage)
        trace = self._traces.trace(
            month, vintage, lambda one: vintages.get(one, self.catalogue.vintage_of(one))
        )
        return make(
            self.catalogue,
            "joined",
            (str(month), vintage, plan.firms),
            {
                "staged": staged.digest,
                "traced": trace.manifest["files"]["workplace_trace"]["sha256"],
                "firms": firms.digest,
            },
            staged.path("workplace"),
            trace.path("workplace_trace"),
            firms.path("factory_firm"),
            month,
        )[0]

    def book(self, districts: Slice) -> Partition | None:
        """The book of evidence of a slice; None where it has none."""
        plan = districts.book
        if plan is None:
            return None
        joined = {month: self.join(Month.parse(month), vintage, plan) for month, vintage in plan.months}
        firms, aliases = self.firms(plan), self.aliases(plan)
        return make(
            self.catalogue,
            "book",
            (districts.version,),
            {
                "firms": firms.digest,
                "aliases": plan.aliases,
                "districts": districts.version,
                **{f"joined {month}": partition.digest for month, partition in joined.items()},
            },
            firms.path("factory_firm"),
            [partition.path("joined_firm") for partition in joined.values()],
            aliases,
            districts,
            plan.quarter,
        )[0]

    def aliases(self, plan: BookPlan) -> Path | None:
        """The file of aliases of a book."""
        return self.catalogue.lake.require(ALIASES, plan.aliases).path("aliases") if plan.aliases else None
