"""Legal thresholds as dated data: the threshold of the dongs of a 시군구 on a day, its divisions and articles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from sogong_pipeline.clusters.places import region_of
from sogong_pipeline.errors import RefusedError

Kind = Literal["metro", "city", "county"]
SOURCE_BEGINS = dt.date(2015, 11, 1)
"""First day of the table of regions; codes in force on it are assumed valid before it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Rule for the dongs of a 시군구 on a day.

    Attributes:
        rule_id: Version of the decree.
        kind: Kind of place.
        threshold: Small manufacturers of one division that a 읍면동 needs.
        alternative: Threshold under another reading of the law; None where the text is plain.
        divisions: Divisions that count.
        complexes_count: True if workplaces inside industrial complexes count.
        articles: Articles that set the threshold, its place and the divisions.
    """

    rule_id: str
    kind: Kind
    threshold: int
    alternative: int | None
    divisions: tuple[str, ...]
    complexes_count: bool
    articles: tuple[str, ...]

    @property
    def is_ambiguous(self) -> bool:
        """True if another reading of the law gives another threshold."""
        return self.alternative is not None


@dataclass(frozen=True, slots=True)
class Choices:
    """Choices of this project beside the law; see rules.yaml."""

    near_share: Decimal
    joined_least_share: Decimal
    plan_years: int
    ending_within_months: int
    frame_break_year: int
    stale_after_years: int


@cache
def rule_of(sigungu_code: str, day: dt.date) -> Rule:
    """Return the rule for a 시군구 on a day, by its code of that day.

    Raises:
        RefusedError: before the first rule, for an unknown code, or for a kind of place that no entry covers.
    """
    data = _data()
    dated = next((rule for rule in reversed(data["rules"]) if rule["from"] <= day), None)
    if dated is None:
        raise RefusedError(f"no rule for clusters is known before {data['rules'][0]['from']}")
    region = region_of(sigungu_code)
    if not region.valid_on(max(day, SOURCE_BEGINS)):
        raise RefusedError(f"the code {sigungu_code} ({region.name}) was not in force on {day}")
    kind, sido = kind_of(sigungu_code), region.sido_code
    entry = next(
        (
            entry
            for entry in data["places"]
            if sido in entry["sidos"] and kind in entry["kinds"] and entry.get("from", dt.date.min) <= day
        ),
        None,
    )
    if entry is None:
        raise RefusedError(f"no legal threshold is known for a {kind} of the sido {sido} on {day}")
    numbers: Mapping[str, int] = data["numbers"]
    other = entry.get("alternative")
    return Rule(
        rule_id=dated["id"],
        kind=entry["rule"],
        threshold=numbers[entry["rule"]],
        alternative=numbers[other] if other else None,
        divisions=tuple(dated["divisions"]),
        complexes_count=day >= data["complexes_from"],
        articles=tuple(
            filter(
                None,
                (data["articles"][entry["rule"]], entry.get("article", ""), dated["article_divisions"]),
            )
        ),
    )


def kind_of(sigungu_code: str) -> str:
    """Return 시, 군 or 구 of a 시군구; a gu below a city belongs to it and is 시."""
    own = region_of(sigungu_code).name.split()[1:]
    return "시" if not own else own[0][-1]


def newest_day() -> dt.date:
    """Return the first day of the newest change of the law in the rules."""
    data = _data()
    days: list[dt.date] = [entry["from"] for entry in (*data["rules"], *data["places"]) if "from" in entry]
    return max(days)


@cache
def choices() -> Choices:
    """Return the choices of this project; cached."""
    data = _data()
    return Choices(
        near_share=Decimal(data["near_share"]),
        joined_least_share=Decimal(data["joined_least_share"]),
        **{
            name: int(data[name])
            for name in ("plan_years", "ending_within_months", "frame_break_year", "stale_after_years")
        },
    )


@cache
def _data() -> Mapping[str, Any]:
    data: dict[str, Any] = yaml.safe_load(
        files(__package__).joinpath("rules.yaml").read_text(encoding="utf-8")
    )
    return data
