from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month, Quarter, newest_due, parse_months

MONTHS = st.builds(Month, st.integers(2015, 2099), st.integers(1, 12))


@given(MONTHS, st.integers(-24, 24))
def test_shifting_there_and_back_is_nothing(month: Month, distance: int) -> None:
    assert month.shift(distance).shift(-distance) == month
    assert (month.shift(distance) > month) == (distance > 0)


@given(MONTHS)
def test_a_month_lies_in_its_quarter_and_its_text_reads_back(month: Month) -> None:
    assert month in month.quarter.months
    assert Month.parse(str(month)) == month == Month.parse(str(month).replace("-", ""))
    assert Quarter.parse(str(month.quarter)) == month.quarter


def test_quarter_has_its_months_and_last_day() -> None:
    quarter = Quarter.parse("2026-Q1")
    assert [str(month) for month in quarter.months] == ["2026-01", "2026-02", "2026-03"]
    assert quarter.last_day == dt.date(2026, 3, 31)
    assert str(quarter.shift(-1)) == "2025-Q4"
    assert str(quarter.shift(-8)) == "2024-Q1"


def test_the_whole_series_has_131_months() -> None:
    assert len(parse_months("2015-11..2026-09")) == 131


@pytest.mark.parametrize("text", ["2026-13", "2026-0", "1999-01", "2026/09", "", "20260"])
def test_what_is_no_month_is_refused_with_the_value(text: str) -> None:
    with pytest.raises(RefusedError, match=f"'{text}' is not a month"):
        Month.parse(text)


def test_a_backward_range_is_refused() -> None:
    with pytest.raises(RefusedError, match="runs backwards"):
        parse_months("2026-09..2026-08")


@pytest.mark.parametrize(
    ("today", "due"), [("2026-11-28", "2026-09"), ("2026-11-29", "2026-10"), ("2026-01-29", "2025-12")]
)
def test_a_month_is_due_once_the_28th_of_the_next_has_passed(today: str, due: str) -> None:
    assert str(newest_due(dt.date.fromisoformat(today))) == due
