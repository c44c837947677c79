"""Rebuild derived partitions from source data."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from sogong_pipeline.clusters.in_lake import CLUSTERS, CORPORATIONS, loads
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.layers import BY_NAME, named
from sogong_pipeline.lake.orphans import CURRENT, MANIFEST
from sogong_pipeline.lake.store import Store
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.stages.rules import DEFAULT
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.steps.sweep import remake_month
from sogong_pipeline.upkeep.verify import Damage


def mend(installation: Installation, damaged: Iterable[Damage]) -> None:
    """Rebuild every damaged partition that can be rebuilt; an edition only if its quarter would give the same one now.

    Partitions without a month or quarter, such as the book of evidence, are rebuilt by the next step that reads them.
    """
    again = [damage for damage in damaged if _can_be_made_again(installation, damage.file)]
    for damage in again:
        forget(installation.lake.store, damage.file.parent)
    parts = [damage.file.parts for damage in again]
    of_months = {key[1] for key in parts if BY_NAME[key[0]].key[0] == "month"}
    for month in sorted(map(Month.parse, of_months)):
        remake_month(installation, month)
    judged = {
        (key[1], key[3] if key[0] == "proposals" else DEFAULT) for key in parts if key[0] in named("edition")
    }
    for quarter, rule_set in sorted(judged):
        installation.quarters.propose(Quarter.parse(quarter), rule_set)
    if {CLUSTERS, CORPORATIONS} & {key[0] for key in parts} and loads(installation):
        installation.clusters.build()


def forget(store: Store, folder: PurePosixPath) -> None:
    """Delete a partition, the manifest first, so that it never exists in part."""
    with store.alone():
        store.delete(folder / MANIFEST)
        for name in list(store.abandoned(folder)):
            store.delete(name)


def _can_be_made_again(installation: Installation, file: PurePosixPath) -> bool:
    """Return True for a file of a derived layer, or of the edition its quarter would give now."""
    if file.name == CURRENT or file.parts[0] not in named("edition"):
        return file.name != CURRENT and file.parts[0] in named("derived")
    try:
        return installation.quarters.is_what_inputs_give(Quarter.parse(file.parts[1]), file.parts[2])
    except RefusedError:
        return False
