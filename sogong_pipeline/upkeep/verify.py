"""Compares every file of a lake with the digest its manifest has of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sogong_pipeline.lake.layers import named
from sogong_pipeline.lake.orphans import CURRENT, MANIFEST
from sogong_pipeline.lake.partitions import Lake
from sogong_pipeline.upkeep.contents import Contents, digest, read_manifest

AGAIN = "`sogong verify --mend` makes it again"
RESTORE = "`sogong restore FOLDER` brings it back from the backup in FOLDER"


@dataclass(frozen=True)
class Damage:
    """A file that is not as it should be, what was found, and what to do."""

    file: PurePosixPath
    found: str

    @property
    def told(self) -> str:
        """One line."""
        return f"{self.file}: {self.found}; {self.remedy}"

    @property
    def remedy(self) -> str:
        """What brings the file back."""
        layer = self.file.parts[0]
        if layer in named("derived") and self.file.name != CURRENT:
            return AGAIN
        if self.found == NO_MANIFEST:
            again = "ingest this file with --from" if layer == "raw" else "load this registry again"
            return f"{again}, which takes it in anew, or {RESTORE}"
        return f"{AGAIN} where it is the latest, or else {RESTORE}" if layer in named("edition") else RESTORE


NO_MANIFEST = "no manifest names it: a run was killed there, or the manifest was lost"


@dataclass
class Verified:
    """What was compared, what is damaged, and what killed runs left, which is no damage."""

    manifests: int = 0
    files: int = 0
    bytes: int = 0
    damaged: list[Damage] = field(default_factory=list)
    leftovers: list[PurePosixPath] = field(default_factory=list)


def verify(lake: Lake, progress: Callable[[PurePosixPath], None] = lambda _: None) -> Verified:
    """Read every byte of a lake, a block at a time; `progress` is told each partition."""
    contents, done = Contents.of(lake.store), Verified()
    for folder in contents.manifests:
        progress(folder)
        done.manifests += 1
        done.damaged += _partition(contents, folder, done)
    for folder in contents.currents:
        done.damaged += _log(lake, contents, folder)
    for name in contents.unnamed:
        if name.parts[0] in {"raw", "registry"} and not name.name.startswith("."):
            done.damaged.append(Damage(name, NO_MANIFEST))
        elif name.parts[0] in named("derived", "edition") or name.name.endswith(".part"):
            done.leftovers.append(name)
    return done


def _log(lake: Lake, contents: Contents, folder: PurePosixPath) -> Iterator[Damage]:
    """The log of what was current below a folder: each line can be read and names a partition."""
    try:
        children = {turn.child for turn in lake.turns(*folder.parts) if turn.child}
    except ValueError:
        yield Damage(folder / CURRENT, "cannot be read")
        return
    for child in sorted(children):
        if folder / child / MANIFEST not in contents.sizes:
            yield Damage(folder / CURRENT, f"names {child}, which is not there")


def _partition(contents: Contents, folder: PurePosixPath, done: Verified) -> Iterator[Damage]:
    manifest = read_manifest(contents.store, folder)
    if manifest is None:
        yield Damage(folder / MANIFEST, "is not the manifest of its folder")
        return
    for name, sha256 in manifest.files.items():
        found = digest(contents.store, name)
        done.files += 1
        done.bytes += contents.sizes.get(name, 0)
        if found is None:
            yield Damage(name, "is not there")
        elif found != sha256:
            yield Damage(name, f"its SHA-256 is {found[:12]}…, in its manifest {sha256[:12]}…")
