"""Base class of the clients that list and download uploads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from sogong_pipeline.nps.portal.http import PortalConnection
from sogong_pipeline.nps.portal.pages import Publication
from sogong_pipeline.nps.portal.rate_limit import DAY_SECONDS
from sogong_pipeline.nps.portal.uploads import BytesProgress, Listing
from sogong_pipeline.periods import Month

_MONTH = "held"
"""Kind under which the months of uploads are stored."""


class UploadClient(ABC):
    """Client that lists and downloads the uploads of a data set, and caches the month of each.

    Args:
        connection: The connection to the host of the files.
    """

    answers_name: ClassVar[str] = ""
    """Name of the file beside a download with the answers it was made from; blank when there is none."""

    def __init__(self, connection: PortalConnection) -> None:
        self._connection = connection

    @property
    def address(self) -> str:
        """The host, for messages."""
        return self._connection.base

    def remember_month(self, upload: str, month: Month) -> None:
        """Cache the month of an upload."""
        now = self._connection.rate_limiter.clock()
        self._connection.memory.keep({"month": str(month), "at": now}, _MONTH, upload)

    def remembered_month(self, upload: str) -> Month | None:
        """Return the month cached for an upload within the last day.

        Older entries are ignored, as the host may have mixed up two files.
        """
        entry = self._connection.memory.recall(_MONTH, upload)
        is_fresh = entry and abs(self._connection.rate_limiter.clock() - entry["at"]) < DAY_SECONDS
        return Month.parse(entry["month"]) if is_fresh else None

    @abstractmethod
    def list_uploads(self) -> Listing:
        """List the uploads, newest label first.

        Raises:
            LaterError: when the host is unreachable.
            RefusedError: when its answer has an unknown form.
        """

    @abstractmethod
    def download(self, upload: Publication, target: Path, progress: BytesProgress | None = None) -> str:
        """Download one upload into `target`, which appears only when complete.

        Args:
            upload: One that is listed.
            target: The file to write; its folder exists.
            progress: Called after each piece received.

        Returns:
            The name of the file, without any folder.

        Raises:
            LaterError: when the host is unreachable, breaks off, is too slow or limits the rate of requests.
            RefusedError: when it refuses, or its answer has an unknown form.
        """
