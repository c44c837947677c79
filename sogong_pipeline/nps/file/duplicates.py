"""Tells lines that stand earlier in the same file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self


class Copies:
    """The lines of one file so far, by a hash of 64 bits; lines that share one are compared byte by byte.

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
        """Which of some lines, told in the order of the file, stand earlier in it.

        Args:
            lines: the lines without their ends.
            offsets: where each begins in the file.

        Returns:
            Indexes into `lines`.
        """
        hashes = list(map(hash, lines))
        fresh = dict(zip(hashes, offsets, strict=True))
        if len(fresh) == len(lines) and self._first.keys().isdisjoint(fresh):
            self._first.update(fresh)
            return []
        found = []
        for index, (line, key) in enumerate(zip(lines, hashes, strict=True)):
            if key not in self._first:
                self._first[key] = offsets[index]
            elif any(
                self._line_at(place) == line for place in (self._first[key], *self._others.get(key, ()))
            ):
                found.append(index)
            else:
                self._others.setdefault(key, []).append(offsets[index])
        return found

    def _line_at(self, offset: int) -> bytes:
        self._body.seek(offset)
        return self._body.readline().rstrip(b"\r\n")
