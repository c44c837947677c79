"""The steps that follow workplaces from month to month: who is who, and who came and went under given districts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sogong_pipeline.lake.partitions import Lake, Partition
from sogong_pipeline.periods import Month
from sogong_pipeline.rates.contribution import contribution_version, coverage_breaks
from sogong_pipeline.sql_engine import sql_version
from sogong_pipeline.workplaces.flows import Side, move_month
from sogong_pipeline.workplaces.trace import MEMORY_MONTHS, Past, trace_month

if TYPE_CHECKING:
    from sogong_pipeline.districts.registry import Slice
    from sogong_pipeline.steps.months import MonthSteps

VintageOf = Callable[[Month], str | None]


class TraceSteps:
    """Workplaces through the months of one lake."""

    def __init__(self, lake: Lake, now: Callable[[], str], months: MonthSteps) -> None:
        self.lake = lake
        self._now = now
        self._months = months

    def trace(self, month: Month, vintage: str, vintage_of: VintageOf) -> Partition:
        """Tell who every row of a month is; the months before it that are in are told first.

        Args:
            month: the data month.
            vintage: the vintage of it.
            vintage_of: which vintages of the months before count.
        """
        due = [(month, vintage)]
        while (before := self._before(due[-1][0], vintage_of)) and self._find(*before, vintage_of) is None:
            due.append(before)
        for earlier, of in reversed(due):
            partition = self._trace(earlier, of, vintage_of)
        return partition

    def movement(self, month: Month, districts: Slice, vintage_of: VintageOf) -> Partition | None:
        """Tell who came to and went from districts in a month; None without the month just before it."""
        vintage, previous = vintage_of(month), month.shift(-1)
        vintage_before = vintage_of(previous)
        if vintage is None or vintage_before is None:
            return None
        sides = []
        for one, of in ((previous, vintage_before), (month, vintage)):
            matched = self._months.match(one, districts, of)
            trace = self.trace(one, of, vintage_of)
            sides.append((self._months.stage(one, of), matched, trace))
        (_, matched_before, trace_before), (staged, matched, trace) = sides
        return self.lake.ensure(
            "moved",
            (str(month), vintage, districts.version, vintage_before),
            inputs={
                "staged": staged.digest,
                "matched": matched.digest,
                "matched_before": matched_before.digest,
                "traced": trace.digest,
                "traced_before": trace_before.digest,
                "contribution": contribution_version(),
                "sql": sql_version("moved"),
            },
            recorded_at=self._now(),
            build=lambda workspace: move_month(
                *(
                    Side(s.path("workplace"), m.path("district_member"), t.path("workplace_trace"))
                    for s, m, t in sides
                ),
                month=month,
                coverage_changed=month in coverage_breaks(),
                workspace=workspace,
            ),
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

    def _find(self, month: Month, vintage: str, vintage_of: VintageOf) -> Partition | None:
        """A trace made by the rules of now; one made by others is as good as none."""
        found = self.lake.find("traced", *self._key(month, vintage, vintage_of))
        return found if found and found.manifest["inputs"]["sql"] == sql_version("traced") else None

    def _trace(self, month: Month, vintage: str, vintage_of: VintageOf) -> Partition:
        staged = self._months.stage(month, vintage)
        before = self._before(month, vintage_of)
        past = None
        inputs = {"staged": staged.digest, "sql": sql_version("traced")}
        if before:
            rows = self._months.stage(*before)
            known = self.lake.require("traced", *self._key(*before, vintage_of))
            past = Past(
                before[0],
                rows.path("workplace"),
                known.path("workplace_trace"),
                known.path("absent_workplace"),
            )
            inputs |= {"before": rows.digest, "traced_before": known.digest}
        return self.lake.ensure(
            "traced",
            self._key(month, vintage, vintage_of),
            inputs=inputs,
            recorded_at=self._now(),
            build=lambda workspace: trace_month(staged.path("workplace"), month, past, workspace),
        )[0]
