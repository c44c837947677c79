"""Collect what is wrong with a file, so that all of it is told at once and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sogong_pipeline.districts.tables import rows_of
from sogong_pipeline.errors import RefusedError


class Problems:
    """What is wrong with the files of one load.

    Args:
        advice: what to do about them, the end of the message.
    """

    def __init__(self, advice: str = "mend the file and load it again, nothing was changed") -> None:
        self._advice = advice
        self._found: list[str] = []

    def add(self, file: str, complaint: str, row: int | None = None) -> None:
        """Note a problem of a file, or of a row of it (1 is the header)."""
        self._found.append(f"{file}: row {row}: {complaint}" if row else f"{file}: {complaint}")

    def __bool__(self) -> bool:
        return bool(self._found)

    def refuse(self) -> None:
        """Do nothing when all is well.

        Raises:
            RefusedError: with every problem.
        """
        if len(self._found) == 1:
            raise RefusedError(f"{self._found[0]}; {self._advice}")
        if self._found:
            told = "; ".join(self._found)
            raise RefusedError(f"{told}; {len(self._found)} problems, {self._advice}")


def read_table(
    path: Path, columns: Sequence[str], problems: Problems, page: str = "docs/registry-template.md"
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a table with their numbers, empty ones left out; see `tables` for what is read.

    A file that is none, that lacks a column or names one twice is a problem. So is a row that has not the cells of the
    header; it is left out.

    Args:
        path: the table.
        columns: what its header must name, in any order.
        problems: where problems go.
        page: what says how such a table looks.
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
