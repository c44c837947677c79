"""A place in a bucket that speaks S3, with copies of its files on this machine.

Texts are read from the bucket every time. Data files never change, so each is fetched once and kept below
`cache` in the home, where anybody may delete it: its digest is compared before it is used.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import mimetypes
import os
import re
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
from pyarrow.fs import FileSelector, FileType, S3FileSystem

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.workspace import workspace

CHUNK_BYTES = 8 << 20
LONGEST_COMMIT = dt.timedelta(days=1)
"""Between the upload of a file and that of the manifest that names it, and then some."""
CONNECT_SECONDS = 10
SILENT_SECONDS = 60
"""How long the storage may send nothing; putting the parts of a large file together takes it a while."""

MEND = "check the AWS_* variables, and that the key may list, read, write and delete there"
REFUSED = {
    "ACCESS_DENIED": MEND,
    "INVALID_ACCESS_KEY_ID": MEND,
    "SIGNATURE_DOES_NOT_MATCH": MEND,
    "NO_SUCH_BUCKET": "make the bucket, or name another",
    "REQUEST_TIME_TOO_SKEWED": "set this machine's clock",
}
"""What another try does not mend, and what does."""
TRY_AGAIN = "no step is half kept: check AWS_ENDPOINT_URL and run the same command again"


class S3Store:
    """A prefix of a bucket; endpoint and credentials come from the `AWS_*` variables alone."""

    def __init__(self, setting: str, url: str, home: Path) -> None:
        """Open a bucket.

        Args:
            setting: the variable that names it, for messages.
            url: `s3://BUCKET/PREFIX`.
            home: where copies and workspaces are.

        Raises:
            RefusedError: when the address cannot be read, the bucket is not there, or it refuses us.
            ConnectionError: when there is no answer.
        """
        bucket, prefix = _parts(setting, url)
        self.address = f"s3://{bucket / prefix}"
        self.scratch = home / ".work"
        self._root = bucket / prefix
        self._cache = home / "cache" / self._root
        self._files = _connect()
        with self._told():
            if self._files.get_file_info(str(bucket)).type == FileType.NotFound:
                raise RefusedError(f"{self.address}: no such bucket; {REFUSED['NO_SUCH_BUCKET']}")

    def read(self, name: PurePosixPath) -> str | None:
        """Read an object."""
        data = self.read_bytes(name)
        return None if data is None else data.decode()

    def write(self, name: PurePosixPath, text: str) -> None:
        """Put an object in one request."""
        self._write(name, text.encode(), "text/plain")

    def read_bytes(self, name: PurePosixPath) -> bytes | None:
        """Read an object."""
        with self._told():
            try:
                with self._files.open_input_file(self._key(name)) as file:
                    return bytes(file.readall())
            except FileNotFoundError:
                return None

    def write_bytes(self, name: PurePosixPath, data: bytes) -> None:
        """Put an object in one request."""
        self._write(name, data, "application/octet-stream")

    def _write(self, name: PurePosixPath, data: bytes, otherwise: str) -> None:
        kind = {"Content-Type": mimetypes.guess_type(name.name)[0] or otherwise}  # a browser goes by it
        with self._told(), self._files.open_output_stream(self._key(name), metadata=kind) as stream:
            stream.write(data)

    def folders(self, name: PurePosixPath) -> list[str]:
        """List what lies below a prefix."""
        return [child.base_name for child in self._below(name) if child.type == FileType.Directory]

    def put(self, file: Path, name: PurePosixPath) -> None:
        """Upload a file, and keep it as the copy of this machine."""
        with self._told(), self._files.open_output_stream(self._key(name)) as stream:
            # Mapped, because a stream that is closed is kept: nothing of ours may fail in the middle of it.
            stream.write(pa.memory_map(str(file)).read_buffer())
        kept = self._cache / name
        kept.parent.mkdir(parents=True, exist_ok=True)
        file.replace(kept)

    def local(self, name: PurePosixPath, sha256: str) -> Path:
        """The copy of this machine, fetched where it is missing or damaged."""
        kept = self._cache / name
        if not _has_digest(kept, sha256):
            with workspace(self.scratch) as folder:
                fetched = folder / name.name
                self._fetch(name, fetched)
                if not _has_digest(fetched, sha256):
                    raise ConnectionError(
                        errno.EIO,
                        "its bytes are not those its manifest names; run the same command again, and if this "
                        "stays so, restore the file from the backup",
                        f"{self.address}/{name}",
                    )
                kept.parent.mkdir(parents=True, exist_ok=True)
                fetched.replace(kept)
        return kept

    def _fetch(self, name: PurePosixPath, target: Path) -> None:
        with target.open("wb") as file:
            for block in self.blocks(name):
                file.write(block)

    def blocks(self, name: PurePosixPath) -> Iterator[bytes]:
        """Read the object in one request."""
        with self._told():
            try:
                with self._files.open_input_stream(self._key(name)) as stream:
                    while block := stream.read(CHUNK_BYTES):
                        yield block
            except FileNotFoundError as error:
                raise FileNotFoundError(
                    errno.ENOENT,
                    "it was replaced while it was read, or lost; run the same command again, and if this stays "
                    "so, restore it from the backup",
                    f"{self.address}/{name}",
                ) from error

    def keep_only(self, folder: PurePosixPath, names: Collection[str]) -> None:
        """Delete the others."""
        for child in self._below(folder):
            if child.type == FileType.File and child.base_name not in names:
                with self._told():
                    self._files.delete_file(child.path)

    def delete(self, name: PurePosixPath) -> None:
        """Delete the object and the copy of this machine."""
        with self._told():
            self._files.delete_file(self._key(name))
        (self._cache / name).unlink(missing_ok=True)

    def alone(self) -> AbstractContextManager[None]:
        """A bucket has no locks."""
        return nullcontext()

    def abandoned(self, folder: PurePosixPath) -> Iterator[PurePosixPath]:
        """What was put a day or more before the newest there, both by the clock of the storage."""
        objects = [child for child in self._below(folder, recursive=True) if child.mtime]
        newest = max((child.mtime for child in objects), default=None)
        for child in objects:
            if child.type == FileType.File and newest - child.mtime >= LONGEST_COMMIT:
                yield PurePosixPath(child.path).relative_to(self._root)

    def sizes(self) -> Iterator[tuple[PurePosixPath, int]]:
        """List the objects."""
        for child in self._below(PurePosixPath(), recursive=True):
            if child.type == FileType.File:
                yield PurePosixPath(child.path).relative_to(self._root), child.size

    def _below(self, name: PurePosixPath, *, recursive: bool = False) -> list[Any]:
        selector = FileSelector(self._key(name), allow_not_found=True, recursive=recursive)
        with self._told():
            found: list[Any] = self._files.get_file_info(selector)
        return found

    def _key(self, name: PurePosixPath) -> str:
        return str(self._root / name)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the storage answers into one line: refused for good, or worth another try."""
        try:
            yield
        except OSError as error:
            told = re.search(
                r"AWS Error (\w+)(?: \(HTTP status (\d+)\))? during (\w+) operation(?:.*ExceptionName: (\w+))?",
                str(error),
            )
            if told is None:
                raise
            code, status, operation, name = told.groups()
            said = f"{operation}: {name or (f'HTTP status {status}' if status else code)}"
            if code in REFUSED or (status and status.startswith(("3", "4")) and status not in {"408", "429"}):
                raise RefusedError(f"{self.address}: {said}; {REFUSED.get(code, MEND)}") from error
            raise ConnectionError(
                errno.EIO,
                f"{said}; {TRY_AGAIN}",
                self.address,
            ) from error


def _parts(setting: str, url: str) -> tuple[PurePosixPath, PurePosixPath]:
    """Bucket and prefix of an address; one that cannot be read is not repeated, a key may be in it."""
    match = re.fullmatch(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[\w.=-]+)*)/?", url, re.ASCII)
    if match is None or {".", ".."} & set(match[2].split("/")):
        raise RefusedError(
            f"{setting} cannot be read; write s3://BUCKET/PREFIX in letters, digits and hyphens, or leave it "
            "empty for the folder in SOGONG_HOME"
        )
    return PurePosixPath(match[1]), PurePosixPath(match[2].lstrip("/"))


def _connect() -> S3FileSystem:
    """A client as the `AWS_*` variables say; where they name no endpoint it is Amazon's."""
    # The SDK would ask the address of a cloud's machine metadata, which no office network has. On a machine
    # that gets its credentials there, AWS_EC2_METADATA_DISABLED=false lets it.
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    return S3FileSystem(
        **_endpoint(os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")),
        connect_timeout=CONNECT_SECONDS,
        request_timeout=SILENT_SECONDS,
        allow_delayed_open=True,  # a small file is one request, seen in one step
    )


def _endpoint(url: str | None) -> dict[str, str]:
    """The arguments that name an endpoint; Arrow does not read the variable itself."""
    if not url:
        return {}
    match = re.fullmatch(r"(https?)://([^/@?#\s]+)/?", url)
    if match is None:
        raise RefusedError("AWS_ENDPOINT_URL cannot be read; write http://HOST:PORT or https://HOST")
    return {"scheme": match[1], "endpoint_override": match[2]}


def _has_digest(file: Path, sha256: str) -> bool:
    """Whether a file is there and has this digest."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False
