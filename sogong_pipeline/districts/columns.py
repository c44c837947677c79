"""Columns of a month as numbers of their few values, so that 600,000 rows are put together without their texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

Numbers = npt.NDArray[np.int64]
MOST = 2**62
"""More combinations are numbered anew before another column is added."""
ROW_GROUP = 122_880
"""Rows of a group, as DuckDB writes them: what reads the file in parallel takes a group at a time."""


def read_coded(path: Path, columns: Iterable[str] | None = None, *, plain: Iterable[str] = ()) -> pa.Table:
    """Read a Parquet file with one chunk a column, every text but those of `plain` as a dictionary."""
    schema = pq.read_schema(path)
    names = schema.names if columns is None else list(columns)
    texts = [name for name in names if pa.types.is_string(schema.field(name).type) and name not in plain]
    table = pq.read_table(path, columns=names, read_dictionary=texts)
    return table.unify_dictionaries().combine_chunks()


def coded(values: pa.ChunkedArray | pa.Array) -> pa.DictionaryArray:
    """A column as one dictionary array."""
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if isinstance(array, pa.ChunkedArray):  # no chunk at all
        array = pa.array([], array.type)
    return array if pa.types.is_dictionary(array.type) else array.dictionary_encode()


def codes(values: pa.ChunkedArray | pa.Array) -> Numbers:
    """The number of each value in its dictionary; nulls have the number after the last."""
    array = coded(values)
    numbers = array.indices.cast(pa.int64()).fill_null(len(array.dictionary))
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.int64)


def taken(values: pa.ChunkedArray | pa.Array, rows: Numbers) -> pa.DictionaryArray:
    """The values at some places, as a dictionary array."""
    array = coded(values)
    return pa.DictionaryArray.from_arrays(array.indices.take(pa.array(rows)), array.dictionary)


def combined(columns: Sequence[Numbers]) -> tuple[Numbers, Numbers]:
    """Number the distinct combinations of columns of numbers that are not negative.

    Returns:
        The row in which each combination is first met, and the combination of each row.
    """
    numbers, many = columns[0], int(columns[0].max(initial=0)) + 1
    for column in columns[1:]:
        values = int(column.max(initial=0)) + 1
        if many * values >= MOST:
            distinct, numbers = np.unique(numbers, return_inverse=True)
            many = len(distinct)
        numbers, many = numbers * values + column, many * values
    _, first, inverse = np.unique(numbers, return_index=True, return_inverse=True)
    return first.astype(np.int64), inverse.astype(np.int64)


def in_order(first: Numbers, of_rows: Numbers) -> tuple[Numbers, Numbers]:
    """The combinations that `combined` gives, numbered in the order in which they are first met."""
    order = np.argsort(first)
    return first[order], np.argsort(order)[of_rows]


def write_rows(table: pa.Table, target: Path) -> int:
    """Write the rows of a month; returns how many. Dictionary columns are texts to whoever reads the file."""
    texts = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    pq.write_table(
        table,
        target,
        compression="zstd",
        use_dictionary=texts,
        row_group_size=ROW_GROUP,
        store_schema=False,
    )
    return int(table.num_rows)
