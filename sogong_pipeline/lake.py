"""The lake: the only truth, as folders of files that exist once their manifest exists.

A *partition* is one step's result for one key (a month and its vintage, a quarter and its edition). Its data
files are named after their own content, and the manifest that names them is written last, by an atomic
rename. So a killed run leaves the last good state, and a partition built again from the same inputs is
recognised and left alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sogong_pipeline.errors import RefusedError

MANIFEST = "manifest.json"
CURRENT = "current"
SHORT = 12
"""How many hex digits of a digest name a file, a vintage or an edition."""


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of(*parts: object) -> str:
    """The SHA-256 of values, by their canonical JSON text, in hex."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Built:
    """What a step hands over: the files it wrote in its workspace and what is to be known about them."""

    files: dict[str, Path]
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Partition:
    """A finished partition: where it is and what its manifest says."""

    folder: Path
    manifest: dict[str, Any]

    def path(self, name: str) -> Path:
        """Where a data file of the partition is."""
        return self.folder / str(self.manifest["files"][name]["file"])

    @property
    def facts(self) -> dict[str, Any]:
        """Counts and names the step recorded."""
        facts: dict[str, Any] = self.manifest["facts"]
        return facts

    @property
    def digest(self) -> str:
        """The digest of the content alone: the same for the same bytes, whenever they were made."""
        return digest_of({name: entry["sha256"] for name, entry in self.manifest["files"].items()})


class Lake:
    """Partitions under one root folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def find(self, step: str, *key: str) -> Partition | None:
        """The partition of a step and key, or None when it does not exist (yet)."""
        folder = self.root.joinpath(step, *key)
        try:
            manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return Partition(folder, manifest)

    def require(self, step: str, *key: str) -> Partition:
        """The partition of a step and key, which must be there.

        Raises:
            RefusedError: when it is not.
        """
        partition = self.find(step, *key)
        if partition is None:
            raise RefusedError(
                f"{step} of {' '.join(key)} is not in the lake; run `sogong ingest` for it first"
            )
        return partition

    def partitions(self, step: str, *key: str) -> list[Partition]:
        """The finished partitions right below a step and key, by name; a killed run's leftovers are none."""
        found = (self.find(step, *key, child) for child in self.children(step, *key))
        return [partition for partition in found if partition is not None]

    def children(self, step: str, *key: str) -> list[str]:
        """The next key parts below a step and key, sorted."""
        folder = self.root.joinpath(step, *key)
        return sorted(child.name for child in folder.iterdir() if child.is_dir()) if folder.is_dir() else []

    def current(self, step: str, *key: str) -> str | None:
        """The child of a step and key that was last made current, or None."""
        try:
            return (self.root.joinpath(step, *key) / CURRENT).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None

    def set_current(self, child: str, step: str, *key: str) -> None:
        """Make a child of a step and key the current one."""
        if self.current(step, *key) != child:
            write_atomically(self.root.joinpath(step, *key) / CURRENT, child + "\n")

    def ensure(
        self,
        step: str,
        key: tuple[str, ...],
        *,
        inputs: Mapping[str, str],
        recorded_at: str,
        build: Callable[[Path], Built],
    ) -> tuple[Partition, bool]:
        """Return the partition made from exactly these inputs, building it only when it is not there.

        Args:
            step: the layer, such as `staged`.
            key: what the partition is about, such as a month and a vintage.
            inputs: digests and versions the result is a pure function of.
            recorded_at: the time to record if it is built now.
            build: writes files into the empty folder it is given.

        Returns:
            The partition and whether it was built now.
        """
        existing = self.find(step, *key)
        if existing is not None and existing.manifest["inputs"] == dict(inputs):
            return existing, False
        with self.workspace() as workspace:
            built = build(workspace)
            return self._commit(step, key, inputs, recorded_at, built), True

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A private folder on the lake's own file system, gone afterwards whatever happens.

        It is held by a lock that dies with its process, so the next run can tell a killed run's folder from
        one in use, and removes only the former.
        """
        scratch = self.root / ".work"
        scratch.mkdir(parents=True, exist_ok=True)
        for leftover in scratch.iterdir():
            with _held(leftover) as is_ours:
                if is_ours:
                    shutil.rmtree(leftover, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(dir=scratch))
        with _held(folder) as is_ours:
            if not is_ours:  # another run looked in between making and locking it
                raise RefusedError(f"{folder} was taken by another run; run the same command again")
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def _commit(
        self, step: str, key: tuple[str, ...], inputs: Mapping[str, str], recorded_at: str, built: Built
    ) -> Partition:
        folder = self.root.joinpath(step, *key)
        folder.mkdir(parents=True, exist_ok=True)
        files = {}
        for name, path in sorted(built.files.items()):
            sha256 = sha256_of(path)
            final = folder / f"{name}-{sha256[:SHORT]}{path.suffix}"
            files[name] = {"file": final.name, "sha256": sha256, "bytes": path.stat().st_size}
            _sync(path)
            path.replace(final)
        manifest = {
            "step": step,
            "key": list(key),
            "inputs": dict(inputs),
            "files": files,
            "facts": built.facts,
            "recorded_at": recorded_at,
        }
        write_atomically(
            folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        )
        current = {entry["file"] for entry in files.values()} | {MANIFEST}
        for path in folder.iterdir():
            if path.is_file() and path.name not in current:
                path.unlink()  # what an earlier manifest named, or a killed run left
        return Partition(folder, manifest)


def write_atomically(path: Path, text: str) -> None:
    """Replace a text file in one step, so that a reader sees the old or the new one, never a part.

    What a killed run leaves has a name of its own, and the next run writes over it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    _sync(part)
    part.replace(path)


def _sync(path: Path) -> None:
    """Have a file's bytes on the disk before anything names it."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


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
