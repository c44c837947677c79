"""The table of sources, and the choice of one by a `--from` value.

A new source is a module beside this one with a subclass of `Source`, and an entry at the end of `SOURCES`. Help texts,
the command line, the DAGs and Airflow's connections for keys follow from it.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sogong_pipeline.nps.portal.uploads import BytesProgress
from sogong_pipeline.nps.sources.file import FileSource
from sogong_pipeline.nps.sources.folder import FolderSource
from sogong_pipeline.nps.sources.odcloud import OdcloudSource
from sogong_pipeline.nps.sources.portal import PortalSource
from sogong_pipeline.nps.sources.source import Query, Received, Source
from sogong_pipeline.periods import Month

if TYPE_CHECKING:  # parsing a DAG must not import the settings
    from sogong_pipeline.settings import Settings

SOURCES: tuple[Source, ...] = (FileSource(), FolderSource(), PortalSource(), OdcloudSource())
"""In the order of the help text. A later entry takes precedence; the first takes every value that no other takes."""
DEFAULT = PortalSource.name
"""The source where no value is given."""


def select(value: str) -> Source:
    """The source of a `--from` value."""
    return next(source for source in reversed(SOURCES) if source.selects(value))


def location(value: str | None, settings: Settings) -> str:
    """The value of `--from`, or the address of the default source when it is blank or None."""
    return value or settings.portal_url


def secrets_of(value: str | None, settings: Settings) -> tuple[str, ...]:
    """The secret settings that the source of a value needs."""
    return select(location(value, settings)).secrets


def metavar() -> str:
    """The forms of a `--from` value, for help texts."""
    return "|".join(source.metavar for source in SOURCES)


@dataclass(frozen=True)
class Sources:
    """The sources of one installation."""

    settings: Settings

    def receive(
        self,
        month: Month,
        value: str | None,
        workspace: Path,
        *,
        known: Collection[str],
        elsewhere: Container[str],
        progress: BytesProgress | None = None,
    ) -> Iterator[Received]:
        """Yield the files of the source of a `--from` value that hold a month; see `Query` and `Source.receive`."""
        query = self._query(month, value, elsewhere, known)
        return select(query.value).receive(query, workspace, progress)

    def is_published(self, month: Month, value: str | None, elsewhere: Container[str]) -> bool:
        """Check that the source of a `--from` value may hold a month by now; see `Source.is_published`."""
        query = self._query(month, value, elsewhere)
        return select(query.value).is_published(query)

    def _query(
        self, month: Month, value: str | None, elsewhere: Container[str], known: Collection[str] = ()
    ) -> Query:
        return Query(location(value, self.settings), month, self.settings, elsewhere, known)
