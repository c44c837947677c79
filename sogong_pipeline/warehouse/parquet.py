"""Parquet files as rows for a database driver, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

Rows = list[tuple[Any, ...]]


def parquet_batches(path: Path, batch_rows: int, *, as_real: bool) -> Iterator[tuple[list[str], Rows]]:
    """Read a file in batches.

    Args:
        path: The file.
        batch_rows: Rows in memory at a time.
        as_real: Give decimals as floats and dates as text, for SQLite, which has neither.

    Yields:
        The names of the columns and rows of values; no batch is empty.
    """
    for batch in pq.ParquetFile(path).iter_batches(batch_rows):
        columns = [_values(column, as_real=as_real) for column in batch.columns]
        if rows := list(zip(*columns, strict=True)):
            yield batch.schema.names, rows


def _values(column: pa.Array, *, as_real: bool) -> list[Any]:
    if as_real and pa.types.is_decimal128(column.type):
        return _floats(column)
    if as_real and pa.types.is_date(column.type):
        return [None if day is None else day.isoformat() for day in column.to_pylist()]
    values: list[Any] = column.to_pylist()
    return values


def _floats(column: pa.Array) -> list[float | None]:
    """Convert decimals of at most 18 digits to the nearest floats: an integer below 2^63 over a power of ten."""
    low = np.frombuffer(column.buffers()[1], dtype=np.int64)[::2]
    floats = low[column.offset : column.offset + len(column)] / 10.0**column.type.scale
    values: list[float | None] = floats.tolist()
    if column.null_count:
        for index in np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False)):
            values[index] = None
    return values
