"""The interface of a source of monthly files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from sogong_pipeline.nps.portal.uploads import BytesProgress
from sogong_pipeline.periods import Month

if TYPE_CHECKING:  # parsing a DAG must not import the settings
    from sogong_pipeline.settings import Settings


@dataclass(frozen=True)
class Received:
    """A file as received, not yet in the lake.

    Attributes:
        path: Its path.
        file_name: Its name as received.
        label: The extraction date it was published under.
        origin: Its origin: name, or label and key of the upload.
        month: The month in its first row.
        answers: The answers it was made from, when it came over an API.
    """

    path: Path
    file_name: str
    label: str
    origin: str
    month: Month
    answers: Path | None = None


@dataclass(frozen=True)
class Query:
    """A request for one month from one source.

    Attributes:
        value: The value of `--from`.
        month: The requested data month.
        settings: The settings of the installation.
        elsewhere: Origins known to hold other months. Labels lie close together, so the newest upload would
            otherwise look like the month to come.
        known: Origins of the month that are in the lake already; they are not downloaded again.
    """

    value: str
    month: Month
    settings: Settings
    elsewhere: Container[str]
    known: Collection[str] = ()


class Source(ABC):
    """A source of monthly files; it has no state."""

    name: ClassVar[str]
    """One word, unique; a keyword source is selected by it."""
    metavar: ClassVar[str]
    """The form of its `--from` values in the help of the command line."""
    secrets: ClassVar[tuple[str, ...]] = ()
    """The settings it needs that are secret; Airflow may supply them by connections."""

    @abstractmethod
    def selects(self, value: str) -> bool:
        """Recognise a `--from` value of this source."""

    @abstractmethod
    def receive(
        self, query: Query, workspace: Path, progress: BytesProgress | None = None
    ) -> Iterator[Received]:
        """Yield the files that hold the month, the first release first; none when all are known.

        Args:
            query: The request.
            workspace: Folder for downloads.
            progress: Called after each piece received.

        Raises:
            LaterError: when the source is unreachable or has no file of the month yet.
            RefusedError: when it has no file of the month.
        """

    @abstractmethod
    def is_published(self, query: Query) -> bool:
        """Check, without a download, that the source may hold the month by now.

        Raises:
            LaterError: when the source is unreachable.
            RefusedError: when its answer has an unknown form, or it skipped the month.
        """
