"""Known indicators, one YAML each, and the services that provide them."""

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
"""Value of `service` for indicators loaded from the office's own file."""


@dataclass(frozen=True, slots=True)
class Service:
    """Service of another agency.

    Attributes:
        id: As indicators refer to it.
        name: Display name.
        url: The setting with its address.
        key: The setting with the user's key.
        apply: Site that issues keys.
        key_field: Query field of the key; empty if the key is a part of the path.
        errors: Kinds of its error codes.
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
        """Environment variable of its key."""
        return f"SOGONG_{self.key.upper()}"


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator.

    Attributes:
        id: Its name in commands and in the lake.
        title_ko: Its name on pages.
        service: A service's id, or `FILE`.
        level: Level of its areas: `sido` (with the nation), `sigungu`, or `any` for a file.
        unit: Unit of its values, if a response names none.
        source: Agency and table.
        months: Months that a call goes back, so that revisions are included.
        months_a_call: Largest number of months per call.
        least_areas: Fewest areas in the newest month; a response with fewer is refused as incomplete.
        request: Request parameters; only the module of the service reads them.
        units: Factor that converts a value to `unit`, by unit of a file.
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
    """Return the services by id."""
    entries = yaml.safe_load(files(__package__).joinpath("services.yaml").read_text(encoding="utf-8"))
    return {name: Service(id=name, **entry) for name, entry in entries.items()}


@cache
def indicators() -> Mapping[str, Indicator]:
    """Return the indicators by id, in alphabetical order."""
    by_id = {}
    for file in sorted(files(__package__).joinpath("indicators").iterdir(), key=lambda one: one.name):
        entry = yaml.safe_load(file.read_text(encoding="utf-8"))
        units = {unit: Decimal(factor) for unit, factor in entry.pop("units", {}).items()}
        name = file.name.removesuffix(".yaml")
        by_id[name] = Indicator(id=name, units=units, **entry)
    return by_id


def fetched() -> list[Indicator]:
    """Return the indicators of services."""
    return [one for one in indicators().values() if one.service != FILE]


def indicator_of(name: str) -> Indicator:
    """Return an indicator of a service, by its id.

    Raises:
        RefusedError: when the id is unknown.
    """
    for one in fetched():
        if one.id == name:
            return one
    raise RefusedError(f"{name!r} is not an indicator; known are {', '.join(one.id for one in fetched())}")
