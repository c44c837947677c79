"""The step that compares the files of a month: each later one that counted with the first that did."""

from __future__ import annotations

from collections.abc import Callable

from sogong_pipeline.lake.partitions import Lake, Partition
from sogong_pipeline.periods import Month
from sogong_pipeline.quality.revision import revise
from sogong_pipeline.regions.crosswalk import regions_version
from sogong_pipeline.sql_engine import sql_version
from sogong_pipeline.steps.months import MonthSteps


class RevisionSteps:
    """The revisions of one lake's months."""

    def __init__(self, lake: Lake, now: Callable[[], str], months: MonthSteps) -> None:
        self.lake = lake
        self._now = now
        self._months = months

    def of(self, month: Month) -> list[Partition]:
        """The revisions of a month in the order in which its files came; none where one file alone ever counted."""
        counted = [turn.child for turn in self.lake.turns("checked", str(month)) if turn.child]
        first, *later = dict.fromkeys(counted) or [""]
        return [self._against(month, first, vintage) for vintage in later]

    def _against(self, month: Month, first: str, vintage: str) -> Partition:
        base, staged = (self._months.stage(month, name) for name in (first, vintage))
        variables = {"data_month": str(month), "vintage": vintage, "first_vintage": first}
        return self.lake.ensure(
            "revised",
            (str(month), vintage),
            inputs={
                "first": base.digest,
                "staged": staged.digest,
                "regions": regions_version(),
                "sql": sql_version("revised"),
            },
            recorded_at=self._now(),
            build=lambda workspace: revise(
                base.path("workplace"), staged.path("workplace"), variables, workspace
            ),
        )[0]
