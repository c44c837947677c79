"""Collect what is wrong with a file, so that all of it is told at once and nothing of it is kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

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
    path: Path, columns: Sequence[str], problems: Problems
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV in UTF-8 with their numbers; cells without the blanks around them.

    A file of another encoding is a problem; where it reads as CP949 its rows are yielded all the same, so that what
    else is wrong is told in the same breath. Rows that have not the cells of the header are problems and left out.
    """
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        problems.add(path.name, f"not UTF-8 (byte {error.start}); save it as CSV UTF-8", row)
        text = content.decode("cp949", errors="replace")
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [cell.strip() for cell in next(reader, [])]
    missing = [column for column in columns if column not in header]
    if missing:
        problems.add(
            path.name, f"the registry lacks the columns {', '.join(missing)}; see docs/registry-template.md"
        )
        return
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            problems.add(
                path.name,
                f"it has {len(cells)} cells and the header {len(header)}; a comma in a cell needs quotes",
                reader.line_num,
            )
            continue
        yield reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=True))
