"""The sweep: everything that today's code, data and rules would make otherwise is made again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePosixPath

from sogong_pipeline.districts.loaded import measured_in_force, registry_in_force
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.orphans import CURRENT
from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.periods import Month
from sogong_pipeline.steps.build import outdated
from sogong_pipeline.steps.installation import Installation


def outdated_months(installation: Installation) -> dict[Month, list[str]]:
    """The months that other code made, oldest first, and what changed; what depends on a quarter is left to it."""
    found = {}
    for month in map(Month.parse, installation.lake.children("raw")):
        why = [line for partition in _partitions(installation, month) for line in outdated(partition)]
        if why:
            found[month] = list(dict.fromkeys(why))
    return found


def _partitions(installation: Installation, month: Month) -> Iterator[Partition]:
    """What was made of the files of a month, and of the one that counts under the districts of its quarter."""
    lake = installation.lake
    for layer in ("staged", "checked", "revised"):
        yield from lake.partitions(layer, str(month))
    measured = measured_in_force(installation, month)
    if measured is not None:
        _, _, vintage, districts = measured.folder.parts
        addresses = lake.find("addresses", str(month), vintage)
        matched = lake.find("matched", str(month), vintage, districts)
        trace = installation.months.traces.find(month, vintage, installation.vintage_of)
        registry = registry_in_force(installation)
        placed = registry and installation.months.placing(month, registry.on(month.quarter.last_day), vintage)
        yield from (partition for partition in (trace, addresses, matched, placed, measured) if partition)


def remake_month(installation: Installation, month: Month) -> None:
    """Make every landed file of a month again, and its facts; which file counts, and since when, stays."""
    marks = [PurePosixPath(layer, str(month), CURRENT) for layer in ("raw", "checked")]
    store = installation.lake.store
    before = {mark: store.read(mark) for mark in marks}
    for vintage in reversed(installation.vintages(month)):
        installation.months.stage(month, vintage)
        with suppress(RefusedError):  # the gate stopped it before, too
            installation.months.check(month, vintage)
    for mark, text in before.items():
        if text is not None and store.read(mark) != text:
            store.write(mark, text)
    installation.months.revise(month)
    if installation.vintage_of(month) is not None:
        installation.months.measure_in_force(month)
