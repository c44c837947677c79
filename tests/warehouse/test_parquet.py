"""Rows on their way into a database: SQLite gets the nearest floats and days as text, others what the file holds."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from sogong_pipeline.warehouse.parquet import parquet_batches

AMOUNTS = st.none() | st.decimals(-(10**11), 10**11, places=6, allow_nan=False)


@given(st.lists(AMOUNTS, min_size=1, max_size=40), st.integers(1, 7))
def test_decimals_become_the_nearest_floats(
    tmp_path_factory: object, amounts: list[Decimal | None], batch_rows: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "amounts.parquet"  # type: ignore[attr-defined]
    pq.write_table(pa.table({"amount": pa.array(amounts, pa.decimal128(18, 6))}), path)
    values = [row[0] for _, rows in parquet_batches(path, batch_rows, as_real=True) for row in rows]
    assert values == [None if amount is None else float(amount) for amount in amounts]
    exact = [row[0] for _, rows in parquet_batches(path, batch_rows, as_real=False) for row in rows]
    assert exact == amounts


def test_days_become_text_for_sqlite_alone(tmp_path: Path) -> None:
    days = [dt.date(2026, 11, 30), None]
    pq.write_table(pa.table({"day": days, "name": ["a", "b"]}), tmp_path / "days.parquet")
    ((names, rows),) = parquet_batches(tmp_path / "days.parquet", 10, as_real=True)
    assert (names, rows) == (["day", "name"], [("2026-11-30", "a"), (None, "b")])
    ((_, rows),) = parquet_batches(tmp_path / "days.parquet", 10, as_real=False)
    assert rows == [(days[0], "a"), (None, "b")]


def test_an_empty_file_has_no_batch(tmp_path: Path) -> None:
    pq.write_table(pa.table({"name": pa.array([], pa.string())}), tmp_path / "none.parquet")
    assert list(parquet_batches(tmp_path / "none.parquet", 10, as_real=True)) == []
