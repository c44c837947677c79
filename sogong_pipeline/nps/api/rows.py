"""Conversion of API rows to a file of the published form: the same 22 columns in the same order, in CP949.

The API turns numeric-looking text into integers, so leading zeros are restored here; it names columns whose names are
too long for it `col-19` and the like.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.file.columns import COLUMNS, V3_HEADER, column_of

WIDTHS = {
    "business_number_prefix": 6,
    "postal_code": 5,
    "legal_dong_code": 10,
    "admin_dong_code": 10,
    "sido_code": 2,
    "sigungu_code": 3,
    "emd_code": 3,
    "industry_code": 6,
    "enrolled_on": 8,
    "re_enrolled_on": 8,
    "withdrawn_on": 8,
}
"""Digits of columns whose leading zeros an integer loses."""
UNREADABLE = b"\xff"
"""Replacement of a character outside CP949, as in a published file; staging records row and column."""


codecs.register_error("sogong-unreadable", lambda error: (UNREADABLE, getattr(error, "end", 0)))


def columns_of(row: Mapping[str, Any], shown: str) -> dict[str, str]:
    """Return the API's name of each internal column, in the published order.

    Raises:
        RefusedError: when a column is missing, duplicated or unknown.
    """
    keys: dict[str, str] = {}
    unknown = []
    for key in row:
        numbered = re.fullmatch(r"col-(\d{1,2})", key)
        column = COLUMNS[int(numbered[1])] if numbered and int(numbered[1]) < len(COLUMNS) else column_of(key)
        if column is None or column in keys:
            unknown.append(repr(key[:40]))
        else:
            keys[column] = key
    missing = [name for name, column in zip(V3_HEADER, COLUMNS, strict=True) if column not in keys]
    if unknown or missing:
        faults = [
            f"{verb} {', '.join(names[:5])}"
            for verb, names in (("lack", missing), ("have", unknown))
            if names
        ]
        raise RefusedError(
            f"{shown}: its rows {' and '.join(faults)}, "
            "expected the 22 columns of the file; use the file with --from FILE"
        )
    return {column: keys[column] for column in COLUMNS}


class FileOfRows:
    """Writer of a file of the published form, row by row."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        self._file = self._path.open("wb")
        self._file.write(",".join(V3_HEADER).encode("cp949") + b"\r\n")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, rows: Iterable[Mapping[str, Any]], shown: str) -> None:
        """Append rows of the API.

        Raises:
            RefusedError: when one has other columns.
        """
        keys: tuple[str, ...] = ()
        columns: dict[str, str] = {}
        lines = _Lines()
        writer = csv.writer(lines, lineterminator="\r\n")
        for row in rows:
            if tuple(row) != keys:
                keys, columns = tuple(row), columns_of(row, shown)
            writer.writerow([_text(column, row[key]) for column, key in columns.items()])
        self._file.write("".join(lines.parts).encode("cp949", "sogong-unreadable"))


class _Lines:
    """Buffer for the lines of the csv module."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, line: str) -> None:
        self.parts.append(line)


def _text(column: str, value: object) -> str:
    """Format a value as published: blank for null, integers with their leading zeros, on one line."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:0{WIDTHS.get(column, 1)}d}"
    return " ".join(re.split(r"[\r\n]+", str(value)))
