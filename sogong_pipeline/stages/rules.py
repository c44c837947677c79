"""Rule sets, read from `rules/*.yaml`; each names its kind and that kind's parameters."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

import yaml

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import SHORT, digest_of
from sogong_pipeline.stages.likelihood.parameters import Parameters

DEFAULT = "ref_5_10"
THRESHOLD, LIKELIHOOD = "threshold", "likelihood"
CHANGE, DIFFERENCE, RELATIVE, RATIO, STANDARD_ERRORS = YARDSTICKS = (
    "change",
    "points_to_nation",
    "share_of_nations_change",
    "ratio_to_nation",
    "standard_errors",
)


@dataclass(frozen=True)
class AnyRuleSet:
    """Fields common to rule sets of every kind.

    Attributes:
        rule_set: Its name, that of its file.
        version: Version and digest of its content.
        kind: `threshold` or `likelihood`.
        title_ko: Korean name.
        description_ko: One Korean sentence on how it proposes a stage.
        sources: For each number, where it comes from: kind and citation.
    """

    rule_set: str
    version: str
    kind: str
    title_ko: str
    description_ko: str
    sources: dict[str, dict[str, str]]


@dataclass(frozen=True)
class RuleSet(AnyRuleSet):
    """A rule set of the kind `threshold`: votes of indicators that fell below a limit against every base.

    Attributes:
        indicators: Indicators that vote.
        bases: Comparisons in each of which an indicator must breach.
        at_least: Indicators that must breach.
        yardstick: Quantity limited by `thresholds_pct`: one of `YARDSTICKS`.
        thresholds_pct: Limit of each stage, from the most to the least severe.
        least_error_points: Smallest standard error that the yardstick `standard_errors` uses, in points.
        fewest_workplaces: Districts with fewer are undetermined.
        largest_share_pct: Districts with a workplace of more than this share of workers are undetermined.
        draws: Bootstrap draws, 0 for a rule set that is shown for comparison and states no confidence.
        seed: Their seed.
        confidence_pct: Share of draws required by each level of confidence; empty without draws.
    """

    indicators: tuple[str, ...]
    bases: tuple[str, ...]
    at_least: int
    yardstick: str
    thresholds_pct: dict[str, Decimal]
    least_error_points: Decimal
    fewest_workplaces: int
    largest_share_pct: Decimal
    draws: int
    seed: int
    confidence_pct: dict[str, Decimal]

    @property
    def order(self) -> tuple[str, ...]:
        """Return the stages, from the most to the least severe."""
        return tuple(self.thresholds_pct)


@dataclass(frozen=True)
class LikelihoodRuleSet(AnyRuleSet):
    """A rule set of the kind `likelihood`: a district is smaller than ordinary turnover explains."""

    likelihood: Parameters


def names() -> list[str]:
    """List the rule sets that ship with the package."""
    folder = resources.files(__package__).joinpath("rules")
    return sorted(
        entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")
    )


def load(name: str = DEFAULT) -> RuleSet:
    """Read a rule set of the kind `threshold`.

    Raises:
        RefusedError: when no such rule set ships or it is of another kind.
    """
    rules = load_any(name)
    if not isinstance(rules, RuleSet):
        raise RefusedError(f"the rule set {name!r} is of the kind {rules.kind}, not {THRESHOLD}")
    return rules


def load_likelihood(name: str) -> LikelihoodRuleSet:
    """Read a rule set of the kind `likelihood`.

    Raises:
        RefusedError: when no such rule set ships or it is of another kind.
    """
    rules = load_any(name)
    if not isinstance(rules, LikelihoodRuleSet):
        raise RefusedError(f"the rule set {name!r} is of the kind {rules.kind}, not {LIKELIHOOD}")
    return rules


@cache
def load_any(name: str) -> AnyRuleSet:
    """Read a rule set of any kind.

    Raises:
        RefusedError: when no such rule set ships.
    """
    if name not in names():
        raise RefusedError(f"there is no rule set {name!r}; available: {', '.join(names())}")
    text = resources.files(__package__).joinpath("rules", f"{name}.yaml").read_text(encoding="utf-8")
    return parse(yaml.safe_load(text), f"{name}.yaml")


def parse(data: dict[str, Any], file: str) -> AnyRuleSet:
    """Parse the content of a rule set's file.

    Args:
        data: The content.
        file: Name of the file, for messages.

    Raises:
        RefusedError: when the name, the kind, the yardstick or a number is missing or unknown.
    """
    try:
        common = {
            "rule_set": data["rule_set"],
            "version": f"{data['version']}-{digest_of(data)[:SHORT]}",
            "kind": data["kind"],
            "title_ko": data["title_ko"],
            "description_ko": data["description_ko"],
            "sources": data["sources"],
        }
        if f"{data['rule_set']}.yaml" != file:
            raise RefusedError(f"{file} holds the rule set {data['rule_set']!r}; name the file after it")
        if data["kind"] == LIKELIHOOD:
            return LikelihoodRuleSet(**common, likelihood=Parameters.of(data["parameters"]))
        if data["kind"] == THRESHOLD:
            return _threshold(data, common, file)
    except KeyError as error:
        raise RefusedError(f"{file} lacks {error.args[0]!r}") from error
    except (TypeError, ValueError) as error:
        raise RefusedError(f"{file} cannot be read as a rule set: {error}") from error
    raise RefusedError(f"{file}: the kind {data['kind']!r} is neither {THRESHOLD} nor {LIKELIHOOD}")


def _threshold(data: dict[str, Any], common: dict[str, Any], file: str) -> RuleSet:
    yardstick = data.get("yardstick", CHANGE)
    confidence = data.get("confidence", {})
    if yardstick not in YARDSTICKS:
        raise RefusedError(f"{file}: the yardstick {yardstick!r} is none of {', '.join(YARDSTICKS)}")
    return RuleSet(
        **common,
        indicators=tuple(data["indicators"]),
        bases=tuple(data["bases"]),
        at_least=data["at_least"],
        yardstick=yardstick,
        thresholds_pct={stage: Decimal(str(value)) for stage, value in data["thresholds_pct"].items()},
        least_error_points=Decimal(str(data.get("least_error_points", 0))),
        fewest_workplaces=data["undetermined"]["fewer_workplaces_than"],
        largest_share_pct=Decimal(str(data["undetermined"]["largest_share_above_pct"])),
        draws=confidence.get("draws", 0),
        seed=confidence.get("seed", 0),
        confidence_pct={
            level: Decimal(str(confidence[level])) for level in ("high", "medium") if level in confidence
        },
    )
