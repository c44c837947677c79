"""What runs share a disk by: private folders to work in, and locks that die with their process.

A killed run leaves its folder and its half-written file, and the next run sweeps the one and writes over the other.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def workspace(scratch: Path) -> Iterator[Path]:
    """A private folder below `scratch`, gone afterwards whatever happens.

    It is held by a lock that dies with its process, so the next run can tell a killed run's folder from
    one in use, and removes only the former.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    for leftover in scratch.iterdir():
        with _held(leftover) as is_ours:
            if is_ours:
                shutil.rmtree(leftover, ignore_errors=True)
    while True:
        folder = Path(tempfile.mkdtemp(dir=scratch))
        with _held(folder) as is_ours:
            if not is_ours:
                continue  # another run swept it between making and locking it
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            return


@contextmanager
def alone(scratch: Path) -> Iterator[None]:
    """Wait until no other run that shares a folder of workspaces is in such a block, and keep them waiting."""
    scratch.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(scratch, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of another once the block has written it; nothing is left of one that failed."""
    part = path.with_name(f".{path.name}.part")
    file = _part(part)
    try:
        yield file
        file.flush()
        os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    finally:
        file.close()


def _part(part: Path) -> IO[bytes]:
    """An empty file under a name that no other run writes to now."""
    while True:
        file = part.open("ab")
        fcntl.flock(file, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), part.stat()):
                file.truncate(0)
                return file
        file.close()  # the run we waited for has moved it into its place


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Try to lock a folder for this process; false when another holds it or it is gone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_ours = folder.exists()
    except BlockingIOError:
        is_ours = False
    try:
        yield is_ours
    finally:
        os.close(descriptor)
