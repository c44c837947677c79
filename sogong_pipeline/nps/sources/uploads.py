"""The shared base of the sources that list dated uploads: the search for the upload that holds a month."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.nps.file.archives import IncompleteError, is_zip
from sogong_pipeline.nps.file.content import data_month
from sogong_pipeline.nps.portal.hints import BY_HAND
from sogong_pipeline.nps.portal.pages import Publication
from sogong_pipeline.nps.portal.uploads import BytesProgress, Listing, uploads_for
from sogong_pipeline.nps.sources.source import Query, Received, Source
from sogong_pipeline.periods import Month

if TYPE_CHECKING:  # the HTTP library is imported when a source is used
    from sogong_pipeline.nps.portal.upload_client import UploadClient

_UPLOAD = re.compile(r"\d{6,8} (?:uddi:|FILE_)\S+")
"""The form of an origin after its prefix, as `_origin` writes it."""


class UploadSource(Source):
    """Dated uploads, whose month is known only from their content."""

    origin_prefix: ClassVar[str] = ""
    """First part of the origins of its files, which distinguishes sources with the same uploads."""

    @abstractmethod
    def client(self, query: Query) -> UploadClient:
        """Make the client that lists and downloads the uploads.

        Raises:
            RefusedError: when the address or a key is malformed.
        """

    def receive(
        self, query: Query, workspace: Path, progress: BytesProgress | None = None
    ) -> Iterator[Received]:
        """Yield the likeliest upload that holds the month, none when one is in; see `Source.receive`."""
        client = self.client(query)
        # The first release is kept: once a month is in from this source, there is nothing to request.
        if not any(self._is_own(origin) for origin in query.known):
            yield self._download(client, query, workspace, progress)

    def is_published(self, query: Query) -> bool:
        """Check the list for an upload that may hold the month; see `Source.is_published`."""
        client = self.client(query)
        listing = client.list_uploads()
        excluded = self._excluded(client, listing, query)
        if any(self._origin(upload) not in excluded for upload in uploads_for(query.month, listing.uploads)):
            return True
        if _is_past(query.month, listing):
            raise _missing(client, listing, query.month, excluded)
        return False

    def _is_own(self, origin: str) -> bool:
        """Recognise an origin of this source."""
        return origin.startswith(self.origin_prefix) and bool(
            _UPLOAD.fullmatch(origin.removeprefix(self.origin_prefix))
        )

    def _origin(self, upload: Publication) -> str:
        """The origin of an upload, unique over all sources."""
        key = upload.detail_pk or (upload.file and upload.file.file_id)
        return f"{self.origin_prefix}{upload.label} {key}"

    def _download(
        self, client: UploadClient, query: Query, workspace: Path, progress: BytesProgress | None
    ) -> Received:
        """Download uploads, the likeliest first, until one holds the month."""
        listing = client.list_uploads()
        excluded = self._excluded(client, listing, query)
        for upload in uploads_for(query.month, listing.uploads):
            origin = self._origin(upload)
            if origin in excluded:
                continue
            target = workspace / "download"
            file_name = client.download(upload, target, progress)
            try:
                actual = data_month(target, file_name)
            except IncompleteError as incomplete:
                raise LaterError(
                    f"the portal sent an incomplete file without notice: {incomplete}"
                ) from incomplete
            if actual == query.month:
                path = target.rename(target.with_suffix(".zip" if is_zip(target) else ".csv"))
                answers = path.with_name(client.answers_name) if client.answers_name else None
                return Received(path, file_name, upload.label, origin, actual, answers)
            client.remember_month(origin, actual)
            excluded[origin] = f"{upload.label} holds {actual}"
        raise _missing(client, listing, query.month, excluded)

    def _excluded(self, client: UploadClient, listing: Listing, query: Query) -> dict[str, str]:
        """The candidate uploads known to hold another month, by origin, with the reason for messages.

        An upload is not revised in place, so it is not downloaded again for the same result.
        """
        excluded = {}
        for upload in uploads_for(query.month, listing.uploads):
            origin = self._origin(upload)
            remembered = client.remembered_month(origin)
            if origin in query.elsewhere:
                excluded[origin] = f"{upload.label} is in the lake as another month"
            elif remembered is not None and remembered != query.month:
                excluded[origin] = f"{upload.label} holds {remembered}"
        return excluded


def _is_past(month: Month, listing: Listing) -> bool:
    """Return True for uploads so late that the month would be among them."""
    last = str(month.shift(2)).replace("-", "")
    return not listing.gap and any(upload.label[:6] > last for upload in listing.uploads)


def _missing(client: UploadClient, listing: Listing, month: Month, excluded: dict[str, str]) -> RefusedError:
    """The error for a month in no upload: LaterError when it may still come."""
    labels = (
        f"{len(listing.uploads)} uploads, labelled {listing.uploads[-1].label} to {listing.uploads[0].label}"
    )
    reasons = "".join(
        f"; {reason}" for reason in [*excluded.values(), *([listing.gap] if listing.gap else [])]
    )
    if _is_past(month, listing):
        return RefusedError(
            f"{client.address} has passed {month} over: it lists {labels}, and none holds it{reasons}; ask its "
            "provider for the file, and use --from FILE"
        )
    return LaterError(
        f"{client.address} has no upload of {month} yet: it lists {labels}{reasons}; wait for it, or {BY_HAND}"
    )
