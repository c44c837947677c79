"""Loads of counts over time: the last load of each 시군구, year and source is in force; and their differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sogong_pipeline.clusters.counts import Count, OwnerCount

Row = TypeVar("Row", Count, OwnerCount)


@dataclass(frozen=True, slots=True)
class Load:
    """Rows of one load."""

    counts: tuple[Count, ...] = ()
    owners: tuple[OwnerCount, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A differing figure of an area and division; `change` is added, removed or changed."""

    change: str
    reference_year: int
    source: str
    area: str
    division: str
    what: str
    before: int | None
    after: int | None

    @property
    def line(self) -> str:
        """Format the difference as one line."""
        before, after = ("-" if value is None else f"{value:,}" for value in (self.before, self.after))
        return (
            f"{self.change:<8} {self.reference_year} {self.source} {self.area} {self.division} "
            f"{self.what}  {before} -> {after}"
        )


def in_force(loads: Iterable[Load]) -> Load:
    """Return the counts in force after some loads, oldest first.

    A load replaces every earlier row of its 시군구, reference year and source, never a part; counts and owners
    separately.
    """
    counts = dict[tuple[object, ...], list[Count]]()
    owners = dict[tuple[object, ...], list[OwnerCount]]()
    for load in loads:
        counts.update(_by_area(load.counts))
        owners.update(_by_area(load.owners))
    return Load(
        tuple(row for key in sorted(counts, key=str) for row in counts[key]),
        tuple(row for key in sorted(owners, key=str) for row in owners[key]),
    )


def differences(before: Load, after: Load) -> list[Difference]:
    """Return added, removed and changed figures in order; texts such as file names are not compared."""
    changes = [*_compare(before.counts, after.counts), *_compare(before.owners, after.owners)]
    return sorted(changes, key=lambda one: (one.reference_year, one.source, one.area, one.division, one.what))


def _by_area(rows: Iterable[Row]) -> dict[tuple[object, ...], list[Row]]:
    by_area: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        by_area.setdefault(_area(row), []).append(row)
    return by_area


def _area(row: Count | OwnerCount) -> tuple[object, ...]:
    return row.reference_year, row.source, row.sido, row.sigungu


def _compare(
    before: Sequence[Count | OwnerCount], after: Sequence[Count | OwnerCount]
) -> Iterator[Difference]:
    old, new = ({row.key: row for row in rows} for rows in (before, after))
    for key in {*old, *new}:
        for measure in ("establishments", "workers"):
            row = new.get(key) or old[key]
            then, now = (getattr(side[key], measure) if key in side else None for side in (old, new))
            if then != now or (key in old) != (key in new):
                change = "added" if key not in old else "removed" if key not in new else "changed"
                part = row.size_class if isinstance(row, Count) else f"owners {row.age_class}"
                scope = f" {row.scope}" if isinstance(row, Count) and row.scope != "all_locations" else ""
                area = " ".join(filter(None, (row.sido, row.sigungu, row.dong or row.dong_code)))
                yield Difference(
                    change,
                    row.reference_year,
                    row.source,
                    area,
                    row.division,
                    f"{part}{scope} {measure}",
                    then,
                    now,
                )
