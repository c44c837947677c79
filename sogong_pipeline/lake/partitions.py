"""The lake: the only truth, as folders of files that exist once their manifest exists.

A *partition* is one step's result for one key (a month and its vintage, a quarter and its edition). Its data
files are named after their own content, and the manifest that names them is written last, by an atomic
rename. So a killed run leaves the last good state, and a partition built again from the same inputs is
recognised and left alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.layers import remedy
from sogong_pipeline.lake.orphans import CURRENT, MANIFEST, sweep
from sogong_pipeline.lake.store import Store
from sogong_pipeline.lake.workspace import workspace

NONE = "-"
"""Stands for no child where the last one stopped being current and none took its place."""
SHORT = 12
"""How many hex digits of a digest name a file, a vintage or an edition."""


def _as_json(value: Any) -> Any:
    """A value as it is read back from a manifest."""
    return json.loads(json.dumps(value, ensure_ascii=False))


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

    folder: PurePosixPath
    """Its place below the root of the lake; the last part is the last part of its key."""
    manifest: dict[str, Any]
    store: Store = field(repr=False, compare=False)

    def path(self, name: str) -> Path:
        """Where this machine can read a data file of the partition."""
        entry = self.manifest["files"][name]
        return self.store.local(self.folder / str(entry["file"]), entry["sha256"])

    @property
    def facts(self) -> dict[str, Any]:
        """Counts and names the step recorded."""
        facts: dict[str, Any] = self.manifest["facts"]
        return facts

    @property
    def digest(self) -> str:
        """The digest of the content alone: the same for the same bytes, whenever they were made."""
        return digest_of({name: entry["sha256"] for name, entry in self.manifest["files"].items()})


@dataclass(frozen=True)
class Turn:
    """A child of a key that was made current, or None where the last one was taken out of force, and when."""

    child: str | None
    since: str

    def is_by(self, known: dt.datetime | None) -> bool:
        """Whether it had happened by a moment; by now for None."""
        return known is None or dt.datetime.fromisoformat(self.since) <= known


class Lake:
    """Partitions in one store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def find(self, step: str, *key: str) -> Partition | None:
        """The partition of a step and key, or None when it does not exist (yet)."""
        folder = PurePosixPath(step, *key)
        while (text := self.store.read(folder / MANIFEST)) is not None:
            try:
                return Partition(folder, json.loads(text), self.store)
            except json.JSONDecodeError:
                # Object storage is asked for the length, then the bytes: one replaced in between comes cut off.
                if text == self.store.read(folder / MANIFEST):
                    raise
        return None

    def require(self, step: str, *key: str) -> Partition:
        """The partition of a step and key, which must be there.

        Raises:
            RefusedError: when it is not.
        """
        partition = self.find(step, *key)
        if partition is None:
            raise RefusedError(f"{step} of {' '.join(key)} is not in the lake; {remedy(step, *key)}")
        return partition

    def partitions(self, step: str, *key: str) -> list[Partition]:
        """The finished partitions right below a step and key, by name; a killed run's leftovers are none."""
        found = (self.find(step, *key, child) for child in self.children(step, *key))
        return [partition for partition in found if partition is not None]

    def children(self, step: str, *key: str) -> list[str]:
        """The next key parts below a step and key, sorted."""
        return sorted(self.store.folders(PurePosixPath(step, *key)))

    def turns(self, step: str, *key: str) -> list[Turn]:
        """Every child of a step and key that was made current, in the order in which that happened."""
        text = self.store.read(PurePosixPath(step, *key, CURRENT)) or ""
        told = (line.split(" ") for line in text.splitlines())
        return [Turn(None if child == NONE else child, since) for child, since in told]

    def current(self, step: str, *key: str, known: dt.datetime | None = None) -> str | None:
        """The child of a step and key that was last made current, by a moment where one is given, or None."""
        return next((turn.child for turn in reversed(self.turns(step, *key)) if turn.is_by(known)), None)

    def set_current(self, child: str | None, step: str, *key: str, recorded_at: str) -> None:
        """Make a child of a step and key the current one, keeping who was it before and since when."""
        with self.store.alone():
            turns = self.turns(step, *key)
            if (turns[-1].child if turns else None) != child:
                told = [*turns, Turn(child, recorded_at)]
                text = "".join(f"{turn.child or NONE} {turn.since}\n" for turn in told)
                self.store.write(PurePosixPath(step, *key, CURRENT), text)

    def ensure(
        self,
        step: str,
        key: tuple[str, ...],
        *,
        inputs: Mapping[str, str],
        recorded_at: str,
        build: Callable[[Path], Built],
        same: Callable[[Built], Partition | None] | None = None,
    ) -> tuple[Partition, bool]:
        """Return the partition made from exactly these inputs, building it only when it is not there.

        Args:
            step: the layer, such as `staged`.
            key: what the partition is about, such as a month and a vintage.
            inputs: digests and versions the result is a pure function of.
            recorded_at: the time to record if it is built now.
            build: writes files into the empty folder it is given.
            same: finds, to something just built, a partition that has its content; that one is restated and returned.

        Returns:
            The partition and whether content was added or changed now.
        """
        existing = self._made_from(inputs, step, *key)
        if existing is not None:
            return existing, False
        with self.workspace() as workspace:
            built = build(workspace)
            if same is not None and (twin := same(built)) is not None:
                return self.restate(twin, inputs), False
            with self.store.alone():
                existing = self._made_from(inputs, step, *key)
                if existing is not None:  # another run was faster
                    return existing, False
                before = self.find(step, *key)
                partition = self._commit(step, key, inputs, recorded_at, built)
                return partition, before is None or before.digest != partition.digest

    def restate(self, partition: Partition, inputs: Mapping[str, str]) -> Partition:
        """Record that a partition is also what other inputs give: same content, made by other code.

        Args:
            partition: one that is there.
            inputs: what it is made from by now.
        """
        manifest = {**partition.manifest, "inputs": dict(inputs)}
        with self.store.alone():
            self._write_manifest(partition.folder, manifest)
        return Partition(partition.folder, manifest, self.store)

    def _made_from(self, inputs: Mapping[str, str], step: str, *key: str) -> Partition | None:
        """The partition of a step and key, when it was made from exactly these inputs."""
        existing = self.find(step, *key)
        return existing if existing and existing.manifest["inputs"] == dict(inputs) else None

    def workspace(self) -> AbstractContextManager[Path]:
        """A private folder of this machine whose files can become a partition's."""
        return workspace(self.store.scratch)

    def _write_manifest(self, folder: PurePosixPath, manifest: Mapping[str, Any]) -> None:
        text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
        self.store.write(folder / MANIFEST, text + "\n")

    def _commit(
        self, step: str, key: tuple[str, ...], inputs: Mapping[str, str], recorded_at: str, built: Built
    ) -> Partition:
        folder = PurePosixPath(step, *key)
        files: dict[str, dict[str, Any]] = {}
        for name, path in sorted(built.files.items()):
            sha256 = sha256_of(path)
            file = f"{name}-{sha256[:SHORT]}{path.suffix}"
            files[name] = {"file": file, "sha256": sha256, "bytes": path.stat().st_size}
            self.store.put(path, folder / file)
        # Made again with the same content, a partition stays what it was: nothing that shows it is written anew.
        before = self.find(step, *key)
        if before and (before.manifest["files"], before.facts) == (files, _as_json(built.facts)):
            recorded_at = before.manifest["recorded_at"]
        manifest = {
            "step": step,
            "key": list(key),
            "inputs": dict(inputs),
            "files": files,
            "facts": built.facts,
            "recorded_at": recorded_at,
        }
        self._write_manifest(folder, manifest)
        # What an earlier manifest named, or a killed run left.
        self.store.keep_only(folder, {entry["file"] for entry in files.values()} | {MANIFEST})
        sweep(self.store, PurePosixPath(step, key[0]))
        return Partition(folder, manifest, self.store)
