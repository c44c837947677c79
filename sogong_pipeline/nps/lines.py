"""Reads a published file line by line, whatever its bytes: every line is a row or is told why not.

The published file is CP949 with the odd unreadable byte, quoted only where a name holds a quote, and one
line is one row. Reading by line keeps the damage of a broken quote to its own line.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.layout import COLUMNS, Layout, recognise
from sogong_pipeline.nps.zips import IncompleteError, is_zip

BLOCK_BYTES = 4 << 20
HEAD_BYTES = 64 << 10
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
"""Characters no published value holds; a stray carriage return would break a line in two."""
SEPARATORS = len(COLUMNS) - 1
BLANK_ROW = "," * SEPARATORS + "\n"
"""Stands in the typed input for a line that is no row, so that row numbers stay those of the file."""


@dataclass
class Lines:
    """What was found in a file: its layout and the lines that are no rows.

    `broken` maps a row number (1 is the line after the header) to (reason, the line as it came).
    """

    layout: Layout
    rows: int = 0
    unreadable_characters: int = 0
    broken: dict[int, tuple[str, str]] = field(default_factory=dict)


@contextmanager
def open_body(path: Path) -> Iterator[IO[bytes]]:
    """Open a landed file's bytes; a ZIP is opened at its only CSV."""
    if not is_zip(path):
        with path.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive:
        members = [name for name in archive.namelist() if name.lower().endswith(".csv")]
        if len(members) != 1:
            raise RefusedError(
                f"{path.name}: it holds {len(members)} CSV files, expected one; give the CSV itself with --from FILE"
            )
        with archive.open(members[0]) as body:
            yield body


def read_header(path: Path, shown: str) -> tuple[list[str], str]:
    """The header's cells and the data month written in the first row.

    Args:
        path: the landed file.
        shown: its name for messages.

    Raises:
        RefusedError: when the file is empty, a web page, or holds no row.
    """
    with open_body(path) as body:
        head = body.read(HEAD_BYTES)
    if not head.strip():
        raise RefusedError(f"{shown}: the file is empty; download it again")
    if b"\x00" in head.split(b"\n", 1)[0]:
        raise RefusedError(
            f"{shown}: this is no CP949 text (UTF-16, or no text at all); use the file as downloaded"
        )
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        raise RefusedError(
            f"{shown}: this is a web page, not a CSV file; download it again, or by hand with --from FILE"
        )
    lines = head.removeprefix(b"\xef\xbb\xbf").decode("cp949", errors="replace").split("\n")
    header = next(csv.reader([lines[0].rstrip("\r")]))
    recognise(header, shown)
    if len(lines) < 2 or not lines[1].strip():
        raise RefusedError(f"{shown}: there is a header and no row; download it again")
    return header, lines[1].split(",", 1)[0].strip().strip('"')


def refuse_if_cut_off(path: Path, shown: str) -> None:
    """Refuse a file whose last line has no end and too few fields; a ZIP tells by its check sums.

    Raises:
        IncompleteError: when the file stops in the middle of a line.
    """
    if is_zip(path):
        return
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - HEAD_BYTES))
        last = file.read().rpartition(b"\n")[2]
    if last.strip() and last.count(b",") < SEPARATORS:
        raise IncompleteError(
            f"{shown}: the file stops in the middle of its last line ({last[-20:].decode('cp949', 'replace')!r}); "
            "it was cut off, download it again"
        )


def rewrite(path: Path, shown: str, target: Path) -> Lines:
    """Write a landed file as UTF-8 lines of exactly 22 fields, a blank row for each line that is no row.

    Args:
        path: the landed file.
        shown: its name for messages.
        target: the UTF-8 file to write; it has no header.

    Returns:
        The lines' account: `rows` counts every non-blank line after the header.

    Raises:
        RefusedError: when the header is not ours.
    """
    header, _ = read_header(path, shown)
    found = Lines(recognise(header, shown))
    with open_body(path) as body, target.open("w", encoding="utf-8", newline="") as out:
        rest = b""
        first = True
        while block := body.read(BLOCK_BYTES):
            whole, newline, rest = (rest + block).rpartition(b"\n")
            if newline:
                _rewrite_block(whole, found, out, skip_header=first)
                first = False
        if rest.strip():
            _rewrite_block(rest, found, out, skip_header=first)
    return found


def _rewrite_block(block: bytes, found: Lines, out: IO[str], *, skip_header: bool) -> None:
    """Write one block of whole lines."""
    try:
        text = block.decode("cp949")
    except UnicodeDecodeError:
        text = block.decode("cp949", errors="replace")
        found.unreadable_characters += text.count("\ufffd")
    has_control = CONTROL.search(text.replace("\r\n", "\n")) is not None
    lines = text.split("\n")
    written: list[str] = []
    for line in lines[1:] if skip_header else lines:
        row = line.rstrip("\r")
        if has_control and CONTROL.search(row):
            found.broken[found.rows + len(written) + 1] = ("it holds a control character", row)
            written.append(BLANK_ROW)
        elif row.count(",") == SEPARATORS and '"' not in row:
            written.append(row + "\n")
        elif row.strip():
            written.append(_careful(row, found, found.rows + len(written) + 1))
    found.rows += len(written)
    out.write("".join(written))


def _careful(line: str, found: Lines, row_number: int) -> str:
    """A line with quotes or a wrong number of fields: rewritten if it is a row, told if not."""
    try:
        fields = next(csv.reader([line], strict=True))
    except csv.Error as error:
        found.broken[row_number] = (f"the quotes do not close ({error})", line)
        return BLANK_ROW
    if len(fields) != len(COLUMNS):
        found.broken[row_number] = (f"{len(fields)} fields instead of {len(COLUMNS)}", line)
        return BLANK_ROW
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(fields)
    return text.getvalue()
