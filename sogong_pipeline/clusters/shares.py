"""Compute the table `cluster_share`: small manufacturers as a share of all, by nation, 시도, 시군구 and division.

A 시군구's own total takes precedence over the sum of its dongs, since it includes workers withheld in dongs. A sum of
areas gives the number of 시군구 it covers and is never taken for the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from sogong_pipeline.clusters.cells import Cell, Known, total_of
from sogong_pipeline.clusters.counts import SECTION
from sogong_pipeline.clusters.places import reference_day, region_of
from sogong_pipeline.clusters.table import percent
from sogong_pipeline.regions.reference import regions

Level = Literal["nation", "sido", "sigungu"]
NATION = "00"


@dataclass(frozen=True, slots=True)
class Share:
    """A row of the table.

    Attributes:
        area_code: `00`, two or five digits, as on the reference day.
        division: Two digits, or `C` for manufacturing.
        workers_status: ok, or the reason why workers or their share are null.
        sigungu_covered: 시군구 the sum covers, of `sigungu_in_area`.
        basis: `total` where the source totals the 시군구 itself, `sum` of dongs or 시군구.
    """

    reference_year: int
    source: str
    level: Level
    area_code: str
    division: str
    est_small: int | None
    est_all: int | None
    est_share_pct: Decimal | None
    workers_small: int | None
    workers_all: int | None
    workers_share_pct: Decimal | None
    workers_status: str
    sigungu_covered: int
    sigungu_in_area: int
    basis: str

    @property
    def is_whole(self) -> bool:
        """True if every 시군구 of the area is covered."""
        return self.sigungu_covered == self.sigungu_in_area


@dataclass(frozen=True, slots=True)
class ReferenceShare:
    """A share published by an authority; cited, never compared for equality."""

    level: Level
    area: str
    year: int
    workplaces_share_pct: Decimal
    workplaces: int
    workers_share_pct: Decimal
    workers: int
    source: str


@dataclass(frozen=True, slots=True)
class _Totals:
    small: Known
    all: Known
    basis: str


def shares(cells: Iterable[Cell]) -> list[Share]:
    """Compute the shares of every area of the cells, ordered by year, source, level, area and division."""
    by_sigungu = _sigungu_totals(cells)
    rows = []
    for (year, source), areas in by_sigungu.items():
        groups: defaultdict[tuple[Level, str], list[str]] = defaultdict(list)
        for code in areas:
            groups["sigungu", code].append(code)
            groups["sido", region_of(code).sido_code].append(code)
            groups["nation", NATION].append(code)
        for (level, area), members in groups.items():
            divisions = sorted({division for code in members for division in areas[code]})
            for division in divisions:
                parts = [areas[code][division] for code in members if division in areas[code]]
                rows.append(_share((year, source, level, area, division), parts))
    return sorted(
        rows, key=lambda row: (row.reference_year, row.source, row.level, row.area_code, row.division)
    )


@cache
def reference_shares() -> tuple[ReferenceShare, ...]:
    """Return the shares published by the authorities."""
    rows: list[dict[str, Any]] = yaml.safe_load(
        files(__package__).joinpath("reference_shares.yaml").read_text(encoding="utf-8")
    )
    return tuple(
        ReferenceShare(
            **{
                **row,
                "workplaces_share_pct": Decimal(row["workplaces_share_pct"]),
                "workers_share_pct": Decimal(row["workers_share_pct"]),
            }
        )
        for row in rows
    )


def _share(key: tuple[int, str, Level, str, str], parts: Sequence[_Totals]) -> Share:
    year, source, level, area, division = key
    small, whole = (total_of([getattr(part, name) for part in parts]) for name in ("small", "all"))
    statuses = {small.workers_status, whole.workers_status}
    status = "ok" if statuses == {"ok"} else "suppressed" if "suppressed" in statuses else "absent"
    return Share(
        reference_year=year,
        source=source,
        level=level,
        area_code=area,
        division=division,
        est_small=small.establishments,
        est_all=whole.establishments,
        est_share_pct=percent(small.establishments, whole.establishments),
        workers_small=small.workers,
        workers_all=whole.workers,
        workers_share_pct=percent(small.workers, whole.workers),
        workers_status=status,
        sigungu_covered=len(parts),
        sigungu_in_area=_sigungu_in(level, area, year),
        basis=parts[0].basis if level == "sigungu" else "sum",
    )


def _sigungu_totals(cells: Iterable[Cell]) -> Mapping[tuple[int, str], Mapping[str, Mapping[str, _Totals]]]:
    """Group totals by year and source: 시군구 -> division -> totals, including manufacturing as `C`."""
    own: defaultdict[tuple[int, str, str, str], list[Cell]] = defaultdict(list)
    dongs: defaultdict[tuple[int, str, str, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        key = (cell.reference_year, cell.source, cell.place.sigungu_code, cell.division)
        (own if cell.place.basis == "sigungu" else dongs)[key].append(cell)
    totals: defaultdict[tuple[int, str], dict[str, dict[str, _Totals]]] = defaultdict(dict)
    for key in sorted({*own, *dongs}):
        year, source, sigungu, division = key
        members, basis = (own[key], "total") if key in own else (dongs[key], "sum")
        small, whole = (total_of([cell.of(size) for cell in members]) for size in ("small", "all"))
        totals[year, source].setdefault(sigungu, {})[division] = _Totals(small, whole, basis)
    for areas in totals.values():
        for divisions in areas.values():
            if SECTION not in divisions:
                parts = list(divisions.values())
                divisions[SECTION] = _Totals(
                    total_of([one.small for one in parts]), total_of([one.all for one in parts]), "sum"
                )
    return totals


@cache
def _sigungu_in(level: Level, area: str, year: int) -> int:
    day = reference_day(year)
    return sum(
        region.level == "sigungu"
        and region.valid_on(day)
        and (level == "nation" or area in {region.sido_code, region.region_code})
        for region in regions()
    )
