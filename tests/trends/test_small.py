"""The trend, the draw and the drafts of a lake of three months: no base of comparison, and no failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month
from sogong_pipeline.plans.model import build_plans
from sogong_pipeline.plans.publish import collect_plans
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.surveys.issue import draw_lists
from sogong_pipeline.trends.collect import collect_trend
from sogong_pipeline.trends.model import build_pages
from tests.steps.test_steps import QUARTER, load_registry, month_file


def test_without_a_year_before_every_page_says_so(pipeline: Installation, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=f"run `sogong propose {QUARTER}` first"):
        collect_trend(pipeline, QUARTER)
    with pytest.raises(RefusedError, match="no quarter of 2022-H1 was proposed"):
        collect_plans(pipeline, HalfYear(2022, 1))
    load_registry(pipeline, tmp_path)
    for month in QUARTER.months[:2]:
        pipeline.months.ingest(Month.parse(str(month)), str(month_file(tmp_path, str(month))))
    pipeline.quarters.propose(QUARTER)
    nation, area, *_ = build_pages(collect_trend(pipeline, QUARTER))
    assert "견줄 수 있는 시도가 없습니다 [전국: 비교할 수 없음]." in nation.headline[0]
    assert "1년 전 같은 분기와 비교할 수 없습니다." in area.headline[0]
    sections = {section.key: section for section in area.sections}
    assert sections["contributions"].paragraphs == ("1년 전 자료가 없어 견줄 수 없습니다.",)
    assert "적재된 것이 없습니다" in sections["outside"].paragraphs[0]
    draw, _ = draw_lists(pipeline, QUARTER)
    assert draw.sheets == {}
    (plan,) = build_plans(collect_plans(pipeline, HalfYear(2022, 1)))
    assert "심각 0곳, 주의 0곳" in plan.headline[0]
    assert len(plan.sections) == 7
