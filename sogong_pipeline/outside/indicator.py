"""The indicators that are known, one YAML each, and the services that they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from sogong_pipeline.errors import RefusedError

ErrorKind = Literal["key", "later", "empty", "too_many", "request"]
FILE = "file"
"""Stands for a service where the office's own file brings the values."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service of another agency.

    Attributes:
        id: As indicators name it.
        name: As people know it.
        url: The setting with its address.
        key: The setting with the user's key.
        apply: Where a key is to be had.
        key_field: The field of the address that carries the key; empty where the key is a part of the path.
        errors: What its error codes mean.
    """

    id: str
    name: str
    url: str
    key: str
    apply: str
    errors: Mapping[str, ErrorKind]
    key_field: str = ""

    @property
    def variable(self) -> str:
        """The environment variable of its key."""
        return f"SOGONG_{self.key.upper()}"


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator.

    Attributes:
        id: Its name in commands and in the lake.
        title_ko: Its name on pages.
        service: A service's id, or `FILE`.
        level: What its areas are: `sido` (with the nation), `sigungu`, or `any` for a file.
        unit: Of its values, where an answer names none.
        source: Agency and table.
        months: How many months back a call asks, so that revisions come in.
        months_a_call: How many months one call may ask for.
        least_areas: With fewer areas in the newest month an answer is refused as a part of one.
        request: What its service is asked; only the module of that service reads it.
        units: By unit of a file the factor that turns a value into `unit`.
    """

    id: str
    title_ko: str
    service: str
    level: str
    unit: str
    source: str
    months: int = 0
    months_a_call: int = 1
    least_areas: int = 0
    request: Mapping[str, Any] = field(default_factory=dict)
    units: Mapping[str, Decimal] = field(default_factory=dict)


@cache
def services() -> Mapping[str, Service]:
    """The services by id."""
    entries = yaml.safe_load(files(__package__).joinpath("services.yaml").read_text(encoding="utf-8"))
    return {name: Service(id=name, **entry) for name, entry in entries.items()}


@cache
def indicators() -> Mapping[str, Indicator]:
    """The indicators by id, in alphabetical order."""
    found = {}
    for file in sorted(files(__package__).joinpath("indicators").iterdir(), key=lambda one: one.name):
        entry = yaml.safe_load(file.read_text(encoding="utf-8"))
        units = {unit: Decimal(factor) for unit, factor in entry.pop("units", {}).items()}
        name = file.name.removesuffix(".yaml")
        found[name] = Indicator(id=name, units=units, **entry)
    return found


def fetched() -> list[Indicator]:
    """The indicators that a service has."""
    return [one for one in indicators().values() if one.service != FILE]


def indicator_of(name: str) -> Indicator:
    """An indicator that a service has, by its id.

    Raises:
        RefusedError: when there is none of that name.
    """
    for one in fetched():
        if one.id == name:
            return one
    raise RefusedError(f"{name!r} is no indicator; there are {', '.join(one.id for one in fetched())}")
