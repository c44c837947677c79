"""The versions of a release in a folder or a bucket: numbered, never overwritten, the newest also as `latest`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from sogong_pipeline.lake.store import Store
from sogong_pipeline.periods import Quarter

PACKAGE, SUMS, INDEX, LATEST = "datapackage.json", "SHA256SUMS", "index.json", "latest"
Status = Literal["draft", "final"]


@dataclass(frozen=True)
class Version:
    """One version of a quarter's release.

    Attributes:
        quarter: The quarter.
        number: From 1; each change of what is in it is a new one.
        edition: The edition of the facts.
        status: draft, or final once all councils decided or the deadline passed.
        recorded_at: When the newest of its inputs was recorded.
        content: The digest of its files but those that say which version it is.
        is_simulated: Whether its districts are invented.
    """

    quarter: Quarter
    number: int
    edition: str
    status: Status
    recorded_at: str
    content: str
    is_simulated: bool

    @property
    def version(self) -> str:
        """`2026.3.1`."""
        return f"{self.quarter.year}.{self.quarter.number}.{self.number}"

    @property
    def folder(self) -> PurePosixPath:
        """Its folder below the root of all releases."""
        return PurePosixPath(str(self.quarter), self.version)


def released(place: Store, quarter: Quarter) -> list[dict[str, Any]]:
    """The data packages of a quarter's versions, oldest first; one without `datapackage.json` was never finished."""
    found = [
        json.loads(text)
        for name in place.folders(PurePosixPath(str(quarter)))
        if name != LATEST and (text := place.read(PurePosixPath(str(quarter), name, PACKAGE))) is not None
    ]
    return sorted(found, key=number_of)


def newest_before(place: Store, quarter: Quarter) -> dict[str, Any] | None:
    """The newest data package of the last quarter before one that was released."""
    for name in reversed(_released_quarters(place)):
        if name < str(quarter) and (earlier := released(place, Quarter.parse(name))):
            return earlier[-1]
    return None


def _released_quarters(place: Store) -> list[str]:
    return sorted(name for name in place.folders(PurePosixPath()) if re.fullmatch(r"\d{4}-Q[1-4]", name))


def number_of(package: Mapping[str, Any]) -> int:
    """The last part of a package's version."""
    return int(str(package["version"]).rsplit(".", maxsplit=1)[-1])


def keep(place: Store, version: Version, folder: Path) -> None:
    """Copy a finished folder to its place, then to `latest`, then name it in `index.json`.

    The data package goes last: until it is there the version does not exist.
    """
    names = sorted(
        (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()),
        key=lambda name: (name == PACKAGE, name),
    )
    latest = PurePosixPath(str(version.quarter), LATEST)
    for target in (version.folder, latest):
        for name in names:
            place.write_bytes(target / name, (folder / name).read_bytes())
    _sweep(place, latest, names)
    place.write(PurePosixPath(INDEX), index(place))


def _sweep(place: Store, latest: PurePosixPath, names: list[str]) -> None:
    """Delete what an earlier version had in `latest` and this one has not."""
    below: dict[PurePosixPath, set[str]] = {latest: set()}
    for name in names:
        path = latest / name
        below.setdefault(path.parent, set()).add(path.name)
    for parent, kept in below.items():
        place.keep_only(parent, kept)


def index(place: Store) -> str:
    """Every quarter and version, as `index.json` has them."""
    return (
        json.dumps({"quarters": dict(_quarters(place))}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    )


def _quarters(place: Store) -> Iterator[tuple[str, Any]]:
    for name in _released_quarters(place):
        if packages := released(place, Quarter.parse(name)):
            yield (
                name,
                {
                    "latest": packages[-1]["version"],
                    "versions": [_entry(place, name, package) for package in packages],
                },
            )


def _entry(place: Store, quarter: str, package: Mapping[str, Any]) -> dict[str, Any]:
    folder, said = PurePosixPath(quarter, package["version"]), package["sogong"]
    text = place.read_bytes(folder / PACKAGE) or b""
    described = [one for resource in package["resources"] for one in (resource, resource.get("parquet"))]
    sizes = [one["bytes"] for one in (*described, said["database"]) if one]
    return {
        "version": package["version"],
        "path": f"{folder}/{PACKAGE}",
        "edition": said["edition"],
        "status": said["status"],
        "last_change": package["created"],
        "bytes": sum(sizes),
        "digest": f"sha256:{hashlib.sha256(text).hexdigest()}",
    }
