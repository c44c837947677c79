"""The same path on real pension rows and real industrial complexes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from sogong_pipeline.districts.loaded import registry_in_force
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.reports.publish import publish_draft
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.validation.rows import rows_by_grade
from tests.complexes import write_registry
from tests.indicators.test_recompute import rounded, sigungu_today
from tests.indicators.test_recompute_parts import division_of, figures_of
from tests.support.editions import proposals_of

pytestmark = [pytest.mark.real_data, pytest.mark.slow]
MONTH, QUARTER = Month(2022, 4), Quarter.parse("2022-Q2")


def test_25000_real_rows_become_honest_reports(
    pipeline: Installation, test_data: Path, tmp_path: Path
) -> None:
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
    registry = registry_in_force(pipeline)
    assert registry is not None
    matched = pipeline.months.match(MONTH, registry.on(QUARTER.last_day), state.vintage)
    table = rows_by_grade(matched.path("district_member"))
    assert (
        table.drop("all").sum().tolist() == table.loc["all"].tolist()
    )  # as docs/registry-template.md shows it
    assert table.loc["all"].to_dict() == {
        **{grade: facts[grade] for grade in ("high", "medium", "low", "ambiguous", "not_assignable")},
        "none": facts["unassigned"] - facts["not_assignable"],
    }

    edition, _ = pipeline.quarters.propose(QUARTER)
    assert (
        proposals_of(pipeline, edition).facts["stages"]["undetermined"] == edition.facts["districts"] == 1_329
    )
    for row in pq.read_table(edition.path("fact_district_quarter")).to_pylist():
        assert row["status"] in {"partial", "not_computable"}
        assert row["year_status"] == row["two_years_status"] == "not_computable"
        assert row["workers_change_year_pct"] is None
    proposals = pq.read_table(proposals_of(pipeline, edition).path("stage_proposal")).to_pylist()
    assert all(row["reason_ko"].endswith("판정을 보류합니다.") for row in proposals)

    published = publish_draft(pipeline, QUARTER, tmp_path / "reports")
    assert published.pages == 14
    nation = (tmp_path / "reports" / "index.html").read_text(encoding="utf-8")
    assert "판정보류" in nation
    assert "시연" not in nation  # real rows are not marked as a demonstration


def test_real_totals_agree_with_plain_pandas(pipeline: Installation, test_data: Path, tmp_path: Path) -> None:
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

    sido = frame["법정동주소광역시도코드"].replace(today)
    frame["sido"] = sido.mask(frame["고객법정동주소코드"].str.startswith("47720"), "27")
    frame["heads"], frame["nation"] = frame["가입자수"].astype(int), "00"
    frame["is_counted"] = (frame["사업장가입상태코드 1 등록 2 탈퇴"] == "1") & (frame["heads"] >= 1)
    frame["division"] = division_of(frame["사업장업종코드"])
    bands = pd.cut(frame["heads"], [0, 4, 9, 29, 99, 299, 10**9], labels=BANDS).astype(object)
    frame["size_band"] = bands.where(frame["사업장가입상태코드 1 등록 2 탈퇴"] == "1")
    frame["sigungu"] = sigungu_today(frame["고객법정동주소코드"], frame["사업장지번상세주소"])
    edition, _ = pipeline.quarters.propose(QUARTER)
    heads = frame[frame["is_counted"]].groupby("nation")["heads"].sum().to_dict()
    heads |= frame[frame["is_counted"]].groupby("sido")["heads"].sum().to_dict()
    cells = 0
    for table, cut in (("", None), ("_industry", "division"), ("_size", "size_band")):
        stored = {
            (row["region_code"], row[cut] if cut else None): row
            for row in pq.read_table(state.measured.path(f"fact_region{table}_month")).to_pylist()
        }
        quarter = {
            (row["region_code"], row[cut] if cut else None): row
            for row in pq.read_table(edition.path(f"fact_region{table}_quarter")).to_pylist()
        }
        everywhere = frame[frame["is_counted"]].groupby(cut)["heads"].sum() if cut else None
        for area in ("nation", "sido", *(() if cut else ("sigungu",))):
            for key, group in frame.groupby([area, cut] if cut else [area]):
                place = key[0], key[1] if cut else None
                row, expected = stored.pop(place), measures(group)
                assert {name: row[name] for name in expected} == expected, (table, key)
                assert row["status"] in expected_statuses(expected), (table, key)
                # the one month of its quarter
                levels = {name: expected[name] for name in expected.keys() & quarter[place].keys()}
                if everywhere is not None:
                    part = Fraction(expected["workers"] * heads["00"], heads[key[0]])
                    whole = int(everywhere.get(key[1], 0))
                    levels["location_quotient"] = rounded(part / whole, "0.000001") if whole else None
                assert {name: quarter[place][name] for name in levels} == levels, (table, key)
                cells += 1
        assert figures_of(f"fact_region{table}_month") - set(expected) == (set() if cut else PLACED)
        changes = {
            name
            for name in figures_of(f"fact_region{table}_quarter")
            if "change" in name or "points" in name or "_base_" in name
        }
        assert figures_of(f"fact_region{table}_quarter") - changes - levels.keys() - PLACED == {"months"}
        assert not {place: row["workplaces"] for place, row in stored.items() if row["workplaces"]}
    assert cells > 500


PLACED = {
    f"{grade}_workplaces"
    for grade in ("matched", "high", "medium", "low", "ambiguous", "unassigned", "not_assignable")
}
"""Where workplaces went: the tests of matching count them."""
BANDS = ["1-4", "5-9", "10-29", "30-99", "100-299", "300+"]
CEILING_KRW = 5_240_000
"""The ceiling of base income in 2022-04."""


def measures(rows: pd.DataFrame) -> dict[str, Any]:
    """The measures of a month in one cell."""
    counted = rows[rows["is_counted"]]
    heads, billed = counted["heads"], counted["당월고지금액"].astype(int)
    corporations = counted["사업장형태구분코드 1 법인 2 개인"] == "1"
    at_ceiling = billed * 10_000 >= 98 * CEILING_KRW * 9 * heads
    workers, won, squared = int(heads.sum()), int(billed.sum()), int((heads**2).sum())
    ceiling_workers, largest = int(heads[at_ceiling].sum()), int(heads.max()) if len(heads) else 0
    ratios = {
        "payroll_krw": (won * 100, 9, "1"),
        "pay_per_worker_krw": (won * 100, 9 * workers, "1"),
        "largest_share_pct": (100 * largest, workers, "0.01"),
        "effective_workplaces": (workers**2, squared, "0.01"),
        "ceiling_share_pct": (100 * ceiling_workers, workers, "0.01"),
    }
    return {
        "workplaces": len(counted),
        "workers": workers,
        "billed_amount_krw": won,
        "rate_bp": 900,
        "joined": int(rows["신규취득자수"].astype(int).sum()),
        "departed": int(rows["상실가입자수"].astype(int).sum()),
        "corporate_workplaces": corporations.sum(),
        "corporate_workers": heads[corporations].sum(),
        "corporate_billed_amount_krw": billed[corporations].sum(),
        "largest_workplace_workers": largest,
        "squared_workers": squared,
        "ceiling_workplaces": at_ceiling.sum(),
        "ceiling_workers": ceiling_workers,
        **{
            name: rounded(Fraction(part, whole), places) if whole else None
            for name, (part, whole, places) in ratios.items()
        },
    }


def expected_statuses(cell: dict[str, Any]) -> set[str]:
    """Return the statuses that a cell may have."""
    if 2 * cell["largest_workplace_workers"] > cell["workers"]:
        return {"dominated_by_one"}
    return {"few_workplaces"} if cell["workplaces"] < 20 else {"ok", "outside_roll_out"}


def test_the_2026_sample_is_refused_with_its_missing_columns(pipeline: Installation, test_data: Path) -> None:
    sample = test_data / "nps" / "workplaces_2026-06_national_sample.csv"
    with pytest.raises(RefusedError) as refusal:
        pipeline.months.ingest(Month(2026, 6), str(sample))
    assert "lacks 22 of 22 columns: 자료생성년월, 사업장명" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert not (pipeline.settings.home / "lake" / "raw").exists()
