"""What the gate found in each month, read from the lake for the pages that show it."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

import pyarrow.parquet as pq

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.periods import Month
from sogong_pipeline.quality.holds import Hold
from sogong_pipeline.quality.standing import placed_in_force, standing
from sogong_pipeline.warehouse.rows import source_file

TREND_MONTHS = 24
REASONS_SHOWN = 5
State = Literal["passed", "warned", "stopped"]


@dataclass(frozen=True)
class Checked:
    """One file of a month, as the gate saw it.

    Attributes:
        file: The file with its row account, a row of `source_file`.
        results: Rows of `quality_check`, in the order of the suites.
        sidos: One row of figures per 시도 (sql/checked/sido_profile); empty where the columns were amiss.
        checked_at: When it was checked.
        is_compared: Whether the month before was in.
        is_in_force: Whether the month counts with this file.
        reasons: Why rows went to quarantine, and how many.
        holding: Names of the checks that hold it.
        accepted: What a person accepted of it.
    """

    file: Mapping[str, Any]
    results: Sequence[Mapping[str, Any]]
    sidos: Sequence[Mapping[str, Any]]
    checked_at: dt.datetime
    is_compared: bool
    is_in_force: bool
    reasons: Sequence[tuple[str, int]] = ()
    holding: Sequence[str] = ()
    accepted: Sequence[Hold] = ()

    @property
    def failed(self) -> list[Mapping[str, Any]]:
        """What failed, critical before warning."""
        failed = [result for result in self.results if not result["passed"]]
        return sorted(failed, key=lambda result: result["severity"] != "critical")

    @property
    def state(self) -> State:
        """The worst that was found."""
        if not self.failed:
            return "passed"
        return "stopped" if self.failed[0]["severity"] == "critical" else "warned"

    @cached_property
    def figures(self) -> Mapping[str, Decimal | None]:
        """The figure of each check."""
        return {result["check"]: result["figure"] for result in self.results}


class History:
    """The months of one lake; each is read once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._read: dict[Month, list[Checked]] = {}

    def months(self) -> list[Month]:
        """The months of which a file was checked, oldest first."""
        return [
            month for month in map(Month.parse, self._catalogue.lake.children("checked")) if self.of(month)
        ]

    def of(self, month: Month) -> list[Checked]:
        """The checked files of a month, the one ingested last first."""
        if month not in self._read:
            lake, in_force = self._catalogue.lake, self._catalogue.vintage_of(month)
            found = [
                (vintage, checked)
                for vintage in self._catalogue.vintages(month)
                if (checked := lake.find("checked", str(month), vintage)) is not None
                and "sido_profile" in checked.manifest["files"]  # not those an older version checked
            ]
            self._read[month] = [
                self._checked(checked, month, vintage, is_in_force=vintage == in_force)
                for vintage, checked in found
            ]
        return self._read[month]

    def usual(self, month: Month) -> Checked | None:
        """The file a trend shows for a month: the one in force, else the one ingested last."""
        found = self.of(month)
        return next((checked for checked in found if checked.is_in_force), found[0] if found else None)

    def revisions(self, month: Month) -> list[list[dict[str, Any]]]:
        """What each later file of a month changed, rows of sql/revised/month_revision."""
        found = self._catalogue.revisions(month)
        return [pq.read_table(revised.path("month_revision")).to_pylist() for revised in found]

    def _checked(self, checked: Partition, month: Month, vintage: str, *, is_in_force: bool) -> Checked:
        raw, staged = (self._catalogue.lake.require(step, str(month), vintage) for step in ("raw", "staged"))
        placed = placed_in_force(self._catalogue, month, vintage)
        results = pq.read_table(checked.path("quality_check")).to_pylist()
        if placed is not None:
            results += pq.read_table(placed.path("quality_check")).to_pylist()
        found = standing(self._catalogue, month, vintage)
        return Checked(
            file={**source_file(raw, staged, is_in_force=is_in_force), **staged.facts},
            results=results,
            sidos=pq.read_table(checked.path("sido_profile")).to_pylist(),
            checked_at=dt.datetime.fromisoformat(checked.manifest["recorded_at"]),
            is_compared=checked.facts["compared_with_month_before"],
            is_in_force=is_in_force,
            reasons=_reasons(staged),
            holding=found.holding,
            accepted=found.accepted,
        )


def _reasons(staged: Partition) -> list[tuple[str, int]]:
    """Why rows went to quarantine and how many of each, the most first; values are left out."""
    texts = pq.read_table(staged.path("quarantine"), columns=["reason"])["reason"].to_pylist()
    counted = Counter(re.sub(r"'[^']*'", "…", text.partition("; ")[0]) for text in texts)
    return counted.most_common(REASONS_SHOWN)


def trend_months(month: Month) -> list[Month]:
    """The months a trend runs along, oldest first, ending with the month itself."""
    return [month.shift(-back) for back in range(TREND_MONTHS - 1, -1, -1)]
