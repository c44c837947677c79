from __future__ import annotations

import csv
from pathlib import Path

import pytest

from sogong_pipeline.periods import Month, parse_months
from sogong_pipeline.rates.contribution import contribution_for, coverage_breaks


@pytest.mark.real_data
def test_rates_and_limits_agree_with_the_gathered_table(test_data: Path) -> None:
    with (test_data / "nps" / "rate_limits.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["from_month"] >= "2015-07"]
    assert len(rows) == 13
    for row in rows:
        contribution = contribution_for(Month.parse(row["from_month"]))
        assert contribution.ceiling_krw == int(row["upper"])
        assert contribution.floor_krw == int(row["lower"])
        assert contribution.billed_at_ceiling_krw == int(row["notice_per_head_at_upper"])


def test_the_largest_bill_per_head_of_2026_06_is_the_one_measured() -> None:
    assert contribution_for(Month(2026, 6)).billed_at_ceiling_krw == 605_140


def test_the_rate_never_changes_inside_a_quarter() -> None:
    for month in parse_months("2015-11..2034-12"):
        rates = {contribution_for(other).rate_bp for other in month.quarter.months}
        assert len(rates) == 1, month


def test_the_rate_rises_by_half_a_point_each_january_to_13_percent() -> None:
    rates = [contribution_for(Month(year, 1)).rate_bp for year in range(2025, 2036)]
    assert rates == [900, 950, 1000, 1050, 1100, 1150, 1200, 1250, 1300, 1300, 1300]


def test_coverage_changed_once() -> None:
    assert coverage_breaks() == (Month(2025, 6),)
