"""Collect the problems of a file, so that all are reported at once and nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sogong_pipeline.districts.tables import rows_of
from sogong_pipeline.errors import RefusedError


class Problems:
    """Problems of the files of one load.

    Args:
        advice: what to do about them, the end of the message.
    """

    def __init__(self, advice: str = "mend the file and load it again, nothing was changed") -> None:
        self._advice = advice
        self._found: list[str] = []

    def add(self, file: str, complaint: str, row: int | None = None) -> None:
        """Add a problem of a file, or of one of its rows (1 is the header)."""
        self._found.append(f"{file}: row {row}: {complaint}" if row else f"{file}: {complaint}")

    def __bool__(self) -> bool:
        return bool(self._found)

    def refuse(self) -> None:
        """Refuse the load if there are problems.

        Raises:
            RefusedError: with every problem.
        """
        if len(self._found) == 1:
            raise RefusedError(f"{self._found[0]}; {self._advice}")
        if self._found:
            problems = "; ".join(self._found)
            raise RefusedError(f"{problems}; {len(self._found)} problems, {self._advice}")


def read_table(
    path: Path, columns: Sequence[str], problems: Problems, page: str = "docs/registry-template.md"
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a table with their numbers, without empty ones; `tables` lists the formats.

    Problems are an unreadable file, a missing or repeated column, and a row whose number of cells differs from the
    header's; such a row is skipped.

    Args:
        path: the table.
        columns: the columns that the header must have, in any order.
        problems: receives the problems.
        page: the docs page that describes such a table.
    """
    try:
        rows = list(rows_of(path))
    except ValueError as error:
        problems.add(path.name, str(error))
        return
    header = rows[0][1] if rows else []
    missing = [column for column in columns if column not in header]
    if missing:
        problems.add(path.name, f"it lacks the columns {', '.join(missing)}; see {page}")
        return
    if twice := sorted({column for column in columns if header.count(column) > 1}):
        problems.add(path.name, f"the header names {', '.join(twice)} twice")
        return
    for number, cells in rows[1:]:
        if not any(cells):
            continue
        if len(cells) != len(header):
            problems.add(
                path.name,
                f"it has {len(cells)} cells and the header {len(header)}; a comma in a cell needs quotes",
                number,
            )
            continue
        yield number, dict(zip(header, cells, strict=True))
