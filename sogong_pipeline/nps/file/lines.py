"""Line reader of published files, block by block; every line becomes a row or is reported as broken.

The published file is CP949 with the odd unreadable byte, quoted only where a name holds a quote, and one line is one
row. In CP949 neither a comma nor a quote nor a line end is ever half of a letter, so the shape of every line is
derived from its bytes, for a whole block at once; only the few lines with a quote or a fault are parsed singly.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sogong_pipeline.nps.file.columns import COLUMNS
from sogong_pipeline.nps.file.content import END_OF_FILE, SEPARATORS
from sogong_pipeline.nps.file.duplicates import Duplicates

BLOCK_BYTES = 8 << 20
"""Block size of about 40,000 rows: fast, and memory use does not depend on the length of the file."""
LONGEST_LINE_BYTES = 64 << 10
"""Longest line; a real row has 200 bytes, and the text reader needs every line to fit into its buffer."""
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
"""Control characters that no published value holds; a stray carriage return would break a line in two."""
BLANK_ROW = "," * SEPARATORS + "\n"
"""Replacement text of a broken line, so that row numbers stay those of the file."""
UNREADABLE = "\ufffd"
Codes = NDArray[np.uint8]
Places = NDArray[np.int64]
_TAB, _LF, _CR, _SPACE, _QUOTE, _COMMA = (ord(character) for character in '\t\n\r ",')


@dataclass
class Block:
    """Consecutive rows of a file; rows are counted from 0 within the block.

    Attributes:
        first_row: The number of the first row in the file; 1 is the line after the header.
        lines: Every row unchanged, CP949, without its line end.
        text: The same rows as UTF-8 lines of exactly 22 fields, a blank row for each broken line.
        broken: Numbers of broken rows, with the reason.
        duplicates: The rows whose line stands earlier in the file.
        unreadable: Row and column of every character that is not CP949; no column in a broken line.
    """

    first_row: int
    lines: list[bytes]
    text: bytes = b""
    broken: dict[int, str] = field(default_factory=dict)
    duplicates: list[int] = field(default_factory=list)
    unreadable: list[tuple[int, str | None]] = field(default_factory=list)

    def line(self, row: int) -> str:
        """Return a row as received, decoded for display."""
        return self.lines[row].decode("cp949", "replace")


def read_blocks(path: Path, block_bytes: int = BLOCK_BYTES) -> Iterator[Block]:
    """Read a plain file from the line after its header to its end.

    Args:
        path: the file.
        block_bytes: size of a read; the result does not depend on it.

    Yields:
        Its rows; nothing for a file without any.
    """
    with path.open("rb") as body, Duplicates(path) as duplicates:
        header = body.readline()
        line_end = b"\r\n" if header.endswith(b"\r\n") else b"\n"
        offset, first_row, rest = len(header), 1, b""
        while part := body.read(block_bytes):
            whole, newline, rest = (rest + part).rpartition(b"\n")
            if newline:
                block = _read(whole + newline, offset, first_row, duplicates)
                offset, first_row = offset + len(whole) + 1, first_row + len(block.lines)
                if block.lines:
                    yield block
        if (
            rest.strip(END_OF_FILE)
            and (block := _read(rest.rstrip(b"\r") + line_end, offset, first_row, duplicates)).lines
        ):
            yield block


def _read(data: bytes, offset: int, first_row: int, duplicates: Duplicates) -> Block:
    """Read whole lines that begin at an offset of the file."""
    codes = np.frombuffer(data, np.uint8)
    low = np.flatnonzero(codes < _SPACE)
    ends = low[codes[low] == _LF]
    starts = np.concatenate(([0], ends[:-1] + 1))
    lines = _split(data, ends.size)
    block = Block(first_row, lines)
    blank = _write_text(block, data, starts, _suspects(codes, low, starts, ends))
    if blank:
        rows = np.delete(np.arange(len(lines)), blank)
        block.lines, starts = [lines[number] for number in rows], starts[rows]
    block.duplicates = duplicates.find(block.lines, (starts + offset).tolist())
    return block


def _split(data: bytes, count: int) -> list[bytes]:
    """Split data into lines without their ends; some or all may end in CRLF."""
    if (carriage_returns := data.count(b"\r\n")) == count:
        return data.split(b"\r\n")[:-1]
    lines = data.split(b"\n")[:-1]
    return [line.removesuffix(b"\r") for line in lines] if carriage_returns else lines


def _suspects(codes: Codes, low: Places, starts: Places, ends: Places) -> list[int]:
    """Return the lines that need parsing: other than 22 fields, quotes, or control characters.

    Args:
        codes: the bytes of the block, shape (bytes,).
        low: positions of bytes below the blank, shape (n,).
        starts: positions of the first bytes of lines, shape (lines,).
        ends: positions of their line feeds, shape (lines,).
    """
    separators = np.diff(np.searchsorted(np.flatnonzero(codes == _COMMA), ends), prepend=0)
    misshapen = np.flatnonzero((separators != SEPARATORS) | (ends - starts > LONGEST_LINE_BYTES))
    kinds, following = codes[low], codes[np.minimum(low + 1, codes.size - 1)]
    is_line_end = (kinds == _LF) | ((kinds == _CR) & (following == _LF))
    odd = np.concatenate((low[~is_line_end & (kinds != _TAB)], np.flatnonzero(codes == _QUOTE)))
    suspects: list[int] = np.unique(np.concatenate((misshapen, np.searchsorted(ends, odd)))).tolist()
    return suspects


def _write_text(block: Block, data: bytes, starts: Places, suspects: list[int]) -> list[int]:
    """Write a block's text and record broken rows and unreadable characters; return the blank lines."""
    pieces: list[str] = []
    blank: list[int] = []
    done = 0
    for number in [*suspects, len(starts)]:
        if done < number:
            end = int(starts[number]) if number < len(starts) else len(data)
            pieces.append(_plain_text(block, data[int(starts[done]) : end], done - len(blank)))
        if number < len(starts):
            line = _careful_text(block, block.lines[number], number - len(blank))
            if line is None:
                blank.append(number)
            else:
                pieces.append(line)
        done = number + 1
    block.text = "".join(pieces).encode("utf-8")
    return blank


def _plain_text(block: Block, data: bytes, row: int) -> str:
    """Decode lines without quotes or faults, from a row on."""
    try:
        return data.decode("cp949")
    except UnicodeDecodeError:
        text = data.decode("cp949", "replace")
    for number, line in enumerate(text.split("\n"), start=row):
        if UNREADABLE in line:
            _note_unreadable(block, number, line.split(","))
    return text


def _careful_text(block: Block, line: bytes, row: int) -> str | None:
    """Decode a line with quotes or a fault: a row is rewritten, a broken line gives a blank row, a blank one None."""
    text = line.decode("cp949", "replace")
    fields, fault = (
        _fields(text) if len(line) <= LONGEST_LINE_BYTES else ([], f"{len(line):,} bytes are no row")
    )
    if not fault and not text.strip():
        return None
    _note_unreadable(block, row, fields if not fault else [text])
    if fault:
        block.broken[row] = fault
        return BLANK_ROW
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(fields)
    return written.getvalue()


def _fields(text: str) -> tuple[list[str], str]:
    """Return the fields of a line, and its fault or an empty text."""
    if CONTROL.search(text):
        return [], "it holds a control character"
    try:
        # One copy of the file has a blank after commas, and a quote counts only where a field begins.
        fields = next(csv.reader([text], strict=True, skipinitialspace=True), [])
    except csv.Error as error:
        return [], f"the quotes do not close ({error})"
    if text.strip() and len(fields) != len(COLUMNS):
        return [], f"{len(fields)} fields instead of {len(COLUMNS)}"
    return fields, ""


def _note_unreadable(block: Block, row: int, fields: list[str]) -> None:
    """Record every character that is not CP949; without its column where the fields are not 22."""
    columns = COLUMNS if len(fields) == len(COLUMNS) else [None] * len(fields)
    for column, value in zip(columns, fields, strict=True):
        block.unreadable += [(row, column)] * value.count(UNREADABLE)
