"""Detection of duplicate lines within a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self


class Duplicates:
    """Index of a file's lines by a 64-bit hash; lines with equal hashes are compared byte by byte.

    Args:
        path: the plain file, read again where two lines share a hash.
    """

    def __init__(self, path: Path) -> None:
        self._body = path.open("rb")
        self._first: dict[int, int] = {}
        self._others: dict[int, list[int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._body.close()

    def find(self, lines: Sequence[bytes], offsets: Sequence[int]) -> list[int]:
        """Return the lines that duplicate an earlier line of the file; called in file order.

        Args:
            lines: the lines without their ends.
            offsets: byte offset of each line in the file.

        Returns:
            Indexes into `lines`.
        """
        hashes = list(map(hash, lines))
        fresh = dict(zip(hashes, offsets, strict=True))
        if len(fresh) == len(lines) and self._first.keys().isdisjoint(fresh):
            self._first.update(fresh)
            return []
        duplicates = []
        for index, (line, key) in enumerate(zip(lines, hashes, strict=True)):
            if key not in self._first:
                self._first[key] = offsets[index]
            elif any(
                self._line_at(place) == line for place in (self._first[key], *self._others.get(key, ()))
            ):
                duplicates.append(index)
            else:
                self._others.setdefault(key, []).append(offsets[index])
        return duplicates

    def _line_at(self, offset: int) -> bytes:
        self._body.seek(offset)
        return self._body.readline().rstrip(b"\r\n")
