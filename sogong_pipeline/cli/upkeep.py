"""The commands that keep a lake: `verify`, `backup`, `restore`, `clean`."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogong_pipeline.cli.options import Json, open_installation, open_lake_in_use
from sogong_pipeline.cli.progress import steps
from sogong_pipeline.errors import RefusedError, counted

if TYPE_CHECKING:
    from sogong_pipeline.steps.installation import Installation
    from sogong_pipeline.upkeep.backup import Copied
    from sogong_pipeline.upkeep.verify import Verified

Backup = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the backup is, not below SOGONG_HOME.")]


def verify(
    mend: Annotated[bool, typer.Option("--mend", help="Make again whatever of the damaged can be.")] = False,
    as_json: Json = False,
) -> dict[str, Any]:
    """Compare every file of the lake with the digest in its manifest; status 1 when something is damaged."""
    from sogong_pipeline.upkeep.remake import mend as make_again

    installation = open_lake_in_use()
    done = _verified(installation)
    mended = len(done.damaged) if mend else 0
    if mended:
        make_again(installation, done.damaged)
        done = _verified(installation)
        mended -= len(done.damaged)
    return {
        "manifests": done.manifests,
        "files": done.files,
        "bytes": done.bytes,
        "damaged": {str(damage.file): f"{damage.found}; {damage.remedy}" for damage in done.damaged},
        "mended": mended,
        "leftovers": list(map(str, done.leftovers)),
        "lines": [
            *(f"damaged  {damage.told}" for damage in done.damaged),
            f"{counted(done.files, 'file')} of {counted(done.manifests, 'partition')}, {done.bytes / 1e9:.2f} GB, "
            + (f"{len(done.damaged)} damaged" if done.damaged else "all as their manifests have them")
            + (f", {mended} made again" if mended else ""),
            *([f"{len(done.leftovers)} left by killed runs; `sogong clean`"] if done.leftovers else []),
        ],
        "status": 1 if done.damaged else 0,
    }


def _verified(installation: Installation) -> Verified:
    from sogong_pipeline.upkeep.verify import verify

    with steps(sum(name.name == "manifest.json" for name, _ in installation.lake.store.sizes())) as shown:

        def tell(folder: PurePosixPath) -> None:
            shown.begin(f"verify {folder}")
            shown.done()

        return verify(installation.lake, tell)


def backup(folder: Backup, as_json: Json = False) -> dict[str, Any]:
    """Copy what cannot be made again from the lake into a folder: files, registries, decisions, editions."""
    from sogong_pipeline.lake.store import FolderStore
    from sogong_pipeline.upkeep.backup import backup as copy

    installation = open_installation()
    if folder.resolve().is_relative_to(installation.settings.home.resolve()):
        raise RefusedError(
            f"{folder} is in {installation.settings.home} itself; name a folder on another disk"
        )
    installation.require_lake()
    return _told(copy(installation.lake.store, FolderStore(folder), lambda _: None), f"in {folder}")


def restore(folder: Backup, as_json: Json = False) -> dict[str, Any]:
    """Bring back from a backup what the lake lost or has damaged, and make the rest of each month again."""
    from sogong_pipeline.lake.store import FolderStore
    from sogong_pipeline.periods import Month
    from sogong_pipeline.steps.sweep import remake_month
    from sogong_pipeline.upkeep.backup import restore as copy

    installation = open_installation()
    done = copy(FolderStore(folder), installation.lake.store, lambda _: None)
    months = installation.lake.children("raw")
    with steps(len(months)) as shown:
        for month in months:
            shown.begin(f"make {month} again")
            remake_month(installation, Month.parse(month))
            shown.done()
    told = _told(
        done,
        f"of {folder} in {installation.lake.store.address}, {counted(len(months), 'month')} made again from them",
    )
    told["lines"].append("now `sogong warehouse rebuild`, `sogong reconcile` and `sogong verify`")
    return told


def _told(done: Copied, where: str) -> dict[str, Any]:
    return {
        "partitions": done.partitions,
        "files": done.files,
        "bytes": done.bytes,
        "damaged": done.damaged,
        "lines": [
            *(f"left out  {damage}; see `sogong verify`" for damage in done.damaged),
            f"{counted(done.partitions, 'partition')} {where}; {counted(done.files, 'file')} copied now, "
            f"{done.bytes / 1e9:.2f} GB",
        ],
        "status": 1 if done.damaged else 0,
    }


def clean(
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete it; without, only say what may go.")
    ] = False,
    as_json: Json = False,
) -> dict[str, Any]:
    """Tell what may go from the lake: what killed runs left, and what nothing is made from now."""
    from sogong_pipeline.upkeep.clean import clean as remove
    from sogong_pipeline.upkeep.clean import removable

    installation = open_lake_in_use()
    found = removable(installation)
    freed = remove(installation, found) if delete else 0
    size = sum(each.bytes for each in found)
    return {
        "removable": {str(each.name): {"bytes": each.bytes, "why": each.why} for each in found},
        "bytes": size,
        "freed_bytes": freed,
        "lines": [
            *(f"{each.bytes / 1e6:>10,.2f} MB  {each.name}: {each.why}" for each in found),
            f"freed {freed / 1e6:,.2f} MB"
            if delete
            else f"{size / 1e6:,.2f} MB may go" + ("; --delete deletes it" if found else ""),
        ],
    }
