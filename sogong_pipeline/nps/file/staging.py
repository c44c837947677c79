"""Staging: a landed file becomes typed Parquet; rows that cannot be typed go to quarantine with a reason.

A file is processed in blocks, so memory does not grow with it. While one block is typed and written, the next is read
and decoded in a second thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.nps.file.columns import COLUMNS, recognise
from sogong_pipeline.nps.file.content import read_header, unpacked
from sogong_pipeline.nps.file.lines import BLOCK_BYTES, LONGEST_LINE_BYTES, Block, read_blocks
from sogong_pipeline.periods import Month
from sogong_pipeline.sql_engine import Engine, query

LOCATED = 100
"""Most unreadable characters whose place is listed in the facts; the rows of all of them are flagged."""
QUARANTINE = pa.schema([("row_number", pa.int32()), ("reason", pa.string()), ("line", pa.string())])
_READ = pa_csv.ReadOptions(column_names=COLUMNS, block_size=max(1 << 20, 4 * LONGEST_LINE_BYTES))
_PARSE = pa_csv.ParseOptions(quote_char='"', double_quote=True, escape_char=False, newlines_in_values=False)
_AS_TEXT = pa_csv.ConvertOptions(
    column_types=dict.fromkeys(COLUMNS, pa.string()), strings_can_be_null=False, check_utf8=False
)


def stage(raw: Path, shown: str, month: Month, workspace: Path, *, block_bytes: int = BLOCK_BYTES) -> Built:
    """Type every row of a landed file.

    Args:
        raw: the landed bytes.
        shown: the file's name as received, for messages.
        month: the data month of the file.
        workspace: an empty folder to write in.
        block_bytes: size of the block of the file in memory.

    Returns:
        `workplace` (typed rows, see sql/staged/workplace/schema.yaml) and `quarantine` (row_number, reason,
        line), with the row account in the facts.

    Raises:
        RefusedError: when the file has an unknown form, or rows in differ from rows out + quarantined.
    """
    layout = recognise(read_header(raw, shown)[0], shown)
    body = unpacked(raw, shown, workspace)
    workplace, quarantine = workspace / "workplace.parquet", workspace / "quarantine.parquet"
    account = {"rows": 0, "staged_rows": 0, "quarantined_rows": 0, "copied_rows": 0}
    unreadable: list[tuple[int, str | None]] = []
    with Engine(workspace) as engine, _Output(workplace) as staged, _Output(quarantine) as quarantined:
        engine.variables({"data_month": str(month)})
        for block in _one_ahead(read_blocks(body, block_bytes)):
            judged = _judge(engine, block, shown)
            valid, bad = _parted(judged)
            staged.write(valid.drop_columns(["reason"]))
            quarantined.write(_as_it_came(block, bad))
            account["rows"] += len(block.lines)
            account["copied_rows"] += len(block.duplicates)
            unreadable += [(block.first_row + row, column) for row, column in block.unreadable]
        account["staged_rows"], account["quarantined_rows"] = staged.rows, quarantined.rows
    if account["rows"] != account["staged_rows"] + account["quarantined_rows"]:
        raise RefusedError(
            f"{shown}: {account['rows']} rows went in, {account['staged_rows']} came out and "
            f"{account['quarantined_rows']} were quarantined; nothing was stored, please report this file"
        )
    return Built(
        files={"workplace": workplace, "quarantine": quarantine},
        facts={
            "header_vintage": layout.vintage,
            "header_differences": list(layout.differences),
            **account,
            "unreadable_characters": len(unreadable),
            "unreadable_at": [list(place) for place in unreadable[:LOCATED]],
        },
    )


class _Output:
    """Parquet file written a table at a time, in the order of the rows."""

    def __init__(self, path: Path) -> None:
        self.rows = 0
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer:
            self._writer.close()

    def write(self, table: pa.Table) -> None:
        """Append a table; the first one defines the schema, even without rows."""
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema, compression="zstd")
        if table.num_rows:
            self._writer.write_table(table)
        self.rows += table.num_rows


def _one_ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """Prefetch the next block in a second thread."""
    with ThreadPoolExecutor(1) as reader:
        following = reader.submit(next, blocks, None)
        while (block := following.result()) is not None:
            following = reader.submit(next, blocks, None)
            yield block


def _judge(engine: Engine, block: Block, shown: str) -> pa.Table:
    """Type the rows of a block: the columns of `workplace`, and `reason` for a row that is quarantined."""
    line = pa_csv.read_csv(pa.py_buffer(block.text), _READ, _PARSE, _AS_TEXT)
    rows = line.num_rows
    more = {
        "row_number": pa.array(np.arange(block.first_row, block.first_row + rows, dtype=np.int32)),
        "fault": _faults(rows, block.broken),
        "is_copy": _flags(rows, block.duplicates),
        "is_unreadable": _flags(rows, [row for row, _ in block.unreadable]),
    }
    for name, values in more.items():
        line = line.append_column(name, values)
    engine.connection.register("line", line)
    judged = engine.execute(query("staged", "workplace")).to_arrow_table()
    if rows != len(block.lines) or not judged["row_number"].equals(line["row_number"]):
        raise RefusedError(
            f"{shown}: of {len(block.lines)} rows from row {block.first_row} on {judged.num_rows} came out, or in "
            "another order; nothing was stored, please report this file"
        )
    return judged


def _faults(rows: int, broken: dict[int, str]) -> pa.Array:
    """Return the reason why each row is invalid, null for a valid one."""
    if not broken:
        return pa.nulls(rows, pa.string())
    return pa.array([broken.get(row) for row in range(rows)], pa.string())


def _parted(judged: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Split rows into valid and quarantined; most blocks have none of the latter and are not copied."""
    if judged["reason"].null_count == judged.num_rows:
        return judged, judged.slice(0, 0)
    is_kept = pc.is_null(judged["reason"])
    return judged.filter(is_kept), judged.filter(pc.invert(is_kept))


def _flags(rows: int, flagged: list[int]) -> pa.Array:
    """Return a boolean for each row."""
    flags = np.zeros(rows, dtype=bool)
    flags[flagged] = True
    return pa.array(flags)


def _as_it_came(block: Block, judged: pa.Table) -> pa.Table:
    """Return quarantine rows: number, reason, the line itself."""
    numbers = judged["row_number"]
    lines = [block.line(number - block.first_row) for number in numbers.to_pylist()]
    return pa.table([numbers, judged["reason"], pa.array(lines, pa.string())], schema=QUARANTINE)
