"""Count the firms of a loaded factory register, which separates complexes and records production facilities.

It misses most small manufacturers, so its counts can show that a threshold is reached but never that it is not.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sogong_pipeline.clusters.cells import INSIDE, OUTSIDE
from sogong_pipeline.clusters.counts import DIVISIONS, Count
from sogong_pipeline.clusters.places import reference_day, region_of
from sogong_pipeline.clusters.table import REGISTER
from sogong_pipeline.clusters.workbooks import Converted
from sogong_pipeline.regions.crosswalk import codes_on, legal_dongs


@dataclass(frozen=True, slots=True)
class Factory:
    """A firm of the register at its first site.

    Attributes:
        emd_code: First eight digits of today's legal dong; None if the address does not resolve.
        industry_code: KSIC, five digits; None if missing.
        in_complex: True if the register names a complex or a knowledge industry centre for it.
        workers: As declared; None if blank.
    """

    emd_code: str | None
    industry_code: str | None
    in_complex: bool
    workers: int | None


def count_factories(
    factories: Iterable[Factory],
    as_of: dt.date,
    *,
    source_id: str,
    ksic_revision: str,
    retrieved: str,
    licence: str,
) -> Converted:
    """Count by legal dong, division and size, inside and outside complexes separately.

    Args:
        factories: one per firm.
        as_of: the day the register describes; its year is the reference year.
        source_id: identifier of the loaded register.
        ksic_revision: of its industry codes.
        retrieved: the day it was loaded.
        licence: its licence.

    Returns:
        Counts of the dongs and divisions in the register; the messages count the firms left out.
    """
    day = reference_day(as_of.year)
    cells: dict[tuple[str, str, str], defaultdict[str, list[int | None]]] = {}
    tally: defaultdict[str, int] = defaultdict(int)
    for factory in factories:
        tally["firms"] += 1
        division = (factory.industry_code or "")[:2]
        codes = codes_on(f"{factory.emd_code}00", day) if factory.emd_code else ()
        if division not in DIVISIONS:
            tally["of no division of manufacturing"] += 1
        elif len(codes) != 1:
            tally["without one legal dong"] += 1
        else:
            scope = INSIDE if factory.in_complex else OUTSIDE
            sizes = cells.setdefault((codes[0], division, scope), defaultdict(list))
            sizes["all"].append(factory.workers)
            if factory.workers is None:
                tally["without declared workers, in all sizes only"] += 1
            elif 0 < factory.workers < 10:
                sizes["1-4" if factory.workers < 5 else "5-9"].append(factory.workers)
    rows = tuple(
        _count((code, division, scope), size, sizes[size], {
            "reference_year": as_of.year, "ksic_revision": ksic_revision, "source_id": source_id,
            "retrieved": retrieved, "licence": licence,
        })
        for code, division, scope in _both_scopes(cells)
        for sizes in [cells.get((code, division, scope), defaultdict(list))]
        for size in ("1-4", "5-9", "all")
    )  # fmt: skip
    firms = tally.pop("firms", 0)
    return Converted(
        rows, firms, 0, tuple(f"{source_id}: {count:,} firms {what}" for what, count in sorted(tally.items()))
    )


def _both_scopes(cells: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return inside and outside for every dong and division: the register places each firm in one of them."""
    return sorted({(code, division, scope) for code, division, _ in cells for scope in (INSIDE, OUTSIDE)})


def _count(
    key: tuple[str, str, str], size: str, workers: list[int | None], head: Mapping[str, object]
) -> Count:
    code, division, scope = key
    names = region_of(code[:5]).name.split(" ", 1)
    known = [count for count in workers if count is not None]
    is_known = len(known) == len(workers)
    return Count(
        **head,  # type: ignore[arg-type]
        sido=names[0],
        sigungu=names[1] if len(names) > 1 else "",
        dong=legal_dongs()[code].name.split()[-1],
        dong_code=code,
        dong_code_system="bdong10",
        division=division,
        size_class=size,
        establishments=len(workers),
        workers=sum(known) if is_known else None,
        workers_status="ok" if is_known else "absent",
        scope=scope,
        source=REGISTER,
    )
