"""What a killed run left in the lake: files of derived layers that no manifest names.

Files of the other layers are never taken for leftovers: should a manifest of theirs be lost, they are all there is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from sogong_pipeline.lake.layers import named
from sogong_pipeline.lake.store import Store

MANIFEST = "manifest.json"
CURRENT = "current"
_SWEPT = set(named("derived", "edition"))
_NEVER = {CURRENT, f".{CURRENT}.part"}


def sweep(store: Store, folder: PurePosixPath) -> list[PurePosixPath]:
    """Delete what killed runs left below a folder of partitions that never came to be; the caller is alone.

    Returns:
        The files that were deleted.
    """
    if folder.parts and folder.parts[0] not in _SWEPT:
        return []
    gone = list(_without_manifest(store, folder))
    for name in gone:
        store.delete(name)
    return gone


def _without_manifest(store: Store, folder: PurePosixPath) -> Iterator[PurePosixPath]:
    found: dict[PurePosixPath, set[str]] = defaultdict(set)
    for name in store.abandoned(folder):
        if name.parts[0] in _SWEPT:
            found[name.parent].add(name.name)
    for partition, names in sorted(found.items()):
        # Asked for, because in a bucket a manifest may be younger than what is abandoned.
        if MANIFEST not in names and names - _NEVER and store.read(partition / MANIFEST) is None:
            yield from (partition / name for name in sorted(names - _NEVER))
