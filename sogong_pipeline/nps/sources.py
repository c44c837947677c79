"""Where a month's file comes from: a file, a folder somebody filled by hand, or the portal."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.nps.body import read_header, refuse_if_cut_off, refuse_if_damaged
from sogong_pipeline.nps.portal import PortalClient, uploads_for
from sogong_pipeline.nps.portal_pages import Publication
from sogong_pipeline.periods import Month

BytesProgress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Received:
    """A file as received, not yet in the lake; `label` is the extraction date it was published under."""

    path: Path
    file_name: str
    label: str
    origin: str
    month: Month


def data_month(path: Path, shown: str) -> Month:
    """The month a file is about: what its first row says, never its name.

    Raises:
        RefusedError: when the file is not a monthly file, or not a whole one.
    """
    refuse_if_damaged(path, shown)
    _, text = read_header(path, shown)
    refuse_if_cut_off(path, shown)
    try:
        return Month.parse(text)
    except RefusedError:
        raise RefusedError(
            f"{shown}: row 1, data_month: {text[:40]!r} is not a month; is this the monthly file?"
        ) from None


def receive(
    source: str,
    month: Month,
    workspace: Path,
    *,
    known: Container[str],
    progress: BytesProgress | None = None,
) -> Iterator[Received]:
    """Yield the files of a source that hold a month, the first release first.

    Args:
        source: a file, a folder, or the address of a portal.
        month: the data month wanted.
        workspace: where downloads are written.
        known: origins that are in the lake already; they are not fetched again.
        progress: told the bytes received so far and the bytes announced.

    Raises:
        RefusedError: when the source holds no file of the month.
    """
    if _is_portal(source):
        yield from _from_portal(PortalClient(source), month, workspace, known, progress)
        return
    path = Path(source)
    if path.is_dir():
        found = _in_folder(path, month)
    elif path.is_file():
        held = data_month(path, path.name)
        if held != month:
            raise RefusedError(
                f"{path.name}: the file holds {held}, not {month}; run `sogong ingest {held} --from FILE`"
            )
        found = [path]
    else:
        raise RefusedError(f"{source}: there is no such file or folder")
    for file in found:
        yield Received(file, file.name, _label(file.name), file.name, month)


def is_published(source: str, month: Month, elsewhere: Container[str]) -> bool:
    """Whether a source may hold a month by now; only the file itself can tell for sure.

    Args:
        source: a portal's address; a file or a folder is there or not, and `receive` says so.
        month: the data month wanted.
        elsewhere: origins known to hold other months. Labels lie close together, so the newest upload would
            otherwise look like the month to come.

    Raises:
        LaterError: when the portal is unreachable.
        RefusedError: when it is not the portal known.
    """
    if not _is_portal(source):
        return True
    listed = uploads_for(month, PortalClient(source).publications())
    return any(_origin(publication) not in elsewhere for publication in listed)


def _is_portal(source: str) -> bool:
    return re.match(r"https?://", source) is not None


def _origin(publication: Publication) -> str:
    """What tells an upload of the portal from every other."""
    return f"{publication.label} {publication.detail_pk}"


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
    client: PortalClient,
    month: Month,
    workspace: Path,
    known: Container[str],
    progress: BytesProgress | None,
) -> Iterator[Received]:
    """The likeliest upload that really holds the month; nothing when it is in the lake already."""
    held: list[str] = []
    for publication in client.candidates(month):
        origin = _origin(publication)
        if origin in known:
            return
        target = workspace / "download"
        downloaded = client.download(publication, target, progress)
        found = data_month(downloaded.path, downloaded.file_name)
        if found == month:
            path = target.rename(target.with_suffix(Path(downloaded.file_name).suffix.lower() or ".csv"))
            yield Received(path, downloaded.file_name, publication.label, origin, month)
            return
        held.append(f"{publication.label} holds {found}")
    raise LaterError(
        f"the portal has no upload of {month} yet ({'; '.join(held)}); wait for it or use --from FILE"
    )


def _label(file_name: str) -> str:
    """The extraction date at the end of a published file name, blank when there is none."""
    match = re.search(r"(\d{8})\D*$", file_name)
    return match[1] if match else ""
