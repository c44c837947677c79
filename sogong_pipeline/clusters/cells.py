"""Gather rows of counts into cells: one per area, division, year and source, with the known figures by size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sogong_pipeline.clusters.counts import Count, OwnerCount, WorkersStatus
from sogong_pipeline.clusters.places import Place, place, reference_day
from sogong_pipeline.clusters.problems import Problems
from sogong_pipeline.errors import RefusedError

WHOLE, OUTSIDE, INSIDE = "all_locations", "outside_complex", "inside_complex"


class Known(NamedTuple):
    """Establishments and workers of a size class; None is unknown."""

    establishments: int | None
    workers: int | None
    workers_status: WorkersStatus


UNKNOWN = Known(None, None, "absent")


@dataclass(frozen=True, slots=True)
class Cell:
    """Figures of one source for one area, division and year.

    Attributes:
        sizes: By scope and size class (1-4, 5-9, 1-9, all).
        ages: Establishments by age class of the owner.
    """

    reference_year: int
    source: str
    place: Place
    division: str
    ksic_revision: str
    sizes: dict[tuple[str, str], Known] = field(default_factory=dict)
    ages: dict[str, int | None] = field(default_factory=dict)

    @property
    def scope(self) -> str:
        """All locations where known or where both parts are; otherwise the part that is known."""
        scopes = {scope for scope, _ in self.sizes}
        if WHOLE in scopes or scopes == {OUTSIDE, INSIDE} or not scopes:
            return WHOLE
        return scopes.pop()

    def of(self, size: str, scope: str = "") -> Known:
        """Return establishments and workers of a size: 1-4, 5-9, all, or `small` for fewer than ten."""
        scope = scope or self.scope
        if scope == WHOLE and not any(known == WHOLE for known, _ in self.sizes):
            return total_of([self.of(size, OUTSIDE), self.of(size, INSIDE)])
        if size != "small":
            return self.sizes.get((scope, size), UNKNOWN)
        whole = self.sizes.get((scope, "1-9"))
        return whole or total_of([self.of("1-4", scope), self.of("5-9", scope)])

    @property
    def least_small(self) -> int:
        """Lower bound of small establishments where one size class is unknown."""
        return sum(self.of(size).establishments or 0 for size in ("1-4", "5-9"))


def gather(counts: Iterable[Count], owners: Iterable[OwnerCount] = ()) -> list[Cell]:
    """Gather loaded counts into cells, ordered by year, source, area and division.

    Owners by age join the cell of the same year, area and division from another table of the same publisher; without
    one they form a cell of their own.

    Raises:
        RefusedError: when areas cannot be placed on their day (all are listed), a cell mixes revisions of the
            classification, or a size occurs twice.
    """
    counts, owners = list(counts), list(owners)
    _check_places([*counts, *owners])
    cells: dict[tuple[object, ...], Cell] = {}
    for row in counts:
        location = _place(row)
        key = (row.reference_year, row.source, location.area_code, row.division)
        cell = cells.setdefault(
            key, Cell(row.reference_year, row.source, location, row.division, row.ksic_revision)
        )
        _check_revision(cell, row)
        if (row.scope, row.size_class) in cell.sizes:
            raise RefusedError(
                f"{row.sigungu} {row.dong} {row.division} {row.size_class} occurs twice in {row.reference_year}"
            )
        cell.sizes[row.scope, row.size_class] = Known(row.establishments, row.workers, row.workers_status)
    by_area: defaultdict[tuple[object, ...], list[Cell]] = defaultdict(list)
    for (year, _, area, division), cell in cells.items():
        by_area[year, area, division].append(cell)
    for owner in owners:
        location = _place(owner)
        beside = by_area[owner.reference_year, location.area_code, owner.division]
        partner = next(
            (cell for cell in beside if cell.source.rsplit("_", 1)[0] == owner.source.rsplit("_", 1)[0]), None
        )
        if partner is None:
            partner = Cell(owner.reference_year, owner.source, location, owner.division, owner.ksic_revision)
            cells[owner.reference_year, owner.source, location.area_code, owner.division] = partner
            beside.append(partner)
        _check_revision(partner, owner)
        partner.ages[owner.age_class] = owner.establishments
        if owner.age_class == "all" and not partner.sizes:
            partner.sizes[WHOLE, "all"] = Known(owner.establishments, owner.workers, owner.workers_status)
    return [cells[key] for key in sorted(cells, key=str)]


def _place(row: Count | OwnerCount) -> Place:
    return place(
        row.sido,
        row.sigungu,
        row.dong,
        reference_day(row.reference_year),
        dong_code=row.dong_code,
        code_system=row.dong_code_system,
    )


def _check_places(rows: Sequence[Count | OwnerCount]) -> None:
    problems = Problems("counts", "correct the file and load it again, nothing was changed")
    seen: set[tuple[object, ...]] = set()
    for row in rows:
        key = (row.sido, row.sigungu, row.dong, row.dong_code, row.dong_code_system, row.reference_year)
        if key not in seen:
            seen.add(key)
            try:
                _place(row)
            except RefusedError as refusal:
                problems.add(f"{row.source_id}: {refusal}")
    problems.refuse()


def _check_revision(cell: Cell, row: Count | OwnerCount) -> None:
    if cell.ksic_revision != row.ksic_revision:
        raise RefusedError(
            f"{row.source_id}: {row.sigungu} {row.dong} {row.division} of {row.reference_year} is in KSIC "
            f"{row.ksic_revision}, its other figures in KSIC {cell.ksic_revision}"
        )


def total_of(parts: Sequence[Known]) -> Known:
    """Add up parts; unknown if any part is unknown, workers suppressed if those of any part are."""
    establishments = [part.establishments for part in parts]
    statuses = {part.workers_status for part in parts}
    status: WorkersStatus = (
        "ok" if statuses == {"ok"} else "suppressed" if "suppressed" in statuses else "absent"
    )
    return Known(
        sum(value for value in establishments if value is not None) if None not in establishments else None,
        sum(part.workers or 0 for part in parts) if status == "ok" else None,
        status,
    )
