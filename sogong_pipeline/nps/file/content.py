"""Content of a landed file, plain or in a ZIP, and its validation before a row is read."""

from __future__ import annotations

import csv
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.file.archives import IncompleteError, is_zip, refuse_bad_zip
from sogong_pipeline.nps.file.columns import COLUMNS, recognise
from sogong_pipeline.nps.file.resaved import REMEDY, TITLE_LINES, is_rewritten_date, refuse_if_resaved
from sogong_pipeline.periods import Month

HEAD_BYTES = 64 << 10
BOM = b"\xef\xbb\xbf"
SEPARATORS = len(COLUMNS) - 1
END_OF_FILE = b"\x1a \t\r"
"""Blanks and the end-of-file mark of old programs; ignored after the last line."""


@contextmanager
def open_body(path: Path, shown: str) -> Iterator[IO[bytes]]:
    """Open the content of a landed file; of a ZIP, its only CSV.

    Raises:
        RefusedError: when a ZIP holds no CSV or several.
    """
    if not is_zip(path):
        with path.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive:
        if any(name.startswith("xl/") for name in archive.namelist()):
            raise RefusedError(f"{shown}: this is a spreadsheet (XLSX), not the published CSV; {REMEDY}")
        members = [
            name for name in archive.namelist() if name.lower().endswith(".csv") and not _is_macs(name)
        ]
        if len(members) != 1:
            raise RefusedError(
                f"{shown}: it holds {len(members)} CSV files, expected one; give the CSV itself with --from FILE"
            )
        with archive.open(members[0]) as body:
            yield body


def _is_macs(name: str) -> bool:
    """Return True for a member that macOS adds for every file of a ZIP."""
    parts = PurePosixPath(name).parts
    return parts[0] == "__MACOSX" or parts[-1].startswith("._")


def unpacked(path: Path, shown: str, workspace: Path) -> Path:
    """Return the path of a plain file: the landed file itself, or the CSV of a ZIP unpacked into the workspace."""
    if not is_zip(path):
        return path
    target = workspace / "body.csv"
    with open_body(path, shown) as body, target.open("wb") as file:
        shutil.copyfileobj(body, file)
    return target


def read_header(path: Path, shown: str) -> tuple[list[str], str]:
    """Return the header's cells and the data month of the first row that has one.

    Args:
        path: the landed file.
        shown: its name for messages.

    Returns:
        The cells, and the first row's first cell when no row of the head has a month.

    Raises:
        RefusedError: when the file is empty, a web page, not CP949 text, or without rows.
    """
    with open_body(path, shown) as body:
        head = body.read(HEAD_BYTES)
    text = head.removeprefix(BOM)
    if not text.strip():
        raise RefusedError(f"{shown}: the file is empty; download it again")
    if b"\x00" in text.split(b"\n", 1)[0]:
        raise RefusedError(f"{shown}: this is not CP949 text (UTF-16, or binary); use the file as downloaded")
    if text.lstrip()[:1] == b"<":
        raise RefusedError(
            f"{shown}: this is a web page, not a CSV file; download it again, or by hand with --from FILE"
        )
    first, *others = text.split(b"\n")
    if _is_utf8(first):
        raise RefusedError(
            f"{shown}: this is UTF-8 text, published files are CP949; use the file as downloaded"
        )
    header = cells_of(first)
    decoded = [line.decode("cp949", "replace") for line in (first, *others[:TITLE_LINES])]
    refuse_if_resaved(decoded, header, shown)
    recognise(header, shown)
    rows = [row for row in (line.decode("cp949", "replace") for line in others) if row.strip()]
    if not rows:
        raise RefusedError(f"{shown}: there is a header and no row; download it again")
    months = [row.split(",", 1)[0].strip().strip('"') for row in rows]
    return header, next(filter(_is_month, months), months[0])


def data_month(path: Path, shown: str) -> Month:
    """Return the data month of a file from its first row; the file name is ignored.

    Raises:
        RefusedError: when the file is not a monthly file, or not a whole one.
    """
    refuse_bad_zip(path, shown)
    _, text = read_header(path, shown)
    refuse_if_cut_off(path, shown)
    try:
        return Month.parse(text)
    except RefusedError:
        remedy = (
            f"a spreadsheet saved it again; {REMEDY}"
            if is_rewritten_date(text)
            else "is this the monthly file?"
        )
        raise RefusedError(f"{shown}: row 1, data_month: {text[:40]!r} is not a month; {remedy}") from None


def cells_of(line: bytes) -> list[str]:
    """Split a header line into cells; unclosed quotes end with the line."""
    text = line.removeprefix(BOM).decode("cp949", "replace").rstrip("\r")
    return next(csv.reader([text.replace("\r", " ")], skipinitialspace=True), [])


def refuse_if_cut_off(path: Path, shown: str) -> None:
    """Refuse a truncated file: its last line has no end and too few fields; a ZIP is covered by its check sums.

    Raises:
        IncompleteError: when the file stops in the middle of a line.
    """
    if is_zip(path):
        return
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - HEAD_BYTES))
        last = file.read().rpartition(b"\n")[2]
    if last.strip(END_OF_FILE) and last.count(b",") < SEPARATORS:
        raise IncompleteError(
            f"{shown}: the file stops in the middle of its last line ({last[-20:].decode('cp949', 'replace')!r}); "
            "it was cut off, download it again"
        )


def _is_utf8(line: bytes) -> bool:
    """Return True for a line of Korean UTF-8, which CP949 text is very unlikely to be."""
    try:
        return any("가" <= character <= "힣" for character in line.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _is_month(text: str) -> bool:
    try:
        Month.parse(text)
    except RefusedError:
        return False
    return True
