"""The contribution rate, the income limits and the coverage of each month, read from `contribution.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from sogong_pipeline.lake.partitions import SHORT, digest_of
from sogong_pipeline.periods import Month


@dataclass(frozen=True)
class Contribution:
    """How one month's bills came about; amounts in won of base income a month, the rate in basis points."""

    rate_bp: int
    ceiling_krw: int
    floor_krw: int

    @property
    def billed_at_ceiling_krw(self) -> int:
        """The most one subscriber can be billed, both halves, in won."""
        return self._billed(self.ceiling_krw)

    @property
    def billed_at_floor_krw(self) -> int:
        """The least one subscriber can be billed for a whole month, both halves, in won."""
        return self._billed(self.floor_krw)

    def _billed(self, base_income_krw: int) -> int:
        """Each half floored to 10 won."""
        return 2 * (base_income_krw * self.rate_bp // 20_000 // 10 * 10)


@cache
def contribution_table() -> dict[str, list[dict[str, Any]]]:
    """Rates, limits and coverage with the month each begins, as in the file."""
    text = resources.files(__package__).joinpath("contribution.yaml").read_text(encoding="utf-8")
    table: dict[str, list[dict[str, Any]]] = yaml.safe_load(text)
    return table


def _in_force(section: str, month: Month) -> dict[str, Any]:
    """The last entry of a section that begins no later than the month."""
    return [entry for entry in contribution_table()[section] if str(entry["from"]) <= str(month)][-1]


@cache
def contribution_for(month: Month) -> Contribution:
    """The rate and the limits in force in a month; the newest known limits stand for later months."""
    limits = _in_force("limits", month)
    return Contribution(
        rate_bp=int(_in_force("rates", month)["rate_bp"]),
        ceiling_krw=int(limits["ceiling_krw"]),
        floor_krw=int(limits["floor_krw"]),
    )


@cache
def contribution_version() -> str:
    """A digest of the table; a changed rate or limit makes what was computed with it stale."""
    return digest_of(contribution_table())[:SHORT]


@cache
def coverage_breaks() -> tuple[Month, ...]:
    """The months from which the file covers other workplaces than before: levels cannot be compared across."""
    return tuple(
        Month.parse(str(entry["from"]))
        for entry in contribution_table()["coverage"]
        if entry.get("level_break")
    )
