"""What was written, and where."""

from __future__ import annotations

from dataclasses import dataclass

INDEX = "index"
"""The name, without its suffix, of the page a reader begins with: the nation's, or the list of months."""


@dataclass(frozen=True)
class Published:
    """Where pages are, and their names: `index.html` for the nation first, `<office code>.html` for an office."""

    folder: str
    files: list[str]
