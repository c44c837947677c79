"""Recount a published file in the simplest way, as an independent check of staging.

It deliberately shares no code with `nps/`, so that a fault in staging is not repeated here. It reads bytes line by
line and needs three of the 22 columns, by their fixed positions. In CP949 a comma or quote is never half of a
character, so bytes can be split before they are decoded.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from sogong_pipeline.errors import RefusedError

PLACES = {"사업장가입상태코드": 3, "가입자수": 18, "당월고지금액": 19}
"""Positions of status, subscribers and billed amount, from 0; the published order never changed."""
SEPARATORS = 21
BLANK = " \t\r\n\u3000"


@dataclass
class Totals:
    """Totals of a set of rows: rows, enrolled workplaces with a subscriber, their heads, won a month."""

    rows: int = 0
    workplaces: int = 0
    workers: int = 0
    billed_amount_krw: int = 0


@dataclass
class Recount:
    """Recount of a file.

    `kept` are the totals of the rows outside quarantine, `quarantined` is the number of rows in it, `unreadable` are
    the numbers of the other rows (1 is the line after the header) whose figures cannot be read.
    """

    kept: Totals = field(default_factory=Totals)
    quarantined: int = 0
    unreadable: list[int] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Number of rows of the file."""
        return self.kept.rows + self.quarantined


def recount(path: Path, shown: str, quarantined: Container[int]) -> Recount:
    """Count a landed file, one line in memory at a time.

    Args:
        path: the landed bytes, a CSV or a ZIP of one.
        shown: the file's name for messages.
        quarantined: numbers of the rows that staging could not type.

    Raises:
        RefusedError: when the header has the three columns at other positions.
    """
    result = Recount()
    number = 0
    with _opened(path) as body:
        _check_header(body.readline(), shown)
        for line in body:
            if b"," not in line and not _text(line).strip(BLANK):
                continue
            number += 1
            if number in quarantined:
                result.quarantined += 1
            elif not _add(_fields(line), result.kept):
                result.unreadable.append(number)
    return result


def _text(line: bytes) -> str:
    return line.decode("cp949", errors="replace")


def _fields(line: bytes) -> list[bytes]:
    """Return the values of a line; a line with quotes is parsed by the csv module, empty if invalid."""
    if b'"' not in line:
        return line.split(b",")
    try:
        return [value.encode("cp949", errors="replace") for value in next(csv.reader([_text(line)]))]
    except csv.Error:
        return []


def _add(fields: list[bytes], totals: Totals) -> bool:
    """Add a row; return False if its figures are unreadable."""
    totals.rows += 1
    figures = [fields[place].strip() for place in PLACES.values()] if len(fields) == SEPARATORS + 1 else []
    if not figures or not all(map(bytes.isdigit, figures)):
        return False
    status, subscribers, billed = map(int, figures)
    if status == 1 and subscribers >= 1:
        totals.workplaces += 1
        totals.workers += subscribers
        totals.billed_amount_krw += billed
    return True


def _check_header(line: bytes, shown: str) -> None:
    cells = next(csv.reader([line.removeprefix(b"\xef\xbb\xbf").decode("cp949", errors="replace")]), [])
    for name, place in PLACES.items():
        if place >= len(cells) or not cells[place].strip().startswith(name):
            raise RefusedError(
                f"{shown}: column {place + 1} is not {name}, so it cannot be counted; restore lake/raw from the backup"
            )


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            (name,) = (name for name in archive.namelist() if name.lower().endswith(".csv"))
            with archive.open(name) as body:
                yield body
    else:
        with path.open("rb") as body:
            yield body
