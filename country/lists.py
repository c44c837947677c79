"""Registry data of law 2: partial knowledge of a district, as in a list from public sources."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from country.addresses import AddressBook
from country.districts import District
from country.law import Law, ListLaw
from country.names import load_name_book
from country.population import ENROLLED, MonthRows
from country.streets import Streets

LISTED = ("roads", "parent_id")
"""Further columns of the registry."""
WORKPLACES = (
    "district_id",
    "workplace_name",
    "business_number_prefix",
    "legal_dong_code",
    "reason",
    "valid_from",
    "valid_to",
)


@dataclass(frozen=True)
class Listed:
    """Known facts on one district beside its name, kind and legal dongs."""

    postal_codes: tuple[str, ...]
    roads: tuple[str, ...]
    parent_id: str


def known_of(law: Law, districts: list[District], addresses: AddressBook, seed: int) -> list[Listed] | None:
    """Draw the known facts on each district; None where the law assumes full knowledge."""
    if law.lists is None or law.addresses is None or not isinstance(addresses, Streets):
        return None
    rng = np.random.default_rng([seed, 2])
    parents = _parents(districts)
    known = []
    for i, district in enumerate(districts):
        is_complex = district.kind in law.addresses.complexes
        has_codes = not is_complex or rng.random() < law.lists.postal_codes
        roads: list[str] = []
        if is_complex and rng.random() < law.lists.roads:
            roads = [road for road in addresses.inner_roads[i] if rng.random() < law.lists.road_known]
            roads += [road for road in addresses.through_roads[i] if rng.random() < law.lists.road_wrong]
        codes = district.claim.postal_codes if has_codes else ()
        known.append(Listed(codes, tuple(sorted(set(roads))), parents.get(i, "")))
    return known


def _parents(districts: list[District]) -> dict[int, str]:
    """Return, for each district inside a larger one, the id of the smallest such."""
    covers = [frozenset(district.claim.places) for district in districts]
    holders: dict[int, list[int]] = {}
    for i, places in enumerate(covers):
        for place in places:
            holders.setdefault(place, []).append(i)
    parents = {}
    for i, places in enumerate(covers):
        around = [j for j in holders[min(places)] if places < covers[j]]
        if around:
            parents[i] = districts[min(around, key=lambda j: (len(covers[j]), j))].district_id
    return parents


def write_workplace_lists(
    path: Path, rows: MonthRows, districts: list[District], law: ListLaw, seed: int
) -> None:
    """Write lists of the workplaces in some buildings, as they were in a month.

    Args:
        path: The file, in the columns of `WORKPLACES`.
        rows: The month.
        districts: The districts.
        law: Share of buildings with a list, and share of workplaces on it.
        seed: Seed of the country.
    """
    rng = np.random.default_rng([seed, 3])
    has_list = np.array([d.claim.is_building for d in districts] + [False])
    has_list &= rng.random(has_list.size) < law.workplaces
    on_list = has_list[rows.who.district] & (rows.status == ENROLLED)
    on_list &= rng.random(on_list.size) < law.workplace_known
    who = rows.who.take(np.flatnonzero(on_list))
    names = load_name_book().names(who.name, who.style, who.trade, quoted=False).to_pylist()
    holder = {
        (name.decode("cp949"), f"{prefix:06d}"): districts[district].district_id
        for district, name, prefix in zip(who.district.tolist(), names, who.prefix.tolist(), strict=True)
    }
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(WORKPLACES)
        for (name, prefix), district_id in holder.items():
            writer.writerow(
                [district_id, name, prefix, "", "simulated list of tenants", rows.month.first_day, ""]
            )
