"""Words that depend on what a report is: a draft or a decided one."""

from __future__ import annotations

from sogong_pipeline.decisions.period import period_ko
from sogong_pipeline.pages.wording import quarter_ko
from sogong_pipeline.reports.source import PreviousStages, ReportSource


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
