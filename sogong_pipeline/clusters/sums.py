"""Check that counts add up: size classes to their sum, dongs to their 시군구, divisions to manufacturing.

Compares only totals stated by the source, and only where every part is known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sogong_pipeline.clusters.counts import SECTION, Count

Area = tuple[int, str, str, str, str]
"""Reference year, source, 시도, 시군구, scope."""
Part = tuple[str, str, str]
"""Dong (empty: the whole 시군구), division, size class."""


def differing_sums(counts: Iterable[Count]) -> Iterator[str]:
    """Yield a line per total that differs from the sum of its parts, in order."""
    areas: defaultdict[Area, dict[Part, Count]] = defaultdict(dict)
    for row in counts:
        area = (row.reference_year, row.source, row.sido, row.sigungu, row.scope)
        areas[area][row.dong or row.dong_code, row.division, row.size_class] = row
    for (year, source, sido, sigungu, _), parts in sorted(areas.items()):
        where = " ".join(filter(None, (str(year), source, sido, sigungu)))
        for line in (*_sizes(parts), *_dongs(parts), *_divisions(parts)):
            yield f"{where} {line}"


def _sizes(parts: Mapping[Part, Count]) -> Iterator[str]:
    for (dong, division, size), row in sorted(parts.items()):
        small = [parts.get((dong, division, name)) for name in ("1-4", "5-9")]
        name = f"{dong} {division}".strip()
        if size == "1-9":
            yield from _compared(f"{name} 1-9", row, small, "classes")
        known = [one.establishments for one in small if one is not None and one.establishments is not None]
        if size == "all" and row.establishments is not None and sum(known) > row.establishments:
            yield f"{name}: {sum(known):,} small establishments of {row.establishments:,} of all sizes"


def _dongs(parts: Mapping[Part, Count]) -> Iterator[str]:
    by_total: defaultdict[tuple[str, str], list[Count | None]] = defaultdict(list)
    for (dong, division, size), row in parts.items():
        if dong:
            by_total[division, size].append(row)
    for (division, size), rows in sorted(by_total.items()):
        total = parts.get(("", division, size))
        if total is not None:
            yield from _compared(f"{division} {size}", total, rows, "dongs")


def _divisions(parts: Mapping[Part, Count]) -> Iterator[str]:
    by_total: defaultdict[tuple[str, str], list[Count | None]] = defaultdict(list)
    for (dong, division, size), row in parts.items():
        if division != SECTION:
            by_total[dong, size].append(row)
    for (dong, size), rows in sorted(by_total.items()):
        total = parts.get((dong, SECTION, size))
        if total is not None:
            yield from _compared(f"{dong} {SECTION} {size}".strip(), total, rows, "divisions")


def _compared(name: str, total: Count, rows: Sequence[Count | None], of: str) -> Iterator[str]:
    for measure in ("establishments", "workers"):
        stated = getattr(total, measure)
        known = [getattr(row, measure) for row in rows if row is not None]
        values = [value for value in known if value is not None]
        if stated is not None and values and len(values) == len(rows) and sum(values) != stated:
            yield f"{name}: {len(values)} {of} add up to {sum(values):,} {measure}, but the stated total is {stated:,}"
