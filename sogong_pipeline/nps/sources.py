"""Where a month's file comes from: a file, a folder somebody filled by hand, or the portal."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import SecretStr

from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.nps.api.odcloud import ANSWERS, OdcloudClient
from sogong_pipeline.nps.file.archives import IncompleteError, is_zip, refuse_bad_zip
from sogong_pipeline.nps.file.content import read_header, refuse_if_cut_off
from sogong_pipeline.nps.portal.client import Listing, PortalClient, uploads_for
from sogong_pipeline.nps.portal.pages import Publication
from sogong_pipeline.nps.portal.rate_limit import BY_HAND
from sogong_pipeline.periods import Month

BytesProgress = Callable[[int, int | None], None]
Client = PortalClient | OdcloudClient
ODCLOUD = "odcloud"
"""The source that means the API."""


@dataclass(frozen=True)
class Received:
    """A file as received, not yet in the lake.

    Attributes:
        path: Where it is.
        file_name: Its name as received.
        label: The extraction date it was published under.
        origin: Where it came from.
        month: The month its first row says.
        answers: The answers it was made from, where it came over an API.
    """

    path: Path
    file_name: str
    label: str
    origin: str
    month: Month
    answers: Path | None = None


def data_month(path: Path, shown: str) -> Month:
    """The month a file is about: what its first row says, never its name.

    Raises:
        RefusedError: when the file is not a monthly file, or not a whole one.
    """
    refuse_bad_zip(path, shown)
    _, text = read_header(path, shown)
    refuse_if_cut_off(path, shown)
    try:
        return Month.parse(text)
    except RefusedError:
        raise RefusedError(
            f"{shown}: row 1, data_month: {text[:40]!r} is not a month; is this the monthly file?"
        ) from None


@dataclass(frozen=True)
class Sources:
    """Where months come from when no file is named.

    Attributes:
        portal_url: the portal asked where no other source is given.
        memory: a folder in which this machine remembers its portals.
        odcloud_url: the API asked where the source is `odcloud`.
        api_key: the key for it.
    """

    portal_url: str
    memory: Path
    odcloud_url: str
    api_key: SecretStr

    def receive(
        self,
        month: Month,
        source: str | None,
        workspace: Path,
        *,
        known: Collection[str],
        elsewhere: Container[str],
        progress: BytesProgress | None = None,
    ) -> Iterator[Received]:
        """Yield the files of a source that hold a month, the first release first.

        Args:
            month: the data month wanted.
            source: a file, a folder, the address of a portal, or `odcloud`; the configured portal when None.
            workspace: where downloads are written.
            known: origins of the month that are in the lake already; they are not fetched again.
            elsewhere: origins in the lake that hold other months.
            progress: told the bytes received so far and the bytes announced.

        Raises:
            LaterError: when the portal is unreachable or has no file of the month yet.
            RefusedError: when the source holds no file of the month.
        """
        source = source or self.portal_url
        if (client := self._client(source)) is not None:
            # The first release is the one kept: once a month is in from there, there is nothing to ask.
            if not any(_is_from(client, origin) for origin in known):
                yield _from_portal(client, month, workspace, elsewhere, progress)
            return
        for file in _on_disk(Path(source), month):
            yield Received(file, file.name, _label(file.name), file.name, month)

    def is_published(self, month: Month, source: str | None, elsewhere: Container[str]) -> bool:
        """Whether a source may hold a month by now; only the file itself can tell for sure.

        Args:
            month: the data month wanted.
            source: a portal's address, the configured one when None, or `odcloud`; a file or a folder is there or
                not, and `receive` says so.
            elsewhere: origins known to hold other months. Labels lie close together, so the newest upload would
                otherwise look like the month to come.

        Raises:
            LaterError: when the portal is unreachable.
            RefusedError: when it is not the portal known, or has passed the month over.
        """
        client = self._client(source or self.portal_url)
        if client is None:
            return True
        listing = client.list_uploads()
        held = _held_by(client, listing, month, elsewhere)
        if any(_origin(client, upload) not in held for upload in uploads_for(month, listing.uploads)):
            return True
        if _is_past(month, listing):
            raise _not_there(client, listing, month, held)
        return False

    def _client(self, source: str) -> Client | None:
        """Who asks the source, or None where it lies on this machine."""
        if source == ODCLOUD:
            return OdcloudClient(self.odcloud_url, self.api_key, self.memory)
        return PortalClient(source, self.memory) if "://" in source else None


def _is_from(client: Client, origin: str) -> bool:
    """Whether a file came from where a client asks, and not by the other way in."""
    return origin.startswith(client.way) and bool(_ORIGIN.fullmatch(origin.removeprefix(client.way)))


_ORIGIN = re.compile(r"\d{6,8} (?:uddi:|FILE_)\S+")


def _origin(client: Client, upload: Publication) -> str:
    """What tells an upload from every other; `_ORIGIN` is its form, after the client's way."""
    return f"{client.way}{upload.label} {upload.detail_pk or (upload.file and upload.file.file_id)}"


def _on_disk(path: Path, month: Month) -> list[Path]:
    """A file or the files of a folder that hold the month."""
    if path.is_dir():
        return _in_folder(path, month)
    if not path.is_file():
        raise RefusedError(f"{path}: there is no such file or folder")
    held = data_month(path, path.name)
    if held != month:
        raise RefusedError(
            f"{path.name}: the file holds {held}, not {month}; run `sogong ingest {held} --from FILE`"
        )
    return [path]


def _in_folder(folder: Path, month: Month) -> list[Path]:
    """The files of a folder that hold the month; what is no monthly file is passed over, and told if need be."""
    files = [file for file in sorted(folder.iterdir()) if file.suffix.lower() in {".csv", ".zip"}]
    held = {file: _held(file, file.stat().st_mtime_ns, file.stat().st_size) for file in files}
    found = [file for file in files if held[file] == month]
    if not found:
        strange = [content for content in held.values() if isinstance(content, str)]
        told = f" ({len(strange)} are no monthly files; {strange[0]})" if strange else ""
        raise RefusedError(
            f"{folder}: none of its {len(files)} files holds {month}{told}; put it into the folder"
        )
    return found


@cache  # a range of months asks for every file of the folder once per month
def _held(file: Path, _modified: int, _size: int) -> Month | str:
    """The month a file holds, or why it is no monthly file."""
    try:
        return data_month(file, file.name)
    except RefusedError as refusal:
        return str(refusal)


def _from_portal(
    client: Client,
    month: Month,
    workspace: Path,
    elsewhere: Container[str],
    progress: BytesProgress | None,
) -> Received:
    """The likeliest upload that really holds the month."""
    listing = client.list_uploads()
    held = _held_by(client, listing, month, elsewhere)
    for upload in uploads_for(month, listing.uploads):
        origin = _origin(client, upload)
        if origin in held:
            continue
        target = workspace / "download"
        file_name = client.download(upload, target, progress)
        try:
            found = data_month(target, file_name)
        except IncompleteError as incomplete:
            raise LaterError(f"the portal sent only a part and did not say so: {incomplete}") from incomplete
        if found == month:
            path = target.rename(target.with_suffix(".zip" if is_zip(target) else ".csv"))
            answers = path.with_name(ANSWERS)
            return Received(
                path, file_name, upload.label, origin, month, answers if answers.exists() else None
            )
        client.remember_month(origin, found)
        held[origin] = f"{upload.label} holds {found}"
    raise _not_there(client, listing, month, held)


def _held_by(client: Client, listing: Listing, month: Month, elsewhere: Container[str]) -> dict[str, str]:
    """What is known of the uploads that might hold the month, and hold another one; by origin, for messages.

    An upload is not revised in place, so it is not fetched again to find the same.
    """
    held = {}
    for upload in uploads_for(month, listing.uploads):
        origin = _origin(client, upload)
        seen = client.remembered_month(origin)
        if origin in elsewhere:
            held[origin] = f"{upload.label} is in the lake as another month"
        elif seen is not None and seen != month:
            held[origin] = f"{upload.label} holds {seen}"
    return held


def _is_past(month: Month, listing: Listing) -> bool:
    """Whether the portal lists uploads so late that the month would be among them."""
    last = str(month.shift(2)).replace("-", "")
    return not listing.gap and any(upload.label[:6] > last for upload in listing.uploads)


def _not_there(client: Client, listing: Listing, month: Month, held: dict[str, str]) -> RefusedError:
    """Why no upload holds the month: not yet, or never."""
    labels = (
        f"{len(listing.uploads)} uploads, labelled {listing.uploads[-1].label} to {listing.uploads[0].label}"
    )
    looked = "".join(f"; {found}" for found in held.values()) + (f"; {listing.gap}" if listing.gap else "")
    if _is_past(month, listing):
        return RefusedError(
            f"{client.address} has passed {month} over: it lists {labels}, and none holds it{looked}; ask its provider "
            "for the file, and use --from FILE"
        )
    return LaterError(
        f"{client.address} has no upload of {month} yet: it lists {labels}{looked}; wait for it, or {BY_HAND}"
    )


def _label(file_name: str) -> str:
    """The extraction date at the end of a published file name, blank when there is none."""
    match = re.search(r"(\d{8})\D*$", file_name)
    return match[1] if match else ""
