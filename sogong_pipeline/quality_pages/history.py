"""Results of the gate for each month, read from the lake for the quality pages."""

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
    """One file of a month, as checked by the gate.

    Attributes:
        file: The file with its row account, a row of `source_file`.
        results: Rows of `quality_check`, in the order of the suites.
        sidos: One row of figures per 시도 (sql/checked/sido_profile); empty where the columns were invalid.
        checked_at: When it was checked.
        is_compared: True when the month before was in the lake.
        is_in_force: True when the month counts with this file.
        reasons: Reasons of quarantine with the number of rows.
        holding: Names of the checks that hold it.
        accepted: Doubts that a person accepted.
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
        """Return failed checks, critical before warning."""
        failed = [result for result in self.results if not result["passed"]]
        return sorted(failed, key=lambda result: result["severity"] != "critical")

    @property
    def state(self) -> State:
        """Return the most severe result."""
        if not self.failed:
            return "passed"
        return "stopped" if self.failed[0]["severity"] == "critical" else "warned"

    @cached_property
    def figures(self) -> Mapping[str, Decimal | None]:
        """Return the figure of each check."""
        return {result["check"]: result["figure"] for result in self.results}


class History:
    """The months of one lake; each is read once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._read: dict[Month, list[Checked]] = {}

    def months(self) -> list[Month]:
        """List the months of which a file was checked, oldest first."""
        return [
            month for month in map(Month.parse, self._catalogue.lake.children("checked")) if self.of(month)
        ]

    def of(self, month: Month) -> list[Checked]:
        """Return the checked files of a month, the one ingested last first."""
        if month not in self._read:
            lake, in_force = self._catalogue.lake, self._catalogue.vintage_of(month)
            files = [
                (vintage, checked)
                for vintage in self._catalogue.vintages(month)
                if (checked := lake.find("checked", str(month), vintage)) is not None
                and "sido_profile" in checked.manifest["files"]  # skip those that an older version checked
            ]
            self._read[month] = [
                self._checked(checked, month, vintage, is_in_force=vintage == in_force)
                for vintage, checked in files
            ]
        return self._read[month]

    def usual(self, month: Month) -> Checked | None:
        """Return the file a trend shows for a month: the one in force, else the one ingested last."""
        files = self.of(month)
        return next((checked for checked in files if checked.is_in_force), files[0] if files else None)

    def revisions(self, month: Month) -> list[list[dict[str, Any]]]:
        """Return the changes of each later file of a month, rows of sql/revised/month_revision."""
        revisions = self._catalogue.revisions(month)
        return [pq.read_table(revised.path("month_revision")).to_pylist() for revised in revisions]

    def _checked(self, checked: Partition, month: Month, vintage: str, *, is_in_force: bool) -> Checked:
        raw, staged = (self._catalogue.lake.require(step, str(month), vintage) for step in ("raw", "staged"))
        placed = placed_in_force(self._catalogue, month, vintage)
        results = pq.read_table(checked.path("quality_check")).to_pylist()
        if placed is not None:
            results += pq.read_table(placed.path("quality_check")).to_pylist()
        hold = standing(self._catalogue, month, vintage)
        return Checked(
            file={**source_file(raw, staged, is_in_force=is_in_force), **staged.facts},
            results=results,
            sidos=pq.read_table(checked.path("sido_profile")).to_pylist(),
            checked_at=dt.datetime.fromisoformat(checked.manifest["recorded_at"]),
            is_compared=checked.facts["compared_with_month_before"],
            is_in_force=is_in_force,
            reasons=_reasons(staged),
            holding=hold.holding,
            accepted=hold.accepted,
        )


def _reasons(staged: Partition) -> list[tuple[str, int]]:
    """Return the reasons of quarantine with the number of rows, the most first; values are left out."""
    texts = pq.read_table(staged.path("quarantine"), columns=["reason"])["reason"].to_pylist()
    counted = Counter(re.sub(r"'[^']*'", "…", text.partition("; ")[0]) for text in texts)
    return counted.most_common(REASONS_SHOWN)


def trend_months(month: Month) -> list[Month]:
    """Return the months of a trend, oldest first, ending with the month itself."""
    return [month.shift(-back) for back in range(TREND_MONTHS - 1, -1, -1)]
