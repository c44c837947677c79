"""The fixed words of the monthly bulletin, and how it calls things."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from sogong_pipeline.pages.wording import texts
from sogong_pipeline.regions.reference import Office
from sogong_pipeline.vocabulary import Measure

UNITS: Mapping[Measure, tuple[str, int]] = {
    "workplaces": ("개", 1),
    "workers": ("명", 1),
    "payroll_krw": ("억원", 10**8),
}
"""The unit a level is told in, and how many of its own that is."""


@cache
def words() -> Mapping[str, Any]:
    """The fixed words of bulletin.yaml."""
    found: Mapping[str, Any] = yaml.safe_load(
        files(__package__).joinpath("texts.yaml").read_text(encoding="utf-8")
    )
    return found


def name_of(office: Office | None) -> str:
    """`전국`, or the office's name."""
    return office.name if office else texts().report["nation"]
