"""Where the files of a month stand: what the gates found in them, less what a person accepted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.districts.loaded import registry_in_force
from sogong_pipeline.lake.partitions import SHORT, Partition, digest_of
from sogong_pipeline.periods import Month
from sogong_pipeline.quality.holds import Hold, holds

NEAREST_MONTHS = 3
"""How far back a month may lie that another is held against; further off, too much has changed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a file of a month stands once acceptances count.

    Attributes:
        stopping: Failed critical checks that nobody accepted: the month is not measured.
        holding: Failed checks that hold and that nobody accepted: no report of its quarters is written.
        accepted: What a person accepted, in the order of recording.
    """

    stopping: Sequence[str]
    holding: Sequence[str]
    accepted: Sequence[Hold]

    @property
    def digest(self) -> str:
        """What an edition's inputs say of it; empty where there is nothing to say."""
        if not self.holding and not self.accepted:
            return ""
        told = [(hold.checks, hold.by, hold.reason) for hold in self.accepted]
        return digest_of(list(self.holding), told)[:SHORT]


def month_before(
    catalogue: Catalogue, month: Month, known: dt.datetime | None = None
) -> tuple[Month, str] | None:
    """The last month that counts before another, with its vintage; None where none is near enough."""
    for back in range(1, NEAREST_MONTHS + 1):
        if (vintage := catalogue.vintage_of(month.shift(-back), known)) is not None:
            return month.shift(-back), vintage
    return None


def placed_in_force(catalogue: Catalogue, month: Month, vintage: str) -> Partition | None:
    """What the second gate found in a file under the districts of the month's own quarter, if it is there."""
    registry, before = registry_in_force(catalogue), month_before(catalogue, month)
    if registry is None or before is None:
        return None
    districts = registry.on(month.quarter.last_day).version
    return catalogue.lake.find("placed", str(month), vintage, districts, before[1])


def checks_of(catalogue: Catalogue, month: Month, vintage: str) -> list[Partition]:
    """What both gates found in a file, as far as they looked at it."""
    found = (
        catalogue.lake.find("checked", str(month), vintage),
        placed_in_force(catalogue, month, vintage),
    )
    return [partition for partition in found if partition is not None]


def standing(catalogue: Catalogue, month: Month, vintage: str, known: dt.datetime | None = None) -> Standing:
    """Where a file stands; acceptances count by a moment where one is given."""
    checks = checks_of(catalogue, month, vintage)
    accepted = [hold for hold in holds(catalogue, month, vintage, known) if hold.state == "accepted"]
    names = {name for hold in accepted for name in hold.names}

    def left(kind: str) -> list[str]:
        failed = dict.fromkeys(name for found in checks for name in found.facts.get(kind, []))
        return [name for name in failed if name not in names]

    return Standing(left("stopping"), left("holding"), accepted)
