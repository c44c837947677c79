"""The steps that follow workplaces from month to month: entity resolution, and flows under given districts."""

from __future__ import annotations

from collections.abc import Callable

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.districts.registry import Slice
from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.periods import Month
from sogong_pipeline.rates.contribution import coverage_breaks
from sogong_pipeline.steps.build import is_current, make
from sogong_pipeline.workplaces.flows import Side
from sogong_pipeline.workplaces.trace import MEMORY_MONTHS, Past

VintageOf = Callable[[Month], str | None]
Stage = Callable[[Month, str], Partition]
Match = Callable[[Month, Slice, str], Partition]


class TraceSteps:
    """Workplaces through the months of one lake; `stage` and `match` make the partitions of a month."""

    def __init__(self, catalogue: Catalogue, stage: Stage, match: Match) -> None:
        self.catalogue = catalogue
        self._stage = stage
        self._match = match

    def trace(self, month: Month, vintage: str, vintage_of: VintageOf) -> Partition:
        """Resolve every row of a month to a workplace, after the months before it that are in.

        Args:
            month: the data month.
            vintage: the vintage of it.
            vintage_of: which vintages of the months before count.
        """
        due = [(month, vintage)]
        while (before := self._before(due[-1][0], vintage_of)) and not is_current(
            self.find(*before, vintage_of)
        ):
            due.append(before)
        for earlier, of in reversed(due):
            partition = self._trace(earlier, of, vintage_of)
        return partition

    def movement(self, month: Month, districts: Slice, vintage_of: VintageOf) -> Partition | None:
        """The workplaces that came to and left districts in a month; None without the month just before it."""
        vintage, previous = vintage_of(month), month.shift(-1)
        vintage_before = vintage_of(previous)
        if vintage is None or vintage_before is None:
            return None
        sides = [
            (self._stage(one, of), self._match(one, districts, of), self.trace(one, of, vintage_of))
            for one, of in ((previous, vintage_before), (month, vintage))
        ]
        (_, matched_before, trace_before), (staged, matched, trace) = sides
        return make(
            self.catalogue,
            "moved",
            (str(month), vintage, districts.version, vintage_before),
            {
                "staged": staged.digest,
                "matched": matched.digest,
                "matched_before": matched_before.digest,
                "traced": trace.digest,
                "traced_before": trace_before.digest,
            },
            *(
                Side(s.path("workplace"), m.path("district_member"), t.path("workplace_trace"))
                for s, m, t in sides
            ),
            month=month,
            coverage_changed=month in coverage_breaks(),
        )[0]

    def _before(self, month: Month, vintage_of: VintageOf) -> tuple[Month, str] | None:
        """The nearest earlier month that is in, as far back as memory goes."""
        for back in range(1, MEMORY_MONTHS + 1):
            if (vintage := vintage_of(month.shift(-back))) is not None:
                return month.shift(-back), vintage
        return None

    def _key(self, month: Month, vintage: str, vintage_of: VintageOf) -> tuple[str, ...]:
        before = self._before(month, vintage_of)
        return str(month), vintage, before[1] if before else "first"

    def find(self, month: Month, vintage: str, vintage_of: VintageOf) -> Partition | None:
        """The trace of a month after the month before it that counts, if it is there."""
        return self.catalogue.lake.find("traced", *self._key(month, vintage, vintage_of))

    def _trace(self, month: Month, vintage: str, vintage_of: VintageOf) -> Partition:
        staged = self._stage(month, vintage)
        before = self._before(month, vintage_of)
        past = None
        inputs = {"staged": staged.digest}
        if before:
            rows = self._stage(*before)
            known = self.catalogue.lake.require("traced", *self._key(*before, vintage_of))
            past = Past(
                before[0],
                rows.path("workplace"),
                known.path("workplace_trace"),
                known.path("absent_workplace"),
            )
            inputs |= {"before": rows.digest, "traced_before": known.digest}
        return make(
            self.catalogue,
            "traced",
            self._key(month, vintage, vintage_of),
            inputs,
            staged.path("workplace"),
            month,
            past,
        )[0]
