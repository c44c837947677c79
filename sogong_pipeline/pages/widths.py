"""About how wide text is set, for formats that have to fix widths before anything is laid out."""

from __future__ import annotations

import unicodedata


def text_width(words: str, size: float) -> float:
    """About how wide a line is, in the unit of `size`: Hangul and emoji a square, the rest a little over half."""
    return size * sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.58 for char in words)
