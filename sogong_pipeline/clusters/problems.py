"""Collect what is wrong with a file, so that one line says all of it and nothing of the file is kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from sogong_pipeline.errors import RefusedError

SHOWN = 5
"""How many problems the line names before it counts the rest."""


class Problems:
    """The problems of one file.

    Args:
        file: name of the file.
        advice: what to do about them, the end of the line.
    """

    def __init__(
        self, file: str, advice: str = "correct the file and run the command again, nothing was changed"
    ) -> None:
        self._file = file
        self._advice = advice
        self._messages: list[str] = []

    def add(self, complaint: str, row: int | None = None) -> None:
        """Note a problem of the file, or of a row of it (1 is the header)."""
        self._messages.append(f"row {row}: {complaint}" if row else complaint)

    def __bool__(self) -> bool:
        return bool(self._messages)

    def refuse(self) -> None:
        """Do nothing when there is no problem.

        Raises:
            RefusedError: with the first problems and the number of all.
        """
        if self._messages:
            count = len(self._messages)
            more = f"; {count} problems in all" if count > 1 else ""
            raise RefusedError(f"{self._file}: {'; '.join(self._messages[:SHOWN])}{more}; {self._advice}")

    def read_table(self, path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
        """The rows of a CSV in UTF-8 with their numbers; cells without the blanks around them.

        Raises:
            RefusedError: when it is not UTF-8, lacks a column, or has one twice.
        """
        content = path.read_bytes()
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            row = content.count(b"\n", 0, error.start) + 1
            self.add(f"not UTF-8 (byte {error.start}); save it as CSV UTF-8", row)
            self.refuse()
        reader = csv.reader(io.StringIO(text, newline=""))
        header = [cell.strip() for cell in next(reader, [])]
        if missing := [column for column in columns if column not in header]:
            self.add(f"it lacks the columns {', '.join(missing)}; see docs/clusters.md")
            self.refuse()
        if len(set(header)) < len(header):
            self.add(f"the header names {next(name for name in header if header.count(name) > 1)!r} twice")
            self.refuse()
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                self.add(
                    f"{len(cells)} cells under {len(header)} columns; a comma in a cell needs quotes",
                    reader.line_num,
                )
                continue
            yield reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=True))
