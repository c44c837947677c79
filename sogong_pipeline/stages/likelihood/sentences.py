"""Korean sentence that explains a stage to a council under a likelihood rule."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from importlib import resources

import yaml

from sogong_pipeline.periods import Quarter
from sogong_pipeline.stages.likelihood.memory import LASTING, NEW, RECOVERED, STAYS
from sogong_pipeline.stages.likelihood.parameters import Parameters
from sogong_pipeline.stages.likelihood.propose import NOT_COMPUTABLE, OVERLOOKED, Finding


@cache
def _texts() -> dict[str, str]:
    text = resources.files(__package__).joinpath("sentences.yaml").read_text(encoding="utf-8")
    loaded: dict[str, str] = yaml.safe_load(text)
    return loaded


def sentence(finding: Finding, parameters: Parameters, quarter_of: Callable[[int], Quarter]) -> str:
    """Explain why a stage is proposed, or why none is.

    Args:
        finding: The district.
        parameters: The rule.
        quarter_of: Function from a panel's quarter number to the quarter.
    """
    if finding.undetermined_reason == NOT_COMPUTABLE:
        return _texts()[NOT_COMPUTABLE]
    fall = _rounded(-(finding.fall_pct or 0.0))
    if finding.undetermined_reason == OVERLOOKED:
        name = "overlooked"
    elif finding.state == STAYS and fall < 0:
        name = "stays_above"
    else:
        name = {NEW: "new", STAYS: "stays", RECOVERED: "recovered", LASTING: "lasting"}.get(
            finding.state, "good"
        )
    is_good = name == "good"
    return _texts()[name].format(
        chance=round(1000 * parameters.chance),
        base=_words(finding.base, quarter_of),
        since=_words(finding.since, quarter_of),
        fall=fall,
        rise=-fall,
        loss=finding.least_visible_loss_pct if is_good else round(100 * parameters.visible_loss),
    )


def _words(number: int | None, quarter_of: Callable[[int], Quarter]) -> str:
    if number is None:
        return ""
    quarter = quarter_of(number)
    return f"{quarter.year}년 {quarter.number}분기"


def _rounded(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal("0.1"), ROUND_HALF_EVEN)
