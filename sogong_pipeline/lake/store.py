"""Where the lake and the reports lie: a folder here, a bucket in `object_storage.py`; nothing else knows which.

Names are paths below the root of the place, such as `staged/2026-09/5d3f6b0c1a2e/manifest.json`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path, PurePosixPath
from typing import Protocol

from sogong_pipeline.lake.workspace import alone, replacing
from sogong_pipeline.settings import Settings

BLOCK_BYTES = 1 << 20


class Store(Protocol):
    """What the lake asks of the place it lies in."""

    address: str
    """What people call the place."""
    scratch: Path
    """A folder of this machine for workspaces; `put` takes files from there."""

    def read(self, name: PurePosixPath) -> str | None:
        """A small text as it is now, or None when there is none."""

    def write(self, name: PurePosixPath, text: str) -> None:
        """Replace a small text in one step: a reader sees the old or the new one."""

    def read_bytes(self, name: PurePosixPath) -> bytes | None:
        """A small file as it is now, or None when there is none."""

    def write_bytes(self, name: PurePosixPath, data: bytes) -> None:
        """Replace a small file in one step, as `write` does a text."""

    def folders(self, name: PurePosixPath) -> list[str]:
        """The names of the folders right below one, in any order; none when it is not there."""

    def put(self, file: Path, name: PurePosixPath) -> None:
        """Take over a finished file from a workspace, all of it or nothing."""

    def local(self, name: PurePosixPath, sha256: str) -> Path:
        """Where this machine can read a file that never changes, whose bytes have this digest."""

    def blocks(self, name: PurePosixPath) -> Iterator[bytes]:
        """A file's bytes as they lie in the place itself, a block at a time.

        Raises:
            FileNotFoundError: when it is not there.
        """

    def keep_only(self, folder: PurePosixPath, names: Collection[str]) -> None:
        """Delete every other file right below a folder."""

    def delete(self, name: PurePosixPath) -> None:
        """Delete a file, and the folders that are empty without it."""

    def alone(self) -> AbstractContextManager[None]:
        """Keep every other run of this place from making a partition visible or sweeping; a bucket cannot."""

    def abandoned(self, folder: PurePosixPath) -> Iterator[PurePosixPath]:
        """Every file below a folder that, while we are alone, no other run can be about to name in a manifest."""

    def sizes(self) -> Iterator[tuple[PurePosixPath, int]]:
        """Every file there with its bytes, in any order; what a killed run left too."""


class FolderStore:
    """A folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.address = str(root)
        self.scratch = root / ".work"  # on the same file system, so that `put` is a rename

    def read(self, name: PurePosixPath) -> str | None:
        """Read a file."""
        try:
            return (self.root / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def write(self, name: PurePosixPath, text: str) -> None:
        """Replace a file by a rename."""
        write_atomically(self.root / name, text)

    def read_bytes(self, name: PurePosixPath) -> bytes | None:
        """Read a file."""
        try:
            return (self.root / name).read_bytes()
        except FileNotFoundError:
            return None

    def write_bytes(self, name: PurePosixPath, data: bytes) -> None:
        """Replace a file by a rename."""
        write_atomically(self.root / name, data)

    def folders(self, name: PurePosixPath) -> list[str]:
        """List a folder."""
        folder = self.root / name
        return [child.name for child in folder.iterdir() if child.is_dir()] if folder.is_dir() else []

    def put(self, file: Path, name: PurePosixPath) -> None:
        """Rename a file into its place, once its bytes are on the disk."""
        final = self.root / name
        final.parent.mkdir(parents=True, exist_ok=True)
        _sync(file)
        file.replace(final)
        _sync(final.parent)

    def local(self, name: PurePosixPath, sha256: str) -> Path:  # noqa: ARG002 - as `Store` has it
        """The file itself; what lies here needs no proof."""
        return self.root / name

    def blocks(self, name: PurePosixPath) -> Iterator[bytes]:
        """Read the file."""
        with (self.root / name).open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                yield block

    def keep_only(self, folder: PurePosixPath, names: Collection[str]) -> None:
        """Delete the others, but for what another run may be writing."""
        for path in (self.root / folder).iterdir():
            if path.is_file() and path.name not in names and not path.name.startswith("."):
                path.unlink(missing_ok=True)

    def delete(self, name: PurePosixPath) -> None:
        """Delete the file; a folder that is not empty stays."""
        (self.root / name).unlink(missing_ok=True)
        with suppress(OSError):
            for folder in name.parents[:-1]:
                (self.root / folder).rmdir()

    def alone(self) -> AbstractContextManager[None]:
        """Hold the lock of the folder, which other machines that share it see too."""
        return alone(self.scratch)

    def abandoned(self, folder: PurePosixPath) -> Iterator[PurePosixPath]:
        """All of them: who puts a file holds the lock until its manifest is there."""
        return (name for name, _ in self._sizes(folder))

    def sizes(self) -> Iterator[tuple[PurePosixPath, int]]:
        """Walk the folder."""
        return self._sizes(PurePosixPath())

    def _sizes(self, folder: PurePosixPath) -> Iterator[tuple[PurePosixPath, int]]:
        for path, size in sizes_below(self.root / folder):
            if self.scratch not in path.parents:
                yield PurePosixPath(path.relative_to(self.root)), size


def open_lake(settings: Settings) -> Store:
    """The lake's place.

    Raises:
        RefusedError: when the settings name none, or it refuses us.
        ConnectionError: when it gives no answer now.
    """
    return _open("SOGONG_LAKE_URL", settings.lake_url, settings.home, "lake")


def open_reports(settings: Settings, folder: str) -> Store:
    """A folder among the reports, such as `2026-Q3/draft`; raises as `open_lake` does."""
    url = f"{settings.reports_url.rstrip('/')}/{folder}" if settings.reports_url else ""
    return _open("SOGONG_REPORTS_URL", url, settings.home, f"reports/{folder}")


def open_release(settings: Settings) -> Store:
    """The place of the open release, apart from the reports, which name firms; raises as `open_lake` does."""
    return _open("SOGONG_RELEASE_URL", settings.release_url, settings.home, "release")


def release_at(place: str, home: Path) -> Store:
    """A place that somebody names for one release: a folder, or `s3://BUCKET/PREFIX`; raises as `open_lake` does."""
    return _open("--out", place, home, "release") if place.startswith("s3://") else FolderStore(Path(place))


def _open(setting: str, url: str, home: Path, folder: str) -> Store:
    if not url:
        return FolderStore(home / folder)
    from sogong_pipeline.lake.s3 import S3Store  # noqa: PLC0415 - a folder needs nothing of it

    return S3Store(setting, url, home)


def sizes_below(folder: Path) -> Iterator[tuple[Path, int]]:
    """Every file below a folder with its bytes; one that goes while it is looked at is none."""
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            status = path.stat()
            if stat.S_ISREG(status.st_mode):
                yield path, status.st_size


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace a small file in one step, so that a reader sees the old or the new one, never a part.

    What a killed run leaves has a name of its own, and the next run writes over it.
    Two runs at once wait for each other.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part:
        part.write(content.encode() if isinstance(content, str) else content)
    _sync(path.parent)


def _sync(path: Path) -> None:
    """Have a file's bytes, or a folder's names, on the disk before anything relies on them."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
