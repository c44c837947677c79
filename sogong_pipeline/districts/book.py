"""The book of evidence of a quarter: what names stand for, what registers say of addresses, places learned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from sogong_pipeline.districts.called import called
from sogong_pipeline.districts.registry import Slice
from sogong_pipeline.factories.addresses import sites_of
from sogong_pipeline.factories.aliases import read_aliases
from sogong_pipeline.factories.evidence import (
    Building,
    learn_places,
    name_table,
    write_address_evidence,
    write_claims,
)
from sogong_pipeline.factories.firms import names_in
from sogong_pipeline.factories.names import SETTLED, Settled, settle
from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Quarter

__all__ = ["build_book", "settle_names"]


def settle_names(firms: Path, aliases: Path | None, districts: Slice, quarter: Quarter) -> list[Settled]:
    """What the names of complexes and centres in the registers stand for in a quarter.

    Args:
        firms: `factory_firm` of all registers in force.
        aliases: what persons settled; None for nothing.
        districts: the districts of the quarter.
        quarter: the quarter; an alias counts that holds on its last day.
    """
    said = read_aliases(aliases) if aliases else []
    holding = [alias for alias in said if alias.valid_on(quarter.last_day)]
    return settle(names_in(firms), called(districts.districts), holding)


def build_book(
    firms: Path,
    joined: Sequence[Path],
    aliases: Path | None,
    districts: Slice,
    quarter: Quarter,
    *,
    workspace: Path,
) -> Built:
    """Make the book of a quarter.

    Args:
        firms: `factory_firm` of all registers in force.
        joined: `joined_firm` of the months of the book.
        aliases: what persons settled; None for nothing.
        districts: the districts of the quarter.
        quarter: the quarter.
        workspace: an empty folder to write in.

    Returns:
        `factory_name`, `factory_claim`, `address_evidence`, `learned_place` (sql/book).
    """
    tables = ("factory_name", "factory_claim", "address_evidence", "learned_place")
    files = {name: workspace / f"{name}.parquet" for name in tables}
    names = settle_names(firms, aliases, districts, quarter)
    pq.write_table(name_table(names), files["factory_name"], compression="zstd")
    write_claims(firms, names, centres(firms, names, districts), files["factory_claim"], workspace)
    write_address_evidence(joined, files["factory_claim"], files["address_evidence"], workspace)
    learn_places(files["address_evidence"], files["learned_place"], workspace)
    states = [one.state for one in names]
    return Built(files, {"names": len(names), "settled": states.count(SETTLED)})


def centres(firms: Path, names: Iterable[Settled], districts: Slice) -> list[Building]:
    """Centres by road and number: from a list of centres (form E), and from the registry's `buildings`.

    A road and number that two centres have tells neither.
    """
    settled = {
        (one.name, one.sigungu_code): one.district_ids[0]
        for one in names
        if one.role == "centre" and one.state == SETTLED and len(one.district_ids) == 1
    }
    columns = ["firm_name", "centre_name", "sigungu_codes", "road", "building_number"]
    rows = pq.read_table(firms, columns=columns)
    places: dict[tuple[str, str, str], set[str]] = {}
    for row in rows.to_pylist():
        if row["firm_name"] is not None or not row["road"] or not row["building_number"]:
            continue
        for sigungu in row["sigungu_codes"]:
            if (held := settled.get((row["centre_name"], sigungu))) is not None:
                places.setdefault((sigungu, row["road"], row["building_number"]), set()).add(held)
    for district in districts.districts:
        for address in district.buildings:
            for site in sites_of(address, None):
                if site.road and site.number:
                    for sigungu in site.sigungu_codes:
                        places.setdefault((sigungu, site.road, site.number), set()).add(district.district_id)
    return [Building(held.copy().pop(), *place) for place, held in sorted(places.items()) if len(held) == 1]
