"""What lies in a lake, file by file, as its manifests have it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from sogong_pipeline.lake.layers import named
from sogong_pipeline.lake.orphans import CURRENT, MANIFEST
from sogong_pipeline.lake.store import Store


@dataclass(frozen=True)
class Manifest:
    """A manifest that can be read: its text and the files it names."""

    folder: PurePosixPath
    text: str
    files: dict[PurePosixPath, str]
    """The SHA-256 of each file, by its name below the root of the lake."""


@dataclass(frozen=True)
class Contents:
    """Every file of a store with its bytes, seen at one time."""

    store: Store
    sizes: dict[PurePosixPath, int]

    @classmethod
    def of(cls, store: Store) -> Contents:
        """List a store."""
        return cls(store, dict(sorted(store.sizes())))

    @property
    def manifests(self) -> Iterator[PurePosixPath]:
        """The folders that have a manifest, in order."""
        return (name.parent for name in self.sizes if name.name == MANIFEST)

    @property
    def currents(self) -> Iterator[PurePosixPath]:
        """The folders in which one partition is the current one."""
        return (name.parent for name in self.sizes if name.name == CURRENT)

    @cached_property
    def unnamed(self) -> list[PurePosixPath]:
        """The files no manifest beside them names, in order."""
        named = {
            name
            for folder in self.manifests
            if (manifest := read_manifest(self.store, folder))
            for name in manifest.files
        }
        return [name for name in self.sizes if name not in named and name.name not in {MANIFEST, CURRENT}]


def read_manifest(store: Store, folder: PurePosixPath) -> Manifest | None:
    """The manifest of a partition, or None when it is not there or is not the manifest of this folder."""
    text = store.read(folder / MANIFEST)
    try:
        told = json.loads(text or "")
        is_its_own = PurePosixPath(told["step"], *told["key"]) == folder
        files = {folder / _bare(entry["file"]): str(entry["sha256"]) for entry in told["files"].values()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return Manifest(folder, str(text), files) if is_its_own else None


def _bare(name: Any) -> str:
    """A name without a folder in it: a manifest that was meddled with must not lead out of its partition."""
    if not isinstance(name, str) or PurePosixPath(name).name != name or name in {"", ".", ".."}:
        raise ValueError
    return name


def is_kept(name: PurePosixPath) -> bool:
    """Whether a file cannot be made again: all but the partitions of derived layers."""
    return name.parts[0] not in named("derived") or name.name == CURRENT


def digest(store: Store, name: PurePosixPath) -> str | None:
    """The SHA-256 of a file as it lies in the store, or None when it is not there."""
    state = hashlib.sha256()
    try:
        for block in store.blocks(name):
            state.update(block)
    except FileNotFoundError:
        return None
    return state.hexdigest()
