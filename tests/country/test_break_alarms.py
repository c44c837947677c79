"""Counts of alarms by the breaks that begin in a quarter, on proposals with known counts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from country.__main__ import app
from country.evaluation.breaks import (
    QUIET,
    breaks_crossed,
    breaks_in,
    count_alarms,
    judged_quarters,
    measure_break_alarms,
    wilson,
)
from country.evaluation.breaks_page import figures, page
from country.evaluation.country import Recipe
from sogong_pipeline.indicators import quarter as quarter_facts
from sogong_pipeline.periods import Quarter, parse_months
from sogong_pipeline.steps.installation import Installation
from tests.conftest import QUARTER, copied

MONTHS = parse_months("2023-01..2026-01")


def proposals(alarmed: dict[str, int]) -> pd.DataFrame:
    """Return a hundred districts per quarter, the last ten not judged, with the given number of alarms."""
    return pd.DataFrame(
        [
            {"district_id": f"D{i:03d}", "quarter": quarter, "stage": stage}
            for quarter, count in alarmed.items()
            for i in range(100)
            for stage in [
                "undetermined" if i >= 90 else ("severe", "caution")[i % 2] if i < count else "good"
            ]
        ]
    )


def test_the_breaks_of_a_quarter_are_those_that_begin_in_it() -> None:
    assert breaks_in(Quarter(2026, 1)) == ("contribution_rate", "region_codes")
    assert "income_limits" in breaks_in(Quarter(2024, 3))
    assert set(breaks_in(Quarter(2025, 2))) == {"coverage", "industry_codes"}
    assert breaks_in(Quarter(2024, 4)) == ()
    assert set(breaks_crossed(Quarter(2025, 1))) == {"income_limits", "region_codes"}
    assert "coverage" in breaks_crossed(Quarter(2025, 2))
    assert "contribution_rate" not in breaks_crossed(Quarter(2025, 4))
    assert "contribution_rate" in breaks_crossed(Quarter(2026, 1))
    assert judged_quarters(MONTHS) == [Quarter(2025, n) for n in (1, 2, 3, 4)]


def test_more_alarms_in_the_quarters_of_a_break_are_reported() -> None:
    counted = count_alarms(proposals({"2025-Q1": 4, "2025-Q2": 4, "2025-Q3": 30, "2025-Q4": 6}))
    assert [(one.judged, one.alarms) for one in counted.quarters] == [(90, 4), (90, 4), (90, 30), (90, 6)]
    assert counted.quarters[2].severe == 15
    kinds = {one.kind: one for one in counted.kinds}
    assert (kinds[QUIET].judged, kinds[QUIET].alarms, kinds[QUIET].difference) == (180, 10, 0)
    assert kinds["income_limits"].difference == pytest.approx(30 / 90 - 10 / 180)
    assert kinds["income_limits"].raises_more
    assert not kinds["coverage"].raises_more
    assert not kinds["income_limits"].hides_some
    crossed = {one.kind: (one.quarters, one.judged, one.alarms) for one in counted.crossed}
    assert crossed == {QUIET: (1, 90, 4), "coverage": (3, 270, 40), "industry_codes": (3, 270, 40)}
    recipe = Recipe(4, 1, 100, 0.0, tuple(MONTHS))
    assert "| income_limits | 1 | 90 | 30 | 33.3 | +27.8 |" in page(recipe, counted)
    assert [one["raises_more"] for one in figures(counted)["kinds"] if one["kind"] == "coverage"] == [False]


def test_fewer_alarms_are_told_as_well() -> None:
    counted = count_alarms(proposals({"2025-Q1": 20, "2025-Q2": 2, "2025-Q3": 20, "2025-Q4": 20}))
    kinds = {one.kind: one for one in counted.kinds}
    assert kinds["coverage"].hides_some
    assert not kinds["income_limits"].hides_some
    line = next(
        line
        for line in page(Recipe(4, 1, 100, 0.0, tuple(MONTHS)), counted).splitlines()
        if line.startswith("| coverage | 1 | 90 | 2 | 2.2 | -20.0 |")
    )
    assert line.endswith("| fewer |")


@pytest.mark.slow
def test_an_adjustment_that_is_switched_off_is_seen(
    proposed: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sole proprietors who were not in the file two years before pass for growth, and hide falls."""
    months = parse_months("2024-07..2026-09")
    (adjusted,) = measure_break_alarms(copied(proposed.settings.home, tmp_path / "adjusted"), months).quarters
    other = copied(proposed.settings.home, tmp_path / "unadjusted")
    shutil.rmtree(other.settings.home / "lake" / "editions")
    monkeypatch.setattr(quarter_facts, "coverage_breaks", lambda: ())
    (unadjusted,) = measure_break_alarms(other, months).quarters
    assert adjusted.quarter == unadjusted.quarter == QUARTER
    assert adjusted.judged > adjusted.alarms > unadjusted.alarms > 0


def test_months_without_a_quarter_to_judge_are_refused() -> None:
    answer = CliRunner().invoke(app, ["evaluate", "breaks", "--months", "2024-01..2025-12"])
    assert answer.exit_code == 1
    assert "give 2021-10..2026-09" in answer.output


def test_an_interval_of_a_share() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(10, 100) == pytest.approx((0.0552, 0.1744), abs=1e-4)
