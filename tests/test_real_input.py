"""The same path on real pension rows and real industrial complexes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.evaluation.real_rows import rows_by_grade
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.pipeline import Pipeline
from sogong_pipeline.reports.publish import publish_draft
from tests.complexes import write_registry

pytestmark = [pytest.mark.real_data, pytest.mark.slow]
MONTH, QUARTER = Month(2022, 4), Quarter.parse("2022-Q2")


def test_25000_real_rows_become_honest_reports(pipeline: Pipeline, test_data: Path, tmp_path: Path) -> None:
    published = test_data / "nps" / "nps_2022-04_first25000.cp949.csv"
    (state,) = pipeline.months.ingest(MONTH, str(published))
    assert state.staged.facts["rows"] == 25_000
    assert state.staged.facts["staged_rows"] + state.staged.facts["quarantined_rows"] == 25_000
    assert state.checked.facts["failed_critical"] == []

    assert write_registry(test_data, tmp_path / "complexes.csv", month=str(MONTH)) == 1_329
    pipeline.registry.load(tmp_path / "complexes.csv", as_of=MONTH.first_day)
    (state,) = pipeline.months.ingest(MONTH, str(published))
    assert state.measured is not None
    facts = state.measured.facts
    assert facts["matched"] + facts["ambiguous"] + facts["unassigned"] == facts["workplaces"]
    assert facts["matched"] > 500
    assert facts["not_assignable"] > 2_000  # in towns, where the list of complexes gives no postal codes
    registry = pipeline.registry.in_force()
    assert registry is not None
    matched = pipeline.months.match(MONTH, registry.on(QUARTER.last_day), state.vintage)
    table = rows_by_grade(matched.path("district_member"))
    assert (
        table.drop("all").sum().tolist() == table.loc["all"].tolist()
    )  # as docs/registry-template.md shows it
    assert table.loc["all"].to_dict() == {
        **{grade: facts[grade] for grade in ("high", "medium", "ambiguous", "not_assignable")},
        "none": facts["unassigned"] - facts["not_assignable"],
    }

    edition, _ = pipeline.quarters.propose(QUARTER)
    assert edition.facts["stages"]["undetermined"] == edition.facts["districts"] == 1_329
    for row in pq.read_table(edition.path("fact_district_quarter")).to_pylist():
        assert row["status"] in {"partial", "not_computable"}
        assert row["year_status"] == row["two_years_status"] == "not_computable"
        assert row["workers_change_year_pct"] is None
    proposals = pq.read_table(edition.path("stage_proposal")).to_pylist()
    assert all(row["reason_ko"].endswith("판정을 보류합니다.") for row in proposals)

    published = publish_draft(pipeline, QUARTER, tmp_path / "reports")
    assert len(published.files) == 14
    nation = (tmp_path / "reports" / "index.html").read_text(encoding="utf-8")
    assert "판정보류" in nation
    assert "시연" not in nation  # real rows are not marked as a demonstration


def test_real_totals_agree_with_plain_pandas(pipeline: Pipeline, test_data: Path, tmp_path: Path) -> None:
    published = test_data / "nps" / "nps_2022-04_first25000.cp949.csv"
    frame = pd.read_csv(published, encoding="cp949", dtype=str, keep_default_na=False)
    enrolled = frame[
        (frame["사업장가입상태코드 1 등록 2 탈퇴"] == "1") & (frame["가입자수"].astype(int) >= 1)
    ]
    write_registry(test_data, tmp_path / "complexes.csv", month=str(MONTH))
    pipeline.registry.load(tmp_path / "complexes.csv", as_of=MONTH.first_day)
    (state,) = pipeline.months.ingest(MONTH, str(published))
    assert state.measured is not None
    regions = {
        row["region_code"]: row for row in pq.read_table(state.measured.path("fact_region_month")).to_pylist()
    }
    billed = enrolled["당월고지금액"].astype(int)
    assert regions["00"]["workplaces"] == len(enrolled)
    assert regions["00"]["workers"] == enrolled["가입자수"].astype(int).sum()
    assert regions["00"]["billed_amount_krw"] == billed.sum()
    assert regions["00"]["payroll_krw"] == round(billed.sum() * 100 / 9)
    assert regions["00"]["joined"] == frame["신규취득자수"].astype(int).sum()
    today = {"42": "51", "45": "52", "29": "12", "46": "12"}
    sido = enrolled["법정동주소광역시도코드"].replace(today)
    sido = sido.mask(
        enrolled["고객법정동주소코드"].str.startswith("47720"), "27"
    )  # 군위 went to 대구 in 2023
    by_sido = billed.groupby(sido).sum()
    for code, total in by_sido.items():
        assert regions[code]["billed_amount_krw"] == total, code


def test_the_2026_sample_is_refused_with_its_missing_columns(pipeline: Pipeline, test_data: Path) -> None:
    sample = test_data / "nps" / "workplaces_2026-06_national_sample.csv"
    with pytest.raises(RefusedError) as refusal:
        pipeline.months.ingest(Month(2026, 6), str(sample))
    assert "lacks 22 of 22 columns: 자료생성년월, 사업장명" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert not (pipeline.settings.home / "lake" / "raw").exists()
