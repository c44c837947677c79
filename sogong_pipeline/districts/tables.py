"""Rows of a table that somebody keeps: CSV in UTF-8 or CP949, or the first page of an XLSX; texts composed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ZIP_MAGIC = b"PK\x03\x04"
MOST_BYTES = 200_000_000
ENCODINGS = ("utf-8-sig", "cp949")


def rows_of(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Every row of a table with its number (1 is the header), cells as composed text in one line.

    Raises:
        ValueError: when the file is neither text nor a workbook.
    """
    content = path.read_bytes()
    if content.startswith(ZIP_MAGIC):
        yield from _workbook(content)
        return
    reader = csv.reader(io.StringIO(_text(content), newline=""))
    for cells in reader:
        yield reader.line_num, [tidy(cell) for cell in cells]


def tidy(text: str) -> str:
    """A text composed (NFC), its line breaks and repeated blanks folded to one blank."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _text(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            place = error.start
    row = content.count(b"\n", 0, place) + 1
    raise ValueError(f"row {row}: neither UTF-8 nor CP949 (byte {place}); save it as CSV UTF-8")


def _workbook(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of a workbook's first page; formulas count as what the program last computed."""
    from openpyxl import load_workbook  # noqa: PLC0415 - most registries are CSV

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        book.close()
    except Exception as error:  # openpyxl raises whatever a broken part makes it stumble over
        raise ValueError(f"cannot be read as XLSX ({type(error).__name__})") from None
    for number, cells in enumerate(rows, start=1):
        yield number, [_as_text(cell) for cell in cells]


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return tidy(str(value))
