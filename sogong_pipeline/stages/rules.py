"""Rule sets: what a stage is proposed by, read from `rules/*.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

import yaml

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import SHORT, digest_of

DEFAULT = "ref_5_10"


@dataclass(frozen=True)
class RuleSet:
    """One rule set; thresholds in percent, from the most to the least severe stage."""

    rule_set: str
    version: str
    title_ko: str
    description_ko: str
    indicators: tuple[str, ...]
    bases: tuple[str, ...]
    at_least: int
    thresholds_pct: dict[str, Decimal]
    fewest_workplaces: int
    largest_share_pct: Decimal
    draws: int
    seed: int
    confidence_pct: dict[str, Decimal]


def names() -> list[str]:
    """The rule sets that ship."""
    folder = resources.files(__package__).joinpath("rules")
    return sorted(
        entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")
    )


@cache
def load(name: str = DEFAULT) -> RuleSet:
    """Read a rule set by name.

    Raises:
        RefusedError: when no such rule set ships.
    """
    if name not in names():
        raise RefusedError(f"there is no rule set {name!r}; there is {', '.join(names())}")
    text = resources.files(__package__).joinpath("rules", f"{name}.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return RuleSet(
        rule_set=data["rule_set"],
        version=f"{data['version']}-{digest_of(data)[:SHORT]}",
        title_ko=data["title_ko"],
        description_ko=data["description_ko"],
        indicators=tuple(data["indicators"]),
        bases=tuple(data["bases"]),
        at_least=data["at_least"],
        thresholds_pct={stage: Decimal(str(value)) for stage, value in data["thresholds_pct"].items()},
        fewest_workplaces=data["undetermined"]["fewer_workplaces_than"],
        largest_share_pct=Decimal(str(data["undetermined"]["largest_share_above_pct"])),
        draws=data["confidence"]["draws"],
        seed=data["confidence"]["seed"],
        confidence_pct={level: Decimal(str(data["confidence"][level])) for level in ("high", "medium")},
    )
