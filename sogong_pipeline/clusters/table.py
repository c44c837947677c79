"""Compute the table `cluster`: dongs and divisions of the counts, compared with the legal threshold of place and day.

A dong that reaches the threshold is a candidate. Flags mark the limits of a count; change is given only within one
source and one frame. Columns are described in sql/clusters/cluster/schema.yaml.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from typing import Literal

from sogong_pipeline.clusters.cells import OUTSIDE, WHOLE, Cell
from sogong_pipeline.clusters.counts import SECTION
from sogong_pipeline.clusters.joining import joined_groups
from sogong_pipeline.clusters.lists import Centre, Designation, Lists, own_lists
from sogong_pipeline.clusters.places import (
    changed_areas,
    legal_base,
    reference_day,
    region_of,
    sigungu_today,
)
from sogong_pipeline.clusters.proxy import Proxy
from sogong_pipeline.clusters.rules import Rule, choices, newest_day, rule_of

Reaches = Literal["yes", "no", "unknown"]
REGISTER = "factory_register"
FLAGS = (
    "all_sizes_only", "facilities_unknown", "register_undercount", "scope_unknown", "rule_ambiguous",
    "division_outside_rule", "frame_break_2020", "ksic_break", "dong_split", "name_match_only", "workers_suppressed",
    "stale",
)  # fmt: skip
ELDER = "60+"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A row of the table; names, units and meanings as in its schema."""

    reference_year: int
    source: str
    area_code: str
    division: str
    sido_code: str
    sigungu_code: str
    sigungu_today: str
    dong: str
    basis: str
    ksic_revision: str
    est_1_4: int | None
    est_5_9: int | None
    est_small: int | None
    est_all: int | None
    small_share_pct: Decimal | None
    workers_small: int | None
    workers_status: str
    scope: str
    rule: str
    rule_kind: str
    threshold: int
    threshold_alt: int | None
    reaches: Reaches
    reaches_alt: Reaches | None
    reaches_by: str
    reaches_newest: Reaches
    margin: int | None
    near: bool | None
    location_quotient: Decimal | None
    previous_year: int | None
    previous_small: int | None
    change: int | None
    change_pct: Decimal | None
    change_status: str
    joined_id: str | None
    joined_small: int | None
    owners_60_share_pct: Decimal | None
    designated: Reaches
    designation_ids: str
    first_seen: str | None
    plan_end: str | None
    centre_ids: str
    complex_centre_ids: str
    corporate_3_9: int | None
    corporate_3_9_month: str | None
    corporate_3_9_coverage_pct: Decimal | None
    corporate_3_9_change_pct: Decimal | None
    corporate_3_9_area: str
    flags: str

    @property
    def key(self) -> tuple[int, str, str, str]:
        """Key of the row (grain of the table)."""
        return self.reference_year, self.source, self.area_code, self.division

    def has(self, flag: str) -> bool:
        """Return True if a flag is set."""
        return flag in self.flags.split(",")


def clusters(cells: Iterable[Cell], proxy: Proxy | None = None, lists: Lists | None = None) -> list[Cluster]:
    """Judge the cells of dongs; cells of a whole 시군구 or of all manufacturing serve only for shares.

    Args:
        cells: from `cells.gather`.
        proxy: monthly corporations with three to nine subscribers, if loaded.
        lists: designations and centres; the shipped tables by default.

    Returns:
        The rows, ordered by their key.
    """
    dongs = [cell for cell in cells if cell.division != SECTION and cell.place.basis != "sigungu"]
    quotients, before = _location_quotients(dongs), _previous(dongs)
    newest = max((cell.reference_year for cell in dongs), default=0)
    beside = _Beside(newest, proxy, lists or own_lists())
    rows = [
        _row(cell, quotients.get(id(cell)), before.get(id(cell)), beside)
        for cell in sorted(
            dongs, key=lambda cell: (cell.reference_year, cell.source, cell.place.area_code, cell.division)
        )
    ]
    rows = _by_the_other_basis(rows)
    return _joined(rows, {(*key_of(cell),): cell for cell in dongs})


def key_of(cell: Cell) -> tuple[int, str, str, str]:
    """Return the key of a cell's row."""
    return cell.reference_year, cell.source, cell.place.area_code, cell.division


def percent(part: int | None, whole: int | None, digits: int = 1) -> Decimal | None:
    """Return a share in percent, half-even; None if a side is unknown or the whole is 0."""
    if part is None or not whole:
        return None
    return (Decimal(100 * part) / Decimal(whole)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class _Beside:
    """Context of the cells: the newest year of any, small corporations, the lists."""

    newest: int
    proxy: Proxy | None
    lists: Lists


def _row(cell: Cell, quotient: Decimal | None, previous: Cell | None, beside: _Beside) -> Cluster:
    day = reference_day(cell.reference_year)
    rule = rule_of(cell.place.sigungu_code, day)
    small, least = cell.of("small"), cell.least_small
    scope_unknown = not rule.complexes_count and cell.scope == WHOLE and not _knows_outside(cell)
    reaches = _reaches(cell, rule, rule.threshold)
    region = region_of(cell.place.sigungu_code)
    margin = small.establishments - rule.threshold if small.establishments is not None else None
    change, status = _change(cell, previous)
    listed, listed_by = _designated(cell, beside.lists)
    nearby = beside.lists.centres_in(cell.place.sigungu_code, cell.division)
    here = [centre for centre in nearby if centre.covers(cell.place, cell.division) == "yes"]
    flags = {
        "all_sizes_only": small.establishments is None
        and not least
        and cell.of("all").establishments is not None,
        "facilities_unknown": cell.source != REGISTER,
        "register_undercount": cell.source == REGISTER,
        "scope_unknown": scope_unknown,
        "rule_ambiguous": rule.is_ambiguous,
        "division_outside_rule": cell.division not in rule.divisions,
        "frame_break_2020": status == "frame_break",
        "ksic_break": status == "ksic_break",
        "dong_split": status == "dong_split",
        "name_match_only": cell.place.name_match_only,
        "workers_suppressed": small.workers_status == "suppressed",
        "stale": beside.newest - cell.reference_year > choices().stale_after_years,
    }
    seen = beside.proxy.of(cell.place, cell.division) if beside.proxy else None
    return Cluster(
        reference_year=cell.reference_year,
        source=cell.source,
        area_code=cell.place.area_code,
        division=cell.division,
        sido_code=region.sido_code,
        sigungu_code=cell.place.sigungu_code,
        sigungu_today="|".join(sigungu_today(cell.place.sigungu_code)),
        dong=cell.place.dong,
        basis=cell.place.basis,
        ksic_revision=cell.ksic_revision,
        est_1_4=cell.of("1-4").establishments,
        est_5_9=cell.of("5-9").establishments,
        est_small=small.establishments,
        est_all=cell.of("all").establishments,
        small_share_pct=percent(small.establishments, cell.of("all").establishments),
        workers_small=small.workers,
        workers_status=small.workers_status,
        scope=cell.scope,
        rule=rule.rule_id,
        rule_kind=rule.kind,
        threshold=rule.threshold,
        threshold_alt=rule.alternative,
        reaches=reaches,
        reaches_alt=_reaches(cell, rule, rule.alternative) if rule.alternative else None,
        reaches_by="own" if reaches == "yes" else "",
        reaches_newest=_reaches_newest(cell),
        margin=margin,
        near=abs(margin) <= choices().near_share * rule.threshold if margin is not None else None,
        location_quotient=quotient,
        previous_year=previous.reference_year if previous else None,
        previous_small=previous.of("small").establishments if previous else None,
        change=change,
        change_pct=percent(change, previous.of("small").establishments) if previous else None,
        change_status=status,
        joined_id=None,
        joined_small=None,
        owners_60_share_pct=percent(cell.ages.get(ELDER), cell.ages.get("all")),
        designated=listed,
        designation_ids="|".join(one.designation_id for one in listed_by),
        first_seen=min((one.first_seen.text for one in listed_by), default=None),
        plan_end=max((one.plan_end.text for one in listed_by), default=None),
        centre_ids=_ids(here, lambda centre: centre.kind != "complex"),
        complex_centre_ids=_ids(here, lambda centre: centre.kind == "complex"),
        corporate_3_9=seen.count if seen else None,
        corporate_3_9_month=str(seen.month) if seen else None,
        corporate_3_9_coverage_pct=percent(seen.count, small.establishments)
        if seen and seen.area == "own"
        else None,
        corporate_3_9_change_pct=percent(seen.change, seen.year_ago) if seen else None,
        corporate_3_9_area=seen.area if seen else "none",
        flags=",".join(name for name in FLAGS if flags[name]),
    )


def _knows_outside(cell: Cell) -> bool:
    return any(scope == OUTSIDE for scope, _ in cell.sizes)


def _reaches(cell: Cell, rule: Rule, threshold: int) -> Reaches:
    """Compare a cell with a threshold: yes, no, or unknown as far as its figures allow."""
    if cell.division not in rule.divisions:
        return "no"
    if not rule.complexes_count and _knows_outside(cell):
        outside = cell.of("small", OUTSIDE).establishments
        return "unknown" if outside is None else "yes" if outside >= threshold else "no"
    small, everything = cell.of("small").establishments, cell.of("all").establishments
    at_least = cell.least_small if small is None else small
    if at_least >= threshold:
        # Workplaces inside complexes did not count then, and the figure does not separate them.
        return "unknown" if not rule.complexes_count and cell.scope != OUTSIDE else "yes"
    if cell.source == REGISTER or (small is not None and cell.scope != WHOLE and rule.complexes_count):
        return "unknown"  # the register misses most firms, and a part is not the whole
    if small is not None:
        return "no"
    return "no" if everything is not None and everything < threshold else "unknown"


def _reaches_newest(cell: Cell) -> Reaches:
    """Compare a cell with the threshold of the newest rules, for the place under today's name."""
    day = max(newest_day(), reference_day(cell.reference_year))
    rule = rule_of(sigungu_today(cell.place.sigungu_code)[0], day)
    return _reaches(cell, rule, rule.threshold)


def _location_quotients(cells: Sequence[Cell]) -> dict[int, Decimal | None]:
    """Divide the share of a division in its dong by its share in all loaded areas of the same year and source."""
    area: defaultdict[tuple[object, ...], int] = defaultdict(int)
    division: defaultdict[tuple[object, ...], int] = defaultdict(int)
    whole: defaultdict[tuple[object, ...], int] = defaultdict(int)
    for cell in cells:
        counted, base = cell.of("small").establishments or 0, (cell.reference_year, cell.source)
        area[*base, cell.place.area_code] += counted
        division[*base, cell.division] += counted
        whole[base] += counted
    quotients: dict[int, Decimal | None] = {}
    for cell in cells:
        small, base = cell.of("small").establishments, (cell.reference_year, cell.source)
        below = area[*base, cell.place.area_code] * division[*base, cell.division]
        quotients[id(cell)] = (
            (Decimal(small * whole[base]) / Decimal(below)).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
            if small is not None and below
            else None
        )
    return quotients


def _previous(cells: Sequence[Cell]) -> dict[int, Cell]:
    """Map each cell to that of the same source, area and division in the previous year of the source."""
    series: defaultdict[tuple[object, ...], list[Cell]] = defaultdict(list)
    for cell in cells:
        name = cell.place.dong or cell.place.area_code
        series[cell.source, sigungu_today(cell.place.sigungu_code), _raised(name), cell.division].append(cell)
    previous = {}
    for ordered in series.values():
        ordered.sort(key=lambda cell: cell.reference_year)
        previous.update({id(after): before for before, after in pairwise(ordered)})
    return previous


def _raised(dong: str) -> str:
    """Return one name for a myeon and the eup that it became."""
    return dong[:-1] if dong[-1:] in set("읍면") else dong


def _change(cell: Cell, previous: Cell | None) -> tuple[int | None, str]:
    """Return the change of small establishments, or the reason for its absence."""
    if previous is None:
        return None, "no_previous"
    break_year = choices().frame_break_year
    if previous.reference_year < break_year <= cell.reference_year:
        return None, "frame_break"
    if previous.ksic_revision != cell.ksic_revision:
        return None, "ksic_break"
    if previous.scope != cell.scope:
        return None, "scope_differs"
    after = reference_day(cell.reference_year)
    if cell.place.dong in changed_areas(
        cell.place.sigungu_code, reference_day(previous.reference_year), after
    ):
        return None, "dong_split"
    now, then = cell.of("small").establishments, previous.of("small").establishments
    return (None, "unknown") if now is None or then is None else (now - then, "ok")


def _designated(cell: Cell, lists: Lists) -> tuple[Reaches, list[Designation]]:
    nearby = lists.designations_in(cell.place.sigungu_code, cell.division)
    covers = {one: one.covers(cell.place, cell.division) for one in nearby}
    by = [one for one, is_covered in covers.items() if is_covered == "yes"]
    return ("yes" if by else "unknown" if "unknown" in covers.values() else "no"), by


def _ids(centres: Sequence[Centre], which: Callable[[Centre], bool]) -> str:
    return "|".join(centre.centre_id for centre in centres if which(centre))


def _by_the_other_basis(rows: Sequence[Cluster]) -> list[Cluster]:
    """Mark rows that reach by administrative or legal dong, the larger count, where a year has both."""
    by_name: defaultdict[tuple[object, ...], list[Cluster]] = defaultdict(list)
    for row in rows:
        if row.basis in {"admin_dong", "legal_dong"}:
            by_name[row.reference_year, row.sigungu_code, legal_base(row.dong), row.division].append(row)
    judged = []
    for row in rows:
        beside = by_name.get((row.reference_year, row.sigungu_code, legal_base(row.dong), row.division), ())
        other = next((one for one in beside if one.basis != row.basis and one.reaches == "yes"), None)
        if row.basis in {"admin_dong", "legal_dong"} and row.reaches != "yes" and other:
            judged.append(replace(row, reaches="yes", reaches_by=other.basis))
        else:
            judged.append(row)
    return judged


def _joined(rows: Sequence[Cluster], cells: Mapping[tuple[int, str, str, str], Cell]) -> list[Cluster]:
    """Mark adjacent dongs of one 시군구 and division that each have a large part of the threshold; informative only."""
    groups: defaultdict[tuple[object, ...], list[Cluster]] = defaultdict(list)
    for row in rows:
        if row.est_small is not None and row.est_small >= choices().joined_least_share * row.threshold:
            groups[row.reference_year, row.source, row.sigungu_code, row.division].append(row)
    joined: dict[tuple[int, str, str, str], tuple[str, int]] = {}
    for (year, source, sigungu, division), members in groups.items():
        legal = {row.area_code: cells[row.key].place.legal_codes for row in members}
        small = {row.area_code: row.est_small or 0 for row in members}
        for group in joined_groups(legal):
            total = sum(small[code] for code in group)
            name = f"{year}-{source}-{sigungu}-{division}-{group[0]}"
            joined.update({(row.key): (name, total) for row in members if row.area_code in group})
    return [
        replace(row, joined_id=joined[row.key][0], joined_small=joined[row.key][1])
        if row.key in joined
        else row
        for row in rows
    ]
