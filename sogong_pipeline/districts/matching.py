"""Matching: every workplace of a month is placed in its regions and, with a grade, in a district or in none.

Addresses are placed, not rows: what they say is decided once for each, and taken over from another month where it was
decided there. What is known of single workplaces is joined after.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.districts import evidence
from sogong_pipeline.districts.addresses import Addresses, list_addresses
from sogong_pipeline.districts.columns import Numbers, coded, codes, combined, read_coded, taken, write_rows
from sogong_pipeline.districts.registry import Slice
from sogong_pipeline.districts.weighing import OUTCOME, Book, weigh
from sogong_pipeline.factories.evidence import dong_tables
from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Month
from sogong_pipeline.sql_engine import Engine, query

__all__ = ["GRADES", "Book", "Decided", "match", "weigh"]

GRADES = ("high", "medium", "low", "ambiguous", "not_assignable", "none")
"""Surest first; only the first three place a workplace in a district."""
CLAIMED = "claimed_address"


@dataclass(frozen=True)
class Decided:
    """Another month under the same districts: its addresses, and who speaks for each of them."""

    address: Path
    claimed_address: Path


def match(
    workplace: Path,
    trace: Path,
    districts: Slice,
    month: Month,
    workspace: Path,
    *,
    addresses: Addresses | None = None,
    decided: Decided | None = None,
    placed: Path | None = None,
    book: Book | None = None,
) -> Built:
    """Match a staged month against the districts of one day.

    Args:
        workplace: staged rows (sql/staged/workplace).
        trace: who they are (sql/traced/workplace_trace).
        districts: the districts and placements that count in the quarter judged.
        month: the data month, for the regions of its time.
        workspace: an empty folder to write in.
        addresses: the address book of the month; made where it is not given.
        decided: another month under the same districts, whose addresses need not be decided again. The rows are the
            same with and without.
        placed: `district_member` of the month without a book; made where a book is given without it.
        book: what registers say in that quarter; None without a register.

    Returns:
        `district_member`: one row per staged row, in its order (sql/matched/district_member); without a book also
        `claimed_address`, who speaks for each address.
    """
    target = workspace / "district_member.parquet"
    if book is not None and placed is not None:
        return Built({"district_member": target}, {"rows": weigh(workplace, placed, book, target)})
    before = target if book is None else workspace / "placed.parquet"
    rows, claimed = _place(workplace, trace, districts, month, before, addresses=addresses, decided=decided)
    if book is None:
        return Built({"district_member": target, CLAIMED: claimed}, {"rows": rows})
    rows = weigh(workplace, before, book, target)
    before.unlink()
    claimed.unlink()
    return Built({"district_member": target}, {"rows": rows})


def _place(
    workplace: Path,
    trace: Path,
    districts: Slice,
    month: Month,
    target: Path,
    *,
    addresses: Addresses | None = None,
    decided: Decided | None = None,
) -> tuple[int, Path]:
    """Write `district_member` and, beside it, `claimed_address`; returns how many rows and where the latter is."""
    folder = target.parent
    if addresses is None:
        files = list_addresses(workplace, month, folder).files
        addresses = Addresses(files["address"], files["workplace_address"])
    rows = read_coded(addresses.workplace_address)
    spots, spot_of_row = _spots(workplace, rows, districts)
    claimed = folder / f"{CLAIMED}.parquet"
    with Engine(folder) as engine:
        for name, table in _tables(districts).items():
            engine.connection.register(name, table)
        _claim(engine, addresses, decided, claimed)
        engine.connection.register("spot", spots)
        by_address = engine.execute(query("matched", "address_outcome")).to_arrow_table()
        engine.view("workplace", workplace)
        by_hand = engine.execute(query("matched", "placed_workplace")).to_arrow_table()
    nothing = pa.table({name: ["none" if name == "grade" else None] for name in OUTCOME}, _TEXTS)
    outcomes = pa.concat_tables([nothing, by_address.select(OUTCOME), by_hand.select(OUTCOME)])
    number = _outcome_of_rows(by_address, spots.num_rows, spot_of_row, _divisions(rows))
    first = 1 + by_address.num_rows
    row_numbers = rows["row_number"].to_numpy()
    number[np.searchsorted(row_numbers, by_hand["row_number"].to_numpy())] = np.arange(
        first, first + by_hand.num_rows
    )
    return _write(workplace, trace, addresses, rows, outcomes=outcomes, number=number, target=target), claimed


_TEXTS = pa.schema([(name, pa.string()) for name in OUTCOME])


def _tables(districts: Slice) -> dict[str, pa.Table]:
    """What the queries join addresses and rows with."""
    return {
        "claim": evidence.claims(districts.districts),
        "road": evidence.roads(districts.districts),
        "name": evidence.names(districts.districts),
        "nest": evidence.nests(districts.districts),
        "habit": evidence.habits(districts.districts),
        "placement": evidence.placements(districts.placements),
        "dong_today": dong_tables()["dong_today"],
    }


def _claim(engine: Engine, addresses: Addresses, decided: Decided | None, target: Path) -> None:
    """Write who speaks for each address, taking over what was decided of it, and let queries read it."""
    if decided is None:
        engine.view("address", addresses.address)
        engine.table(CLAIMED, query("matched", CLAIMED))
    else:
        engine.view("listed", addresses.address)
        engine.view("decided", decided.address)
        engine.table("address", "FROM listed ANTI JOIN decided USING (address_key)")
        engine.view("claimed_before", decided.claimed_address)
        engine.table(
            CLAIMED,
            f"""
            SELECT * FROM ({query("matched", CLAIMED)})
            UNION ALL
            FROM claimed_before SEMI JOIN listed USING (address_key)
            """,
        )
        engine.execute("DROP TABLE address")
        engine.view("address", addresses.address)
    engine.write(f"FROM {CLAIMED} ORDER BY ALL", target)


def _spots(workplace: Path, rows: pa.Table, districts: Slice) -> tuple[pa.Table, Numbers]:
    """The addresses, each with the industry codes in it where districts ask for these; and the spot of each row."""
    address = rows["address_number"].to_numpy().astype(np.int64)
    if any(district.industry_codes for district in districts.districts):
        industry = read_coded(workplace, ["industry_code"])["industry_code"]
        first, spot = combined([address, codes(industry)])
        numbers, industries = address[first], taken(industry, first).cast(pa.string())
    else:
        spot, numbers = address, np.arange(int(address.max(initial=-1)) + 1)
        industries = pa.nulls(len(numbers), pa.string())
    table = pa.table(
        {
            "spot_number": np.arange(len(numbers)),
            "address_number": numbers,
            "industry_code": industries,
            "rows": np.bincount(spot, minlength=len(numbers)),
        }
    )
    return table, spot


def _divisions(rows: pa.Table) -> tuple[Numbers, list[str]]:
    """The number of each row's division, and the divisions by number."""
    divisions = coded(rows["division"])
    return codes(divisions), divisions.dictionary.to_pylist()


def _outcome_of_rows(
    by_address: pa.Table, spots: int, spot_of_row: Numbers, division: tuple[Numbers, list[str]]
) -> Numbers:
    """The number of each row's outcome, by its trade where that matters; 0 where nothing speaks for its address."""
    spot = by_address["spot_number"].to_numpy().astype(np.int64)
    is_unusual = by_address["is_unusual"].to_numpy(zero_copy_only=False)
    number = np.arange(1, 1 + len(spot))
    usual = np.zeros(spots, dtype=np.int64)
    usual[spot[~is_unusual]] = number[~is_unusual]
    unusual = usual.copy()
    unusual[spot[is_unusual]] = number[is_unusual]
    first, last = (codes(by_address[name]) for name in ("first_division", "last_division"))
    ranges, of_outcome = combined([first, last])
    range_of_spot = np.zeros(spots, dtype=np.int64)
    range_of_spot[spot] = of_outcome
    bounds = by_address.select(["first_division", "last_division"]).take(ranges).to_pylist()
    codes_of_rows, divisions = division
    if not bounds:
        return usual[spot_of_row]
    is_usual = np.array([[_is_usual(one, **bound) for one in divisions] for bound in bounds], dtype=bool)
    fits = is_usual[range_of_spot[spot_of_row], codes_of_rows]
    return np.where(fits, usual[spot_of_row], unusual[spot_of_row])


def _is_usual(division: str, first_division: str | None, last_division: str | None) -> bool:
    """Whether a trade usually settles where such divisions do; any does where none is named."""
    return first_division is None or last_division is None or first_division <= division <= last_division


def _write(
    workplace: Path,
    trace: Path,
    addresses: Addresses,
    rows: pa.Table,
    *,
    outcomes: pa.Table,
    number: Numbers,
    target: Path,
) -> int:
    """Put the columns of `district_member` together; every file has the rows in the order of the month's."""
    address = read_coded(addresses.address, ["legal_dong_code", "sigungu_code", "sigungu_code_then"])
    at = rows["address_number"].to_numpy().astype(np.int64)
    published = read_coded(
        workplace, ["data_month", "legal_form", "subscribers", "billed_amount_krw", "joined", "departed"]
    )
    identity = pq.read_table(trace, columns=["workplace_id"]).combine_chunks()
    return write_rows(
        pa.table(
            {
                "row_number": rows["row_number"],
                "data_month": published["data_month"],
                "workplace_id": identity["workplace_id"],
                **{name: taken(outcomes[name], number) for name in OUTCOME},
                "sido_code": rows["sido_code"],
                "sigungu_code": taken(address["sigungu_code"], at),
                "legal_dong_code": taken(address["legal_dong_code"], at),
                "sigungu_code_then": taken(address["sigungu_code_then"], at),
                "division": rows["division"],
                "size_band": rows["size_band"],
                "legal_form": published["legal_form"],
                "is_counted": rows["is_counted"],
                **{
                    name: published[name]
                    for name in ("subscribers", "billed_amount_krw", "joined", "departed")
                },
            }
        ),
        target,
    )
