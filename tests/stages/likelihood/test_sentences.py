"""The sentences of the likelihood rule, word for word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sogong_pipeline.periods import Quarter
from sogong_pipeline.stages.likelihood.parameters import Parameters
from sogong_pipeline.stages.likelihood.propose import Finding
from sogong_pipeline.stages.likelihood.sentences import sentence

QUIET = Finding(
    stage="good",
    state="quiet",
    undetermined_reason=None,
    confidence="medium",
    base=3,
    since=None,
    fall_pct=-1.0,
    jobs_lost=3.0,
    log_bf=-2.0,
    cut=2.0,
    since_base=None,
    severe_share=0.1,
    information=120.0,
    least_visible_loss_pct=30,
)
FLAGGED = replace(QUIET, stage="caution", since=1, base=3)


def words(finding: Finding, rule: Parameters) -> str:
    return sentence(finding, rule, lambda number: Quarter.parse("2025-Q1").shift(number))


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (
            replace(FLAGGED, state="new", since=4, fall_pct=-13.24),
            "이 지구의 사업장이 문을 닫거나 줄어든 정도는 규모가 같은 전국 사업장의 예년 수준을 "
            "크게 넘어, 무작위로 짠 가상 지구 1,000곳 중 7곳 이하에서만 나타나는 수준이며, "
            "종사자는 2025년 4분기보다 13.2 % 적습니다.",
        ),
        (
            replace(FLAGGED, state="stays", fall_pct=-11.36),
            "2025년 2분기에 드러난 감소가 아직 회복되지 않았습니다(당시보다 종사자 11.4 % 적음).",
        ),
        (
            replace(FLAGGED, state="stays", fall_pct=2.0),
            "2025년 2분기에 드러난 감소가 사업장 단위로는 아직 회복되지 않았습니다(당시보다 종사자 2.0 % 많음).",
        ),
        (replace(QUIET, state="recovered", since=1), "2025년 2분기에 드러난 감소에서 회복되었습니다."),
        (
            replace(QUIET, state="lasting", since=1),
            "3년 넘게 낮은 수준이 이어지고 있어 새 기준으로 삼습니다.",
        ),
        (QUIET, "30 % 이상 줄었다면 열에 여덟은 드러났을 것입니다."),
        (
            replace(QUIET, stage="undetermined", undetermined_reason="loss_would_be_overlooked"),
            "사업장이 적어 30 % 줄어도 우연과 구별되지 않습니다.",
        ),
    ],
)
def test_the_sentence_of_each_state(finding: Finding, expected: str, rule: Parameters) -> None:
    assert words(finding, rule) == expected
