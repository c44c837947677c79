"""The font of the PDFs, which comes along: Pretendard GOV under the SIL Open Font License, cut down and renamed."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files
from pathlib import Path

FAMILY = "Sogong Gothic"
FOLDER = Path(str(files(__package__)))
MISSING = "\N{WHITE SQUARE}"
"""Stands for a sign that the font does not have, as typesetters do."""


def printable(text: str) -> str:
    """The text in signs that the font has; others become an empty square, invisible ones nothing."""
    known = _coverage()
    return "".join(
        char
        if char in known or char == "\n"
        else ""
        if unicodedata.category(char) in {"Cf", "Mn", "Cc"}
        else MISSING
        for char in text
    )


@cache
def _coverage() -> frozenset[str]:
    lines = (FOLDER / "coverage.txt").read_text(encoding="ascii").split()
    ranges = [[int(end, 16) for end in line.split("-")] for line in lines]
    return frozenset(chr(code) for first, last in ranges for code in range(first, last + 1))
