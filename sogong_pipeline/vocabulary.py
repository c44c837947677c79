"""Codes common to all layers, with their Korean words: stages, measures, bases, and the statuses of values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal

import yaml

from sogong_pipeline.sql_engine import SQL

Stage = Literal["good", "caution", "severe", "undetermined"]
Confidence = Literal["high", "medium", "low"]
Measure = Literal["workplaces", "workers", "payroll_krw"]
Base = Literal["quarter", "year", "two_years"]
FactStatus = Literal[
    "ok",
    "partial",
    "few_workplaces",
    "dominated_by_one",
    "not_computable",
    "unadjusted_break",
    "outside_roll_out",
]
ChangeStatus = Literal["ok", "partial", "not_computable", "unadjusted_break"]
ChangeScope = Literal["all", "corporations"]
Number = Decimal | int

STAGES: tuple[Stage, ...] = ("good", "caution", "severe", "undetermined")
NATION = "00"
"""Code of the nation: the region of all others together."""
MEASURES: tuple[Measure, ...] = ("workplaces", "workers", "payroll_krw")
MEASURE_OF: Mapping[str, Measure] = {
    "workplaces": "workplaces",
    "workers": "workers",
    "payroll": "payroll_krw",
}
"""Measure behind each indicator of a rule."""
OK, UNKNOWN = "ok", "not_computable"


@dataclass(frozen=True, slots=True)
class Labels:
    """The Korean words of codes, by the same names as in labels.yaml."""

    stages: Mapping[str, str]
    measures: Mapping[str, str]
    bases: Mapping[str, str]


@cache
def labels() -> Labels:
    """Return the Korean words of stages, measures and bases, read once."""
    return Labels(**yaml.safe_load((SQL / "reference" / "labels.yaml").read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Status:
    """A status with its Korean words.

    Attributes:
        status: Its code in the tables.
        label: Its name in full.
        short: Text in the place of a missing value.
        mark: Sign behind a value that is present.
        meaning: Its meaning for a value.
    """

    status: str
    label: str
    short: str
    mark: str
    meaning: str


@cache
def statuses() -> dict[str, Status]:
    """Return every status by its name, in the order of a legend."""
    text = (SQL / "reference" / "dim_status" / "status.yaml").read_text(encoding="utf-8")
    return {entry["status"]: Status(**entry) for entry in yaml.safe_load(text)}


def said_instead(status: str) -> str:
    """Return the text shown for a missing value; a status without a reason counts as unknown."""
    return statuses()[status].short or statuses()[UNKNOWN].short


def legend(shown: Collection[str]) -> str:
    """Return the legend of statuses shown beside or instead of values; empty when all are ok."""
    listed = [status for name, status in statuses().items() if name in shown and status.short]
    return " · ".join(f"{status.mark} {status.label}: {status.meaning}".strip() for status in listed)
