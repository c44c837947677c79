"""What of a lake may go: what killed runs left, and what nothing present is made from and can be made again."""

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
    """A partition or a file that may go, its bytes, and why."""

    name: PurePosixPath
    bytes: int
    why: str
    is_partition: bool


def removable(installation: Installation) -> list[Removable]:
    """What may go, in the order of its names.

    Kept is every raw file, registry, decision and edition, whatever does not depend on districts, and of `matched`,
    `moved` and `measured` what a proposal of any quarter would be made from now; of `measured` also what an edition was
    made from. Of clusters the current tables are kept, and the months that they would be made from now.
    """
    contents = Contents.of(installation.lake.store)
    abandoned = set(installation.lake.store.abandoned(PurePosixPath()))
    left = [
        Removable(name, contents.sizes[name], "a killed run left it", is_partition=False)
        for name in contents.unnamed
        if name.parts[0] in named("derived", "edition") and name in abandoned
    ]
    unused = [*_unused(installation, contents), *_unused_clusters(installation, contents)]
    return sorted([*left, *unused], key=lambda found: found.name)


def _unused(installation: Installation, contents: Contents) -> Iterator[Removable]:
    if registry_in_force(installation) is None:
        return
    live = set(_live(installation))
    kept: dict[str, set[Any]] = {
        **_live_books(installation),
        "matched": live,
        "moved": live,
        "measured": live | set(_cited(installation)),
    }
    yield from _others(contents, kept, "no quarter is made from it now")


def _unused_clusters(installation: Installation, contents: Contents) -> Iterator[Removable]:
    """Superseded tables of clusters, and corporations of months and files that the next ones would not read."""
    current = current_clusters(installation)
    if current is None:
        return
    months = {(str(month), installation.vintage_of(month)) for month in installation.clusters.months()}
    kept: dict[str, set[Any]] = {CLUSTERS: {(current.folder.name,)}, CORPORATIONS: months}
    yield from _others(contents, kept, "newer tables of clusters stand in its place")


def _others(contents: Contents, kept: dict[str, set[Any]], why: str) -> Iterator[Removable]:
    """The partitions of some layers but those kept, by the first three parts of their keys."""
    for folder in contents.manifests:
        layer, *key = folder.parts
        if layer in kept and tuple(key[:3]) not in kept[layer]:
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
            yield str(month), counts, registry.on(month.quarter.last_day).version  # what the second gate saw
            yield str(month), counts, districts_of(installation, registry, month.quarter).version
        if (measured := measured_in_force(installation, month)) is not None:
            yield str(month), measured.folder.parts[2], measured.folder.parts[3]


def _live_books(installation: Installation) -> dict[str, set[tuple[str, ...]]]:
    """The keys of what the books of every quarter are made from now, and of the books."""
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


def clean(installation: Installation, found: list[Removable]) -> int:
    """Delete what may go; returns by how many bytes the lake is smaller."""
    store = installation.lake.store
    before = sum(size for _, size in store.sizes())
    for each in found:
        if each.is_partition:
            forget(store, each.name)
        else:
            with store.alone():
                store.delete(each.name)
    return before - sum(size for _, size in store.sizes())
