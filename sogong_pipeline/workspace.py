"""Private folders to work in, which a killed run leaves and the next run sweeps."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
