"""Fixed wording of sheets, briefings and replies, and the columns of a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from sogong_pipeline.decisions.decision import Kind
from sogong_pipeline.pages.wording import texts as report_texts
from sogong_pipeline.vocabulary import Stage


@dataclass(frozen=True, slots=True)
class Texts:
    """Wording of texts.yaml, by the same names."""

    kinds: Mapping[Kind, str]
    open: str
    sheet: Mapping[str, Any]
    briefing: Mapping[str, str]
    answer: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet, from columns.yaml."""

    key: str
    title: str
    wide: float
    digits: int | None = None
    change: bool = False
    input: bool = False
    screen: bool = False
    formerly: str = ""


@cache
def texts() -> Texts:
    """Return the fixed wording; cached."""
    return Texts(**_read("texts.yaml"))


@cache
def columns() -> Sequence[Column]:
    """Return the columns in order; cached."""
    return tuple(Column(**entry) for entry in _read("columns.yaml"))


def by_title() -> Mapping[str, Column]:
    """The columns by every title they have or had on a sheet."""
    named = {column.formerly: column for column in columns() if column.formerly}
    return {**named, **{column.title: column for column in columns()}}


def stage_label(stage: Stage) -> str:
    """Return the label of a decided stage on a sheet; leaving one open is not a judgement of the program."""
    return texts().open if stage == "undetermined" else report_texts().stages[stage]


def choices(proposal: Stage) -> list[str]:
    """Return the possible decisions on a district: only one without a proposal may be left open."""
    stages: list[Stage] = ["good", "caution", "severe"]
    return [stage_label(stage) for stage in (*stages, *([proposal] if proposal == "undetermined" else []))]


def _read(name: str) -> Any:
    return yaml.safe_load(files(__package__).joinpath(name).read_text(encoding="utf-8"))
