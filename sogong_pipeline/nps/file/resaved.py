"""Detection of files that were opened and saved again, or exported in another form than published."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.file.columns import COLUMNS, column_of

REMEDY = "use the file as downloaded"
OTHER_SEPARATORS = {";": "semicolons", "\t": "TABs", "|": "vertical bars"}
TITLE_LINES = 5
"""Number of lines searched for a header below the first one."""
ENOUGH = len(COLUMNS) // 2
"""Number of known names from which a line counts as the header."""
REWRITTEN_DATE = re.compile(
    r"[A-Za-z]{3}-\d{2}|\d{2}-[A-Za-z]{3}|\d+월|\d{5}|\d{4}-\d{1,2}-\d{1,2}|\d+(\.\d+)?E\+\d+"
)
"""Forms in which spreadsheets write `2026-09`."""


def refuse_if_resaved(head: Sequence[str], header: Sequence[str], shown: str) -> None:
    """Refuse a file whose header is displaced, split differently, or has unnamed columns.

    Args:
        head: the first lines of the file, decoded, the header among them.
        header: the cells of the first line.
        shown: the name of the file for messages.

    Raises:
        RefusedError: naming the change to the file.
    """
    if _known(header) < ENOUGH:
        for separator, name in OTHER_SEPARATORS.items():
            if _known(_split(head[0], separator)) >= ENOUGH:
                raise RefusedError(f"{shown}: its columns are separated by {name}, expected commas; {REMEDY}")
        for row, line in enumerate(head[1 : TITLE_LINES + 1], start=2):
            if _known(_split(line, ",")) >= ENOUGH:
                title = "".join(letter for letter in head[0] if letter.isprintable())[:40]
                raise RefusedError(
                    f"{shown}: the header stands in line {row}, below a title ({title!r}); delete what is above it, or "
                    f"{REMEDY}"
                )
    nameless = [str(place) for place, cell in enumerate(header, start=1) if not cell.strip(' \t\r"')]
    if nameless and _known(header) == len(COLUMNS):
        raise RefusedError(
            f"{shown}: the header has columns without a name ({', '.join(nameless[:5])}), as a spreadsheet adds them; "
            f"{REMEDY}"
        )


def is_rewritten_date(text: str) -> bool:
    """Recognise a data month that a spreadsheet turned into a date of its own, such as `Sep-26`."""
    return REWRITTEN_DATE.fullmatch(text) is not None


def _split(line: str, separator: str) -> list[str]:
    return next(csv.reader([line.replace("\r", " ")], delimiter=separator, skipinitialspace=True), [])


def _known(cells: Sequence[str]) -> int:
    return sum(column_of(cell) is not None for cell in cells)
