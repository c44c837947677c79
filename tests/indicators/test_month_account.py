"""The account of a month can fail, and then nothing of the month is stored."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sogong_pipeline.districts.registry import Slice
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.indicators.month import measure_month
from sogong_pipeline.periods import Month
from tests.districts.test_matching import district, matched


def test_workplaces_in_a_district_that_is_not_there_stop_the_month(tmp_path: Path) -> None:
    matched(tmp_path, [{}, {"workplace_name": "나"}, {"postal_code": "1"}], district("D1"))
    member, month = tmp_path / "district_member.parquet", Month(2026, 9)
    for name in ("good", "bad"):
        (tmp_path / name).mkdir()
    whole = measure_month(member, Slice.of([district("D1")]), month, tmp_path / "good")
    assert (whole.facts["workplaces"], whole.facts["matched"], whole.facts["unassigned"]) == (3, 2, 1)
    assert pq.read_table(whole.files["fact_district_month"]).num_rows == 1
    nation = pq.read_table(whole.files["fact_region_grade_month"], filters=[("region_code", "=", "00")])
    assert [(row["grade"], row["workers"], row["billed_amount_krw"]) for row in nation.to_pylist()] == [
        ("medium", 10, 2_000_000),
        ("none", 5, 1_000_000),
    ]
    failed = r"2026-09: workplaces_unaccounted: 2.*workers_unaccounted: 10.*won_unaccounted: 2,000,000.*nothing was"
    with pytest.raises(RefusedError, match=failed):
        measure_month(member, Slice.of([district("D2")]), month, tmp_path / "bad")
