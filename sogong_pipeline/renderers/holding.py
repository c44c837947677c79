"""The parts of a page that a format holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from sogong_pipeline.pages.parts import Format, Picture, Section, Table

Part = TypeVar("Part", Table, Picture, Section)


def held(parts: Iterable[Part], suffix: Format) -> list[Part]:
    """The sections, tables or pictures that a format holds, in order."""
    return [part for part in parts if suffix in part.formats]
