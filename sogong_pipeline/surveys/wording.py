"""Fixed wording and columns of the survey."""

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
    """A column of a list, from columns.yaml."""

    key: str
    title: str
    wide: float
    digits: int | None = None
    input: bool = False
    choices: str = ""


@cache
def words() -> Mapping[str, Any]:
    """Return the fixed wording of texts.yaml; cached."""
    fixed: Mapping[str, Any] = _read("texts.yaml")
    return fixed


@cache
def columns(page: Page = "visits") -> Sequence[Column]:
    """Return the columns of a list in order; cached."""
    return tuple(Column(**entry) for entry in _read("columns.yaml")[page])


def choices(column: Column) -> Mapping[str, str]:
    """Return the allowed words of a column by their codes; empty for free text."""
    values: Mapping[str, str] = words()["choices"][column.choices] if column.choices else {}
    return values


def _read(name: str) -> Any:
    return yaml.safe_load(files(__package__).joinpath(name).read_text(encoding="utf-8"))
