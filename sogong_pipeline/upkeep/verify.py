"""Compare every file of a lake with the digest in its manifest."""

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
    """A damaged file, the kind of damage, and the remedy."""

    file: PurePosixPath
    found: str

    @property
    def told(self) -> str:
        """The damage as one line."""
        return f"{self.file}: {self.found}; {self.remedy}"

    @property
    def remedy(self) -> str:
        """Remedy that restores the file."""
        layer = self.file.parts[0]
        if layer in named("derived") and self.file.name != CURRENT:
            return AGAIN
        if self.found == NO_MANIFEST:
            again = "ingest this file with --from" if layer == "raw" else "load this registry again"
            return f"{again}, which loads it again, or {RESTORE}"
        return f"{AGAIN} where it is the latest, or else {RESTORE}" if layer in named("edition") else RESTORE


NO_MANIFEST = "no manifest names it: a run was killed there, or the manifest was lost"


@dataclass
class Verified:
    """Verified partitions, damages, and orphaned files of killed runs, which are not damages."""

    manifests: int = 0
    files: int = 0
    bytes: int = 0
    damaged: list[Damage] = field(default_factory=list)
    leftovers: list[PurePosixPath] = field(default_factory=list)


def verify(lake: Lake, progress: Callable[[PurePosixPath], None] = lambda _: None) -> Verified:
    """Read every byte of a lake, one block at a time; `progress` is called with each partition."""
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
    """Check the log of current partitions of a folder: each line must be readable and name a partition."""
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
        actual = digest(contents.store, name)
        done.files += 1
        done.bytes += contents.sizes.get(name, 0)
        if actual is None:
            yield Damage(name, "is not there")
        elif actual != sha256:
            yield Damage(name, f"its SHA-256 is {actual[:12]}…, in its manifest {sha256[:12]}…")
