"""Effect of another set of registers on the workplaces of a month."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sogong_pipeline.sql_engine import Engine


@dataclass(frozen=True)
class Difference:
    """Differences of a month placed under two sets of registers.

    Attributes:
        month: The month.
        rows: Counted workplaces.
        moved: Of these, workplaces whose district changed, including into or out of any district.
        districts: Districts whose set of workplaces changed.
        gained: Workplaces that were in no district before.
        lost: Workplaces that are in no district now.
        workers_before: Workers in districts before.
        workers_after: The same now.
    """

    month: str
    rows: int
    moved: int
    districts: int
    gained: int
    lost: int
    workers_before: int
    workers_after: int

    def figures(self) -> dict[str, Any]:
        """Return the figures by name."""
        return dict(vars(self))

    def lines(self) -> list[str]:
        """Return the figures as sentences."""
        return [
            f"{self.month}: {self.moved:,} of {self.rows:,} workplaces move, {self.gained:,} into a district and "
            f"{self.lost:,} out of one; {self.districts:,} districts change; workers in districts "
            f"{self.workers_before:,} -> {self.workers_after:,}"
        ]


def compare(month: str, before: Path, after: Path, workspace: Path) -> Difference:
    """Compare a month's `district_member` under two sets of registers."""
    with Engine(workspace) as engine:
        engine.view("before", before)
        engine.view("after", after)
        row = engine.rows(
            """
            WITH pair AS (
                SELECT before.district_id AS old_id, after.district_id AS new_id, after.subscribers
                FROM before JOIN after USING (row_number)
                WHERE after.is_counted
            )
            SELECT
                count(*) AS rows,
                count(*) FILTER (old_id IS DISTINCT FROM new_id) AS moved,
                count(*) FILTER (old_id IS NULL AND new_id IS NOT NULL) AS gained,
                count(*) FILTER (old_id IS NOT NULL AND new_id IS NULL) AS lost,
                coalesce(sum(subscribers) FILTER (old_id IS NOT NULL), 0)::BIGINT AS workers_before,
                coalesce(sum(subscribers) FILTER (new_id IS NOT NULL), 0)::BIGINT AS workers_after,
                len(list_distinct(
                    list(old_id) FILTER (old_id IS DISTINCT FROM new_id AND old_id IS NOT NULL)
                    || list(new_id) FILTER (old_id IS DISTINCT FROM new_id AND new_id IS NOT NULL)
                )) AS districts
            FROM pair
            """
        )[0]
    return Difference(month, **{name: int(value or 0) for name, value in row.items()})
