"""Korean wording of figures, limits and states on the quality pages."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files

import yaml

from sogong_pipeline.pages.drawings import Limits
from sogong_pipeline.pages.parts import Tone
from sogong_pipeline.pages.wording import MINUS, NONE, number, signed
from sogong_pipeline.quality_pages.history import State

SEVERITIES: Mapping[str, str] = {"critical": "중단", "warning": "경고"}
STATES: Mapping[State, str] = {"passed": "통과", "warned": "경고", "stopped": "중단"}
TONES: Mapping[State, Tone] = {"passed": "", "warned": "doubtful", "stopped": "bad"}
NOT_LOOKED_AT = "해당 없음"


@cache
def notes(table: str) -> tuple[str, ...]:
    """Return the notes under a table."""
    words = yaml.safe_load(files(__package__).joinpath("texts.yaml").read_text(encoding="utf-8"))
    return tuple(words[table])


def figure(value: Decimal | None, unit: str) -> str:
    """Format a figure in its unit: `0.45%` of rows, `+0.90%` against the month before, `16`."""
    if value is None:
        return NONE
    if unit == "ratio":
        return f"{signed(100 * (value - 1))}%"
    if unit == "share":
        return f"{_short(100 * value)}%"
    return _short(value)


def limits(bounds: Limits, unit: str) -> str:
    """Format the limits of a figure."""
    least, most = (None if limit is None else _limit(limit, unit) for limit in (bounds.least, bounds.most))
    if least and most:
        return f"{least} ~ {most}"
    if bounds.most == 0:
        return "없음"
    return f"{least} 이상" if least else f"{most} 이하"


def _limit(value: Decimal, unit: str) -> str:
    if unit != "ratio":
        return figure(value, unit)
    return f"{'+' * (value > 1)}{_short(100 * (value - 1))}%".replace("-", MINUS)


def _short(value: Decimal) -> str:
    """Format a number without trailing zeros."""
    whole, _, rest = f"{value.quantize(Decimal('0.0001')):,f}".partition(".")
    rest = rest.rstrip("0")
    return f"{whole}.{rest}" if rest else number(Decimal(whole.replace(",", "")))
