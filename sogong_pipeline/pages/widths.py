"""Approximate text widths, for formats that fix widths before layout."""

from __future__ import annotations

import unicodedata


def text_width(words: str, size: float) -> float:
    """Return the approximate width of a line in the unit of `size`: Hangul and emoji 1, the rest a little over 0.5."""
    return size * sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.58 for char in words)
