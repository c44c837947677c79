"""The fixed words of the stage reports, and how they call what they compare with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from sogong_pipeline.decisions.period import period_ko
from sogong_pipeline.pages.wording import quarter_ko
from sogong_pipeline.rates.contribution import coverage_breaks
from sogong_pipeline.reports.source import PreviousStages, ReportSource
from sogong_pipeline.vocabulary import Stage


@dataclass(frozen=True, slots=True)
class ReportTexts:
    """The fixed words of texts.yaml, by the same names."""

    headings: Mapping[str, str]
    undetermined: Mapping[str, Mapping[str, str]]
    undetermined_lead: str
    stage_meanings: Mapping[Stage, str]
    stage_lead: str
    confidence_meaning: str
    extract: Mapping[str, Any]
    limits: Mapping[str, str]
    source_lead: str
    map_attribution: str
    definitions: str
    flagged_lead: str
    glance: str
    glance_note: str
    flows_lead: str
    flows_provisional: str
    flows_meaning: str
    entries: Mapping[str, str]
    exits: Mapping[str, str]
    break_note: str
    adjusted_corporations: str
    adjusted_note: str
    source_notes: Sequence[str]


@cache
def report_texts() -> ReportTexts:
    """The fixed words, read once."""
    text = files(__package__).joinpath("texts.yaml").read_text(encoding="utf-8")
    return ReportTexts(**yaml.safe_load(text.replace("{coverage_break}", coverage_breaks()[-1].korean)))


def since(source: ReportSource) -> str:
    """What a report compares with: the quarter before, or in a final one the decision before."""
    return "직전 의결" if source.councils else "직전 분기"


def stage_noun(source: ReportSource) -> str:
    """What the stages of a report are: decided, or for reference only."""
    return "의결 단계" if source.councils else "참고 단계"


def said_before(previous: PreviousStages) -> str:
    """`2026년 2분기`, or the decision period `2026년 상반기 의결`."""
    if not previous.period:
        return quarter_ko(previous.quarter)
    return f"{period_ko(previous.period)} 의결"
