"""Release a quarter: its tables and all that describes them, as a new version where anything changed."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.lake.partitions import digest_of, sha256_of
from sogong_pipeline.lake.store import Store, open_release, release_at
from sogong_pipeline.lake.workspace import workspace
from sogong_pipeline.periods import Quarter
from sogong_pipeline.release.changelog import changelog
from sogong_pipeline.release.changes import as_csv, changes, schema_changes
from sogong_pipeline.release.database import write_database
from sogong_pipeline.release.dictionary import write_dictionary
from sogong_pipeline.release.dictionary_page import dictionary_page, released_tables
from sogong_pipeline.release.front import write_front, write_sums
from sogong_pipeline.release.lineage import as_text, lineage, sources
from sogong_pipeline.release.package import package
from sogong_pipeline.release.policy import policy
from sogong_pipeline.release.slices import write_codes, write_slices
from sogong_pipeline.release.source import Source, source_of
from sogong_pipeline.release.tables import fill, write_table
from sogong_pipeline.release.versions import (
    PACKAGE,
    Status,
    Version,
    keep,
    newest_before,
    number_of,
    released,
)
from sogong_pipeline.sql_engine import Engine
from sogong_pipeline.stages.evaluation import path as evaluation

MEMORY = "600MB"
CHANGELOG, CHANGES = "CHANGELOG.md", "changes.csv"


@dataclass(frozen=True)
class Released:
    """A version that lies in its place.

    Attributes:
        place: The root of all releases.
        version: The version.
        is_new: Whether it was made now; False where nothing changed since the version before.
        bytes: The size of its files, 0 for one that was there.
        changed: What changed since the version before.
    """

    place: str
    version: Version
    is_new: bool
    bytes: int
    changed: int

    @property
    def folder(self) -> str:
        """Where the version lies."""
        return f"{self.place}/{self.version.folder}"


def release_quarter(
    catalogue: Catalogue, quarter: Quarter, status: Status, out: str | None = None
) -> Released:
    """Release a quarter from its edition in force.

    Args:
        catalogue: the installation.
        quarter: the quarter.
        status: draft, or final once all councils decided or the deadline passed.
        out: a folder or `s3://BUCKET/PREFIX`; when None, where the settings have the release.

    Returns:
        The new version, or the newest one where it has the same content.

    Raises:
        RefusedError: when the quarter was never proposed, is held, or its months are no longer measured in the lake.
    """
    source = source_of(catalogue, quarter)
    place = release_at(out, catalogue.settings.home) if out else open_release(catalogue.settings)
    with workspace(place.scratch) as room:
        content = _write_content(source, status, room)
        with place.alone():
            return _keep(source, place, content, room)


@dataclass(frozen=True)
class _Content:
    """A finished folder that says nothing of its version: rows by table, and the office of each district."""

    folder: Path
    status: Status
    rows: dict[str, int]
    offices: dict[str, str]

    @property
    def digest(self) -> str:
        """The digest of the figures, by the CSV files: their bytes do not depend on the version of a library."""
        files = sorted(self.folder.rglob("*.csv"))
        return digest_of(self.status, {str(path.relative_to(self.folder)): sha256_of(path) for path in files})


def _write_content(source: Source, status: Status, room: Path) -> _Content:
    folder, is_open = room / "release", source.is_open
    folder.mkdir()
    with Engine(room, memory=MEMORY) as engine:
        fill(engine, source, room)
        rows = {table: write_table(engine, table, folder, is_open=is_open) for table in policy().tables}
        write_slices(engine, folder, is_open=is_open)
        write_codes(engine, folder)
        offices = {
            row["district_id"]: row["office_code"] or ""
            for row in engine.rows("SELECT district_id, office_code FROM district")
        }
    write_dictionary(folder, list(rows), is_open=is_open)
    page = dictionary_page(released_tables(is_open=is_open))
    (folder / "dictionary.html").write_text(page, encoding="utf-8")
    simulated = evaluation().read_bytes().removeprefix(codecs.BOM_UTF8)
    (folder / "rule_evaluation.csv").write_bytes(codecs.BOM_UTF8 + simulated)
    write_database(folder, f"sogong-{source.quarter}.sqlite", list(rows), is_open=is_open)
    return _Content(folder, status, rows, offices)


def _keep(source: Source, place: Store, content: _Content, room: Path) -> Released:
    """Number a finished folder and keep it, unless the newest version has its content."""
    earlier, folder = released(place, source.quarter), content.folder
    previous = earlier[-1] if earlier else None
    version = Version(
        source.quarter,
        number_of(previous) + 1 if previous else 1,
        source.edition.folder.name,
        content.status,
        source.recorded_at(),
        content.digest,
        source.is_simulated,
    )
    if previous is not None and previous["sogong"]["content"] == version.content:
        return Released(place.address, _of(previous, source.quarter), is_new=False, bytes=0, changed=0)
    described = package(version, folder, content.rows, sources(source), is_open=source.is_open)
    found = changes(place, previous, folder, content.status, room) if previous else None
    before = previous or newest_before(place, source.quarter)
    schema = schema_changes(before, described) if before else []
    text = _changelog_of(place, previous) if previous else ""
    log = changelog(version, found, schema, content.offices, text)
    (folder / CHANGELOG).write_text(log, encoding="utf-8")
    (folder / CHANGES).write_text(as_csv([*(found or ()), *schema]), encoding="utf-8")
    (folder / "lineage.json").write_text(as_text(lineage(source)), encoding="utf-8")
    districts = {one.district_id for one in source.registry.districts}
    write_front(folder, version, len(districts), is_open=source.is_open)
    (folder / PACKAGE).write_text(as_text(described), encoding="utf-8")
    write_sums(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    keep(place, version, folder)
    return Released(place.address, version, is_new=True, bytes=size, changed=len(found or ()) + len(schema))


def _of(previous: dict[str, Any], quarter: Quarter) -> Version:
    said = previous["sogong"]
    return Version(
        quarter,
        number_of(previous),
        said["edition"],
        said["status"],
        previous["created"],
        said["content"],
        said["simulated"],
    )


def _changelog_of(place: Store, previous: dict[str, Any]) -> str:
    folder = PurePosixPath(previous["sogong"]["quarter"], previous["version"])
    return place.read(folder / CHANGELOG) or ""
