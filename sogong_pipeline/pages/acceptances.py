"""What a person accepted of doubtful months, as every document that rests on them prints it above its text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sogong_pipeline.lake.partitions import Lake
from sogong_pipeline.pages.wording import clean, month_ko, texts
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.quality.titles import titles


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Checks of a month that failed and that a person accepted; `by` and `reason` come from outside.

    `checks` are the Korean titles.
    """

    data_month: Month
    checks: Sequence[str]
    by: str
    reason: str


def acceptance(month: Month, names: Iterable[str], by: str | None, reason: str) -> Acceptance:
    """What was accepted of a month, its checks given by name."""
    return Acceptance(month, [titles().get(name, name) for name in names], by or "", reason)


def acceptances_of(facts: Mapping[str, Any]) -> list[Acceptance]:
    """What was accepted of the months that an edition rests on, from its facts."""
    return [
        acceptance(Month.parse(month), entry["checks"], entry["by"], entry["reason"])
        for month, entries in facts.get("accepted", {}).items()
        for entry in entries
    ]


def accepted_notices(acceptances: Iterable[Acceptance]) -> tuple[str, ...]:
    """A notice for each acceptance."""
    return tuple(
        texts()
        .report["accepted_notice"]
        .format(
            month=month_ko(one.data_month),
            checks=", ".join(one.checks),
            by=clean(one.by),
            reason=clean(one.reason),
        )
        for one in acceptances
    )


def notices_of_edition(lake: Lake, quarter: Quarter, edition: str) -> tuple[str, ...]:
    """The notices of what was accepted for an edition, for documents that keep no more of it than its name."""
    found = lake.find("editions", str(quarter), edition)
    return accepted_notices(acceptances_of(found.facts)) if found else ()
