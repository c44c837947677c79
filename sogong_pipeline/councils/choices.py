"""Rule sets of offices with their first quarters: the entry `rule_set` of councils.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Quarter
from sogong_pipeline.stages.rules import DEFAULT, names


@dataclass(frozen=True, slots=True)
class Choice:
    """A rule set of an office, from a quarter on."""

    since: Quarter
    rule_set: str


def chosen(choices: Sequence[Choice], quarter: Quarter) -> str:
    """Return the rule set in force in a quarter; the default one before the first choice or without any."""
    return next((one.rule_set for one in reversed(choices) if one.since <= quarter), DEFAULT)


def choices(where: str, entries: Any) -> tuple[Choice, ...]:
    """Return the rule sets of an office, oldest first.

    Args:
        where: File and office, for messages.
        entries: Content of the file: a list of `from` and `id`.

    Raises:
        RefusedError: when a rule set is unknown, or one begins no later than the one before.
    """
    parsed: list[Choice] = []
    for entry in entries if isinstance(entries, list) else [entries]:
        if not isinstance(entry, dict) or entry.keys() != {"from", "id"}:
            raise RefusedError(f"{where}: each rule_set has from, a quarter, and id")
        since, rule_set = Quarter.parse(str(entry["from"])), str(entry["id"])
        if rule_set not in names():
            raise RefusedError(f"{where}: there is no rule set {rule_set!r}; there is {', '.join(names())}")
        if parsed and since <= parsed[-1].since:
            raise RefusedError(
                f"{where}: the rule_set from {since} must begin after that from {parsed[-1].since}"
            )
        parsed.append(Choice(since, rule_set))
    return tuple(parsed)
