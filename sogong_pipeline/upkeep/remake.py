"""Makes derived partitions again from those that cannot be made again."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import PurePosixPath

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.orphans import CURRENT, DERIVED, MANIFEST, PROPOSED
from sogong_pipeline.lake.store import Store
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.steps.installation import Pipeline
from sogong_pipeline.upkeep.verify import Damage


def remake(pipeline: Pipeline, month: Month) -> None:
    """Stage, check, compare and measure every landed file of a month; which one counts, and since when, stays."""
    marks = [PurePosixPath(step, str(month), CURRENT) for step in ("raw", "checked")]
    before = {mark: pipeline.lake.store.read(mark) for mark in marks}
    for vintage in reversed(pipeline.months.vintages(month)):
        pipeline.months.stage(month, vintage)
        with suppress(RefusedError):  # the gate stopped it before, too
            pipeline.months.check(month, vintage)
    for mark, text in before.items():
        if text is not None and pipeline.lake.store.read(mark) != text:
            pipeline.lake.store.write(mark, text)
    pipeline.revisions.of(month)
    if pipeline.months.vintage_of(month) is not None:
        pipeline.months.measure_in_force(month)


def mend(pipeline: Pipeline, damaged: Iterable[Damage]) -> None:
    """Make again whatever of the damaged can be; an edition only where it is what its quarter would give now."""
    again = [damage for damage in damaged if _can_be_made_again(pipeline, damage.file)]
    for damage in again:
        forget(pipeline.lake.store, damage.file.parent)
    keys = {damage.file.parts[:2] for damage in again}
    for month in sorted({Month.parse(key) for layer, key in keys if layer != PROPOSED}):
        remake(pipeline, month)
    for quarter in sorted({Quarter.parse(key) for layer, key in keys if layer == PROPOSED}):
        pipeline.quarters.propose(quarter)


def forget(store: Store, folder: PurePosixPath) -> None:
    """Delete a partition, the manifest first, so that it is there whole or not at all."""
    with store.alone():
        store.delete(folder / MANIFEST)
        for name in list(store.abandoned(folder)):
            store.delete(name)


def _can_be_made_again(pipeline: Pipeline, file: PurePosixPath) -> bool:
    """Whether a file is of a derived layer, or of the edition its quarter would give now."""
    if file.name == CURRENT or file.parts[0] != PROPOSED:
        return file.name != CURRENT and file.parts[0] in DERIVED
    try:
        return pipeline.quarters.plan(Quarter.parse(file.parts[1])).edition == file.parts[2]
    except RefusedError:
        return False
