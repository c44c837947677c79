"""Addresses are placed once: the same rows whatever was decided before, and whichever months came first."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sogong_pipeline.districts.addresses import Addresses, list_addresses
from sogong_pipeline.districts.matching import Decided, match
from sogong_pipeline.districts.registry import Slice
from sogong_pipeline.periods import Month
from tests.districts.test_matching import ROW, district, placement

MONTH = Month.parse("2026-09")
PLACES = [
    ("4159134021", "경기도 화성시 만세구 팔탄면", "18577"),
    ("4159134021", "경기도 화성시 만세구 팔탄면", "18578"),
    ("4159134022", "경기도 화성시 만세구 팔탄면", None),
    (None, "경기도 화성시 만세구 가상산단로", "18577"),
    ("9999999999", None, None),
]
ROADS = ["경기도 화성시 만세구 팔탄면 가상산단로", "경기도 화성시 만세구 팔탄면 노하길", None]
TRADES = ["292201", "521900", "000000", None]
ROWS: list[dict[str, Any]] = [
    {
        "legal_dong_code": dong,
        "lot_address": lot,
        "postal_code": postal,
        "road_address": road,
        "industry_code": trade,
        "workplace_name": f"가상{number % 3}",
    }
    for number, ((dong, lot, postal), road, trade) in enumerate(itertools.product(PLACES, ROADS, TRADES))
]
DISTRICTS = Slice.of(
    [
        district("D1", roads=("노하길",)),
        district("D2", name="가상산단", postal_codes=(), legal_dong_codes=("4159134022",)),
        district("D3", name="다른일반산업단지", legal_dong_codes=("4159134021",), postal_codes=("18578",)),
    ],
    [placement("override", None, workplace_name="가상1"), placement("list", "D3", workplace_name="가상2")],
)


def staged(folder: Path, rows: list[dict[str, Any]]) -> tuple[Path, Path]:
    """Staged rows and who they are, as files."""
    folder.mkdir()
    full = [{**ROW, **row, "row_number": number} for number, row in enumerate(rows, start=1)]
    texts = [name for name, value in ROW.items() if value is None or isinstance(value, str)]
    fields = [(name, pa.string() if name in texts else pa.int64()) for name in ROW]
    pq.write_table(
        pa.Table.from_pylist(full, pa.schema([*fields, ("row_number", pa.int32())])),
        folder / "workplace.parquet",
    )
    ids = [row["workplace_name"] for row in full]
    pq.write_table(pa.table({"workplace_id": ids}), folder / "trace.parquet")
    return folder / "workplace.parquet", folder / "trace.parquet"


def placed(folder: Path, rows: list[dict[str, Any]], decided: Path | None = None) -> dict[str, bytes]:
    """The files of a month that is placed, after another one where a folder is given."""
    workplace, trace = staged(folder, rows)
    files = list_addresses(workplace, MONTH, folder).files
    known = Decided(decided / "address.parquet", decided / "claimed_address.parquet") if decided else None
    addresses = Addresses(files["address"], files["workplace_address"])
    built = match(workplace, trace, DISTRICTS, MONTH, folder, addresses=addresses, decided=known)
    return {name: path.read_bytes() for name, path in built.files.items()}


@pytest.mark.parametrize("earlier", [ROWS[::3], ROWS[:20], ROWS, ROWS[-1:]])
def test_what_was_decided_before_changes_no_byte(tmp_path: Path, earlier: list[dict[str, Any]]) -> None:
    placed(tmp_path / "before", earlier)
    alone = placed(tmp_path / "alone", ROWS)
    assert placed(tmp_path / "after", ROWS, tmp_path / "before") == alone


def test_an_address_is_listed_once_and_every_row_has_its_own(tmp_path: Path) -> None:
    placed(tmp_path / "month", ROWS)
    book = pq.read_table(tmp_path / "month" / "address.parquet").to_pylist()
    rows = pq.read_table(tmp_path / "month" / "workplace_address.parquet").to_pylist()
    columns = ("postal_code", "lot_address", "road_address")
    assert len(book) == len(PLACES) * len(ROADS) == len({one["address_key"] for one in book})
    assert [[book[row["address_number"]][name] for name in columns] for row in rows] == [
        [row[name] for name in columns] for row in ROWS
    ]
    assert sum(one["rows"] for one in book) == len(ROWS)
    assert [row["division"] for row in rows[:4]] == ["29", rows[1]["division"], "unknown", "unknown"]


def test_rows_are_placed_by_hand_first_then_by_address_and_trade(tmp_path: Path) -> None:
    placed(tmp_path / "month", ROWS)
    member = pd.DataFrame(
        pq.read_table(tmp_path / "month" / "district_member.parquet").to_pylist(), dtype=object
    )
    by_hand = {"가상1": (None, "none", "override"), "가상2": ("D3", "high", "list")}
    for name, expected in by_hand.items():
        rows = member[member["workplace_id"] == name]
        assert set(zip(rows["district_id"], rows["grade"], rows["evidence"], strict=True)) == {expected}
    address = [
        (row["legal_dong_code"], row["lot_address"], row["postal_code"], row["road_address"]) for row in ROWS
    ]
    left = member[member["workplace_id"] == "가상0"]
    usual = left["division"].astype(str).between("10", "34")
    outcome = left.groupby([[address[place] for place in left.index], usual])[["district_id", "grade"]]
    assert (outcome.nunique(dropna=False) == 1).all(axis=None)
