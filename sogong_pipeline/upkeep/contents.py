"""Files of a lake according to its manifests."""

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
    """A readable manifest: its text and its files."""

    folder: PurePosixPath
    text: str
    files: dict[PurePosixPath, str]
    """SHA-256 of each file, by its path below the root of the lake."""


@dataclass(frozen=True)
class Contents:
    """Every file of a store with its bytes, listed at one time."""

    store: Store
    sizes: dict[PurePosixPath, int]

    @classmethod
    def of(cls, store: Store) -> Contents:
        """List a store."""
        return cls(store, dict(sorted(store.sizes())))

    @property
    def manifests(self) -> Iterator[PurePosixPath]:
        """Yield the folders with a manifest, in order."""
        return (name.parent for name in self.sizes if name.name == MANIFEST)

    @property
    def currents(self) -> Iterator[PurePosixPath]:
        """Yield the folders with a log of the current partition."""
        return (name.parent for name in self.sizes if name.name == CURRENT)

    @cached_property
    def unnamed(self) -> list[PurePosixPath]:
        """Return the files that no manifest in their folder names, in order."""
        named = {
            name
            for folder in self.manifests
            if (manifest := read_manifest(self.store, folder))
            for name in manifest.files
        }
        return [name for name in self.sizes if name not in named and name.name not in {MANIFEST, CURRENT}]


def read_manifest(store: Store, folder: PurePosixPath) -> Manifest | None:
    """Return the manifest of a partition; None if it is missing or not that of this folder."""
    text = store.read(folder / MANIFEST)
    try:
        manifest = json.loads(text or "")
        is_its_own = PurePosixPath(manifest["step"], *manifest["key"]) == folder
        files = {folder / _bare(entry["file"]): str(entry["sha256"]) for entry in manifest["files"].values()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return Manifest(folder, str(text), files) if is_its_own else None


def _bare(name: Any) -> str:
    """Return the last part of a name, since a manipulated manifest must not point outside its partition."""
    if not isinstance(name, str) or PurePosixPath(name).name != name or name in {"", ".", ".."}:
        raise ValueError
    return name


def is_kept(name: PurePosixPath) -> bool:
    """Return True if a file cannot be rebuilt: all but the partitions of derived layers."""
    return name.parts[0] not in named("derived") or name.name == CURRENT


def digest(store: Store, name: PurePosixPath) -> str | None:
    """Return the SHA-256 of a file in the store; None if it is missing."""
    state = hashlib.sha256()
    try:
        for block in store.blocks(name):
            state.update(block)
    except FileNotFoundError:
        return None
    return state.hexdigest()
