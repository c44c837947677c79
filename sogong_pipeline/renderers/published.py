"""Writes pages into a folder or a bucket, in one or several formats, and says what was written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sogong_pipeline.lake.store import Store
from sogong_pipeline.pages.parts import Format, Page
from sogong_pipeline.renderers.registry import BROWSER, RENDERERS, file_name

INDEX = "index"
"""The name, without its suffix, of the page a reader begins with: the nation's, or the list of months."""


@dataclass(frozen=True)
class Published:
    """Where pages are, and the names of their files in the order written."""

    folder: str
    files: list[str] = field(default_factory=list)

    @property
    def pages(self) -> int:
        """The number of pages, each counted once however many formats it is written in."""
        return len({PurePosixPath(name).stem for name in self.files})


def write_pages(pages: Iterable[Page], place: Store, formats: Sequence[Format] = (BROWSER,)) -> Published:
    """Write one file per page and format; a reader never meets half a file, and nothing else there is touched."""
    published = Published(place.address)
    for page in pages:
        for suffix in formats:
            name = file_name(page.stem, suffix)
            place.write_bytes(PurePosixPath(name), RENDERERS[suffix].render(page))
            published.files.append(name)
    return published
