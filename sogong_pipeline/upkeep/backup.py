"""Back up the irreplaceable partitions of a lake to a folder, and restore them; every byte is verified in transit.

A backup has the layout of a lake, and a repeated backup to the same folder is incremental. Data is copied before its
manifest, and a manifest before the log that makes it current, so that a backup of a lake in use is consistent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import PurePosixPath

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.layers import named
from sogong_pipeline.lake.orphans import CURRENT, MANIFEST
from sogong_pipeline.lake.partitions import Lake, sha256_of
from sogong_pipeline.lake.store import Store
from sogong_pipeline.lake.workspace import workspace
from sogong_pipeline.upkeep.contents import Contents, digest, is_kept, read_manifest

Progress = Callable[[PurePosixPath], None]


@dataclass
class Copied:
    """Result of a backup or restore.

    Attributes:
        partitions: number of partitions in the source.
        files: number of copied files; the rest was already in the target.
        bytes: size of the copied files.
        damaged: partitions and files left out, because they differ from their manifest or from the target.
    """

    partitions: int = 0
    files: int = 0
    bytes: int = 0
    damaged: list[str] = field(default_factory=list)


def backup(lake: Store, target: Store, progress: Progress) -> Copied:
    """Bring a backup up to date; data lost from the lake stays in the backup.

    Raises:
        RefusedError: when the folder has the backup of another lake.
    """
    _require_one_origin(lake, target, "name an empty folder, or that of this lake's own backup")
    return _copy(lake, target, progress)


def restore(source: Store, lake: Store, progress: Progress) -> Copied:
    """Restore lost and damaged data of a lake; additional and newer data of the lake stays.

    Raises:
        RefusedError: when there is no backup, or the lake is not empty and of another origin.
    """
    if not source.folders(PurePosixPath("raw")):
        raise RefusedError(f"{source.address} holds no backup; give the folder `sogong backup` wrote to")
    _require_one_origin(source, lake, "restore into an empty SOGONG_HOME, or from this lake's own backup")
    return _copy(source, lake, progress)


def _require_one_origin(source: Store, target: Store, remedy: str) -> None:
    """Refuse to mix two lakes: two that have partitions but no manifest in common.

    A manifest has its time of recording, so two lakes built from the same file have different ones.
    """
    theirs = _manifests(target)
    first = next(theirs, None)
    if first is None or next(_manifests(source), None) is None:
        return
    if not any(_is_same(source, target, folder) for folder in chain([first], theirs)):
        raise RefusedError(
            f"{target.address} holds another lake than {source.address}: no partition of the one is in the other; "
            f"{remedy}"
        )


def _manifests(store: Store) -> Iterator[PurePosixPath]:
    """Yield the folders of irreplaceable partitions with a readable manifest."""
    return (
        folder
        for folder in Contents.of(store).manifests
        if folder.parts[0] not in named("derived") and read_manifest(store, folder)
    )


def _is_same(one: Store, other: Store, folder: PurePosixPath) -> bool:
    return one.read(folder / MANIFEST) == other.read(folder / MANIFEST)


def _copy(source: Store, target: Store, progress: Progress) -> Copied:
    contents, done = Contents.of(source), Copied()
    for folder in contents.manifests:
        if folder.parts[0] not in named("derived"):
            progress(folder)
            done.partitions += 1
            _copy_partition(source, target, folder, done)
    for name in contents.sizes:
        if name.name == CURRENT:
            _copy_log(source, target, name, done)
    for name in contents.unnamed:  # such as decisions, if their manifests are missing
        if is_kept(name) and name.parts[0] not in {"raw", "registry", *named("edition")}:
            _copy_file(source, target, name, str(digest(source, name)), done)
    return done


def _copy_partition(source: Store, target: Store, folder: PurePosixPath, done: Copied) -> None:
    manifest, there = read_manifest(source, folder), read_manifest(target, folder)
    if manifest is None:
        done.damaged.append(f"{folder / MANIFEST}: is not the manifest of its folder")
    elif there is not None and there.files != manifest.files:
        done.damaged.append(f"{folder}: differs in {target.address}, which was not changed")
    else:
        with target.alone():
            came = [_copy_file(source, target, name, sha256, done) for name, sha256 in manifest.files.items()]
            if all(came):
                _copy_text(source, target, folder / MANIFEST)


def _copy_log(source: Store, target: Store, name: PurePosixPath, done: Copied) -> None:
    """Copy a log of current partitions: it is append-only, so the longer of two consistent ones is the later."""
    text, there = source.read(name) or "", target.read(name) or ""
    if text.startswith(there) or not _is_sound(target, name.parent):
        _copy_text(source, target, name)
    elif not there.startswith(text):
        done.damaged.append(f"{name}: is inconsistent with that in {target.address}, which was not changed")


def _is_sound(store: Store, folder: PurePosixPath) -> bool:
    """Return True if a log is readable and names existing partitions, as far as a backup includes them."""
    try:
        children = {turn.child for turn in Lake(store).turns(*folder.parts) if turn.child}
    except ValueError:
        return False
    return folder.parts[0] in named("derived") or all(
        read_manifest(store, folder / child) for child in children
    )


def _copy_text(source: Store, target: Store, name: PurePosixPath) -> None:
    text = source.read(name)
    if text is not None and target.read(name) != text:
        target.write(name, text)


def _copy_file(source: Store, target: Store, name: PurePosixPath, sha256: str, done: Copied) -> bool:
    """Copy a file unless it exists; return True if it exists afterwards."""
    if digest(target, name) == sha256:
        return True
    with workspace(target.scratch) as folder:
        copy = folder / name.name
        try:
            with copy.open("wb") as file:
                for block in source.blocks(name):
                    file.write(block)
        except FileNotFoundError:
            done.damaged.append(f"{name}: is not there")
            return False
        if sha256_of(copy) != sha256:
            done.damaged.append(f"{name}: is not the bytes its manifest names")
            return False
        done.files += 1
        done.bytes += copy.stat().st_size
        target.put(copy, name)
    return True
