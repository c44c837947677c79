"""What the board is made from: plain values that the steps read from the lake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.vocabulary import Stage

OfficeState = Literal["none", "sent", "late", "decided", "mailed"]
MonthState = Literal["in", "stopped", "missing"]


@dataclass(frozen=True, slots=True)
class MonthOnBoard:
    """A data month; `files` counts those that were landed, `bulletin` says whether one is written."""

    month: Month
    state: MonthState
    files: int
    bulletin: bool


@dataclass(frozen=True, slots=True)
class QuarterOnBoard:
    """A quarter that was proposed, with its districts in each stage; `held` says why nothing is published of it."""

    quarter: Quarter
    edition: str
    recorded_at: dt.datetime
    counts: Mapping[Stage, int]
    held: str = ""


@dataclass(frozen=True, slots=True)
class OfficeOnBoard:
    """An office with its districts in each stage, now and in the quarter before (None without one)."""

    code: str
    name: str
    state: OfficeState
    decided_on: dt.date | None
    counts: Mapping[Stage, int]
    before: Mapping[Stage, int] | None


@dataclass(frozen=True, slots=True)
class BoardSource:
    """Everything the board says; `period`, `quarter` and `deadline` are those of the newest sheets, if any are out."""

    made_at: dt.datetime
    demo: bool
    months: Sequence[MonthOnBoard]
    quarters: Sequence[QuarterOnBoard]
    offices: Sequence[OfficeOnBoard]
    period: str = ""
    quarter: Quarter | None = None
    deadline: dt.date | None = None
