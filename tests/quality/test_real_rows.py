"""The gate and its bounds on real rows."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from sogong_pipeline.periods import Month
from sogong_pipeline.quality import SUITES
from tests.quality.months import check, results, staged, staged_rows
from tests.rows import row
from tools.sido_bounds import lines as bounds
from tools.sido_bounds import look

pytestmark = [pytest.mark.slow, pytest.mark.real_data]


@pytest.fixture
def files(test_data: Path) -> list[Path]:
    names = ("nps_2022-04_first25000.cp949.csv", "workplaces_2026-06_national_sample.csv")
    return [test_data / "nps" / name for name in names]


def test_the_bounds_are_what_the_command_writes(files: list[Path]) -> None:
    checked_in = (SUITES / "sido_bounds.yaml").read_text(encoding="utf-8")
    assert "\n".join(bounds([look(file) for file in files])) + "\n" == checked_in


def test_the_bounds_hold_every_living_sido_and_the_shares_seen(files: list[Path]) -> None:
    """The shares again, from the sample's own names."""
    entries = yaml.safe_load((SUITES / "sido_bounds.yaml").read_text(encoding="utf-8"))["bounds"]
    assert len(entries) == 16
    with files[1].open(encoding="utf-8-sig", newline="") as file:
        sidos = [named["sido"] for named in csv.DictReader(file) if named["sido"]]
    (seoul,) = [entry for entry in entries if entry["name"] == "서울"]
    share = sidos.count("서울특별시") / len(sidos)
    assert seoul["least_workplace_share"] == pytest.approx(share / 4, abs=1e-6)
    for entry in entries:
        for what in ("workplace", "subscriber"):
            assert 0 < entry[f"least_{what}_share"] < entry[f"most_{what}_share"] <= 1


def test_25000_real_rows_are_warned_of_for_their_number_alone(files: list[Path], tmp_path: Path) -> None:
    now = staged(tmp_path / "now", files[0].read_bytes())
    found = results(check(tmp_path / "checked", now, None))
    assert [name for name, result in found.items() if not result["passed"]] == ["rows_of_a_first_month"]
    assert found["unknown_legal_dong_share"]["figure"] == Decimal("0.006680")
    assert found["at_ceiling_share"]["figure"] == Decimal("0.004492")


@pytest.mark.parametrize(("month", "share"), [("2026-06", "0"), ("2025-12", "0.018837")])
def test_real_bills_of_2026_06_held_against_a_wrong_rate_show_at_once(
    files: list[Path], tmp_path: Path, month: str, share: str
) -> None:
    """The bills of 2026-06 (9.5 %), once as they are and once as if the rate were still 9.0 %."""

    def published(bill: dict[str, Any]) -> list[str]:
        names = {"subscribers": bill["headcount"], "billed_amount_krw": bill["monthly_billed_amount"]}
        return row(data_month=month, workplace_name=bill["workplace_name"].replace(",", " "), **names)

    with files[1].open(encoding="utf-8-sig", newline="") as file:
        bills = [published(bill) for bill in csv.DictReader(file)]
    now = staged_rows(tmp_path / "now", bills, Month.parse(month))
    found = results(check(tmp_path / "checked", now, None, Month.parse(month)))["above_ceiling_share"]
    assert (found["figure"], found["passed"]) == (Decimal(share), month == "2026-06")
