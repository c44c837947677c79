"""The fixed words and the columns of the survey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

Page = Literal["visits", "districts"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list, as columns.yaml has it."""

    key: str
    title: str
    wide: float
    digits: int | None = None
    input: bool = False
    choices: str = ""


@cache
def words() -> Mapping[str, Any]:
    """The fixed words of texts.yaml, read once."""
    found: Mapping[str, Any] = _read("texts.yaml")
    return found


@cache
def columns(page: Page = "visits") -> Sequence[Column]:
    """The columns of a list in order, read once."""
    return tuple(Column(**entry) for entry in _read("columns.yaml")[page])


def choices(column: Column) -> Mapping[str, str]:
    """The words that a column takes, by their codes; empty where anything may be written."""
    found: Mapping[str, str] = words()["choices"][column.choices] if column.choices else {}
    return found


def _read(name: str) -> Any:
    return yaml.safe_load(files(__package__).joinpath(name).read_text(encoding="utf-8"))
