"""The shared base of the sources on this machine."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path

from sogong_pipeline.nps.portal.uploads import BytesProgress
from sogong_pipeline.nps.sources.source import Query, Received, Source
from sogong_pipeline.periods import Month


class LocalSource(Source):
    """Files at a path; a subclass selects those of the month."""

    @abstractmethod
    def files_of(self, path: Path, month: Month) -> list[Path]:
        """The files that hold the month.

        Raises:
            RefusedError: when there is none.
        """

    def receive(
        self,
        query: Query,
        workspace: Path,  # noqa: ARG002 - nothing is downloaded
        progress: BytesProgress | None = None,  # noqa: ARG002
    ) -> Iterator[Received]:
        """Yield the files in place; see `Source.receive`."""
        for file in self.files_of(Path(query.value), query.month):
            yield Received(file, file.name, _label(file.name), file.name, query.month)

    def is_published(self, query: Query) -> bool:  # noqa: ARG002 - see below
        """Always true: there is nothing to wait for, and `receive` names what is missing."""
        return True


def _label(file_name: str) -> str:
    """The extraction date at the end of a published file name, blank when there is none."""
    match = re.search(r"(\d{8})\D*$", file_name)
    return match[1] if match else ""
