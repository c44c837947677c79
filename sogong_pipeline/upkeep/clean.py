"""Select removable parts of a lake: orphaned files of killed runs, and unused partitions that can be rebuilt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from sogong_pipeline.clusters.in_lake import CLUSTERS, CORPORATIONS, current_clusters
from sogong_pipeline.districts.loaded import districts_of, measured_in_force, registry_in_force
from sogong_pipeline.lake.layers import named
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.upkeep.contents import Contents
from sogong_pipeline.upkeep.remake import forget

Use = tuple[str, str, str]
"""A month, its vintage, and the districts it is matched against."""


@dataclass(frozen=True)
class Removable:
    """A removable partition or file, its bytes, and the reason."""

    name: PurePosixPath
    bytes: int
    why: str
    is_partition: bool


def removable(installation: Installation) -> list[Removable]:
    """List the removable partitions and files, in the order of their names.

    Retained are every raw file, registry, decision and edition, all layers that do not depend on districts, and of
    `matched`, `moved` and `measured` the inputs of a new proposal of any quarter; of `measured` also those of existing
    editions. Of clusters the current tables and the months for their next build are retained.
    """
    contents = Contents.of(installation.lake.store)
    abandoned = set(installation.lake.store.abandoned(PurePosixPath()))
    left = [
        Removable(name, contents.sizes[name], "orphaned by a killed run", is_partition=False)
        for name in contents.unnamed
        if name.parts[0] in named("derived", "edition") and name in abandoned
    ]
    unused = [*_unused(installation, contents), *_unused_clusters(installation, contents)]
    return sorted([*left, *unused], key=lambda one: one.name)


def _unused(installation: Installation, contents: Contents) -> Iterator[Removable]:
    if registry_in_force(installation) is None:
        return
    live = set(_live(installation))
    retained: dict[str, set[Any]] = {
        **_live_books(installation),
        "matched": live,
        "moved": live,
        "measured": live | set(_cited(installation)),
    }
    yield from _others(contents, retained, "no quarter uses it any more")


def _unused_clusters(installation: Installation, contents: Contents) -> Iterator[Removable]:
    """Yield superseded cluster tables, and corporations of months and files that the next build would not read."""
    current = current_clusters(installation)
    if current is None:
        return
    months = {(str(month), installation.vintage_of(month)) for month in installation.clusters.months()}
    retained: dict[str, set[Any]] = {CLUSTERS: {(current.folder.name,)}, CORPORATIONS: months}
    yield from _others(contents, retained, "superseded by newer tables of clusters")


def _others(contents: Contents, retained: dict[str, set[Any]], why: str) -> Iterator[Removable]:
    """Yield the partitions of some layers except the retained ones, by the first three parts of their keys."""
    for folder in contents.manifests:
        layer, *key = folder.parts
        if layer in retained and tuple(key[:3]) not in retained[layer]:
            size = sum(size for name, size in contents.sizes.items() if name.parent == folder)
            yield Removable(folder, size, why, is_partition=True)


def _live(installation: Installation) -> Iterator[Use]:
    registry = registry_in_force(installation)
    for quarter in installation.quarters.with_data():
        plan = installation.quarters.plan(quarter)
        for month, vintage in plan.vintages.items():
            yield str(month), vintage, plan.districts.version
            yield str(month), vintage, plan.districts.without_book().version
    for month in installation.passed():
        counts = installation.vintage_of(month)
        if registry and counts:
            yield str(month), counts, registry.on(month.quarter.last_day).version  # input of the second gate
            yield str(month), counts, districts_of(installation, registry, month.quarter).version
        if (measured := measured_in_force(installation, month)) is not None:
            yield str(month), measured.folder.parts[2], measured.folder.parts[3]


def _live_books(installation: Installation) -> dict[str, set[tuple[str, ...]]]:
    """Return the keys of the current books of evidence of every quarter, and of their inputs."""
    live: dict[str, set[tuple[str, ...]]] = {"firms": set(), "joined": set(), "book": set()}
    registry = registry_in_force(installation)
    for quarter in installation.quarters.with_data():
        districts = districts_of(installation, registry, quarter) if registry else None
        if districts is None or districts.book is None:
            continue
        live["firms"].add((districts.book.firms,))
        live["book"].add((districts.version,))
        live["joined"] |= {(*month, districts.book.firms) for month in districts.book.months}
    return live


def _cited(installation: Installation) -> Iterator[Use]:
    for quarter in installation.lake.children("editions"):
        for edition in installation.lake.partitions("editions", quarter):
            for month, vintage in edition.facts["months"].items():
                yield month, vintage, edition.manifest["inputs"]["districts"]


def clean(installation: Installation, selected: list[Removable]) -> int:
    """Delete removable files; return the number of bytes freed."""
    store = installation.lake.store
    before = sum(size for _, size in store.sizes())
    for each in selected:
        if each.is_partition:
            forget(store, each.name)
        else:
            with store.alone():
                store.delete(each.name)
    return before - sum(size for _, size in store.sizes())
