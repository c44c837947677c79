"""Collect the validation problems of a file, so that one line lists them and the file is rejected whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from sogong_pipeline.errors import RefusedError

SHOWN = 5
"""Number of problems listed in the line; the rest are counted."""


class Problems:
    """Validation problems of one file.

    Args:
        file: name of the file.
        advice: remedy, at the end of the line.
    """

    def __init__(
        self, file: str, advice: str = "correct the file and run the command again, nothing was changed"
    ) -> None:
        self._file = file
        self._advice = advice
        self._messages: list[str] = []

    def add(self, complaint: str, row: int | None = None) -> None:
        """Record a problem of the file, or of one of its rows (1 is the header)."""
        self._messages.append(f"row {row}: {complaint}" if row else complaint)

    def __bool__(self) -> bool:
        return bool(self._messages)

    def refuse(self) -> None:
        """Do nothing if there are no problems.

        Raises:
            RefusedError: with the first problems and the total number.
        """
        if self._messages:
            count = len(self._messages)
            more = f"; {count} problems in all" if count > 1 else ""
            raise RefusedError(f"{self._file}: {'; '.join(self._messages[:SHOWN])}{more}; {self._advice}")

    def read_table(self, path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield the rows of a UTF-8 CSV with their numbers; cells are stripped of surrounding blanks.

        Raises:
            RefusedError: when it is not UTF-8, lacks a column, or has a duplicate column.
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
            self.add(f"missing columns: {', '.join(missing)}; see docs/clusters.md")
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
