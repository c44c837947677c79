"""Months with a known season are adjusted by exactly it, and a separate call of statsmodels agrees."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray
from statsmodels.tsa.seasonal import STL

from sogong_pipeline.districts.registry import District
from sogong_pipeline.indicators.quarter import window
from sogong_pipeline.indicators.seasonality import adjust_series
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.reports.collect import adjusted_workers
from sogong_pipeline.steps.installation import Installation

QUARTER = Quarter(2026, 3)
MONTHS = window(QUARTER)
COVERAGE, RATE = Month(2025, 6), Month(2026, 1)
SEASON = np.array([-20, -14, -4, 10, 18, 16, 6, 0, 4, 2, -6, -12]) / 1000
"""Of the logarithm, from January on; it adds up to nothing."""
NOISE = 0.001
ADJUSTED = ("workplaces_adjusted", "workers_adjusted", "payroll_adjusted_krw")
Floats = NDArray[np.float64]


def made(level: float, season: float, *, fall: float = 0.0, seed: int = 1) -> Floats:
    """A series of the months: two percent more each year, a share of the season, and a fall in the 20th month."""
    step = np.arange(len(MONTHS))
    noise = np.random.default_rng(seed).normal(0, NOISE, step.size)
    ofseason = season * SEASON[[month.month - 1 for month in MONTHS]]
    return level * np.exp(0.02 * step / 12 + ofseason + noise) * np.where(step >= 19, 1 - fall, 1)


AREAS: dict[str, tuple[str, Floats]] = {
    "00": ("nation", made(500_000, 1)),
    "41": ("sido", made(90_000, 0, seed=2)),
    "41591": ("sigungu", made(9_000, 1)),
    "47940": ("sigungu", made(1_800, 1)),
    "struck": ("district", made(30_000, 1, fall=0.25, seed=3)),
    "gap": ("district", made(30_000, 1)),
    "one": ("district", made(30_000, 1)),
    "small": ("district", made(1_800, 1)),
}
"""Workers by area; ten to a workplace, and 2.5 million won to each."""


def facts(month: Month, kind: str) -> list[dict[str, Any]]:
    """The facts of a month as the pipeline measures them, sole proprietors beside the corporations once covered."""
    rows = []
    for area, (level, series) in AREAS.items():
        if (level == "district") != (kind == "district"):
            continue
        workers = round(series[MONTHS.index(month)])
        wider = 1.12 if month >= COVERAGE else 1
        rate = 950 if month >= RATE else 900
        row = {
            "data_month": str(month),
            "workplaces": round(workers * wider / 10),
            "workers": round(workers * wider),
            "billed_amount_krw": round(workers * wider * 2_500_000 * rate / 10_000),
            "corporate_workplaces": round(workers / 10),
            "corporate_workers": workers,
            "corporate_billed_amount_krw": workers * 250 * rate,
            "largest_workplace_workers": workers if area == "one" else workers // 20,
            "rate_bp": rate,
        }
        if area == "gap" and month == MONTHS[7]:
            row |= dict.fromkeys([name for name in row if name not in {"data_month", "rate_bp"}])
        rows.append(
            {"district_id": area, **row}
            if kind == "district"
            else {"region_code": area, "level": level, **row}
        )
    if kind == "region":  # the code that was divided is still in the file
        rows.append({**rows[-1], "region_code": "41590"})
    return rows


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return adjusted(tmp_path_factory.mktemp("adjusted"), MONTHS)


def adjusted(folder: Path, months: list[Month]) -> pd.DataFrame:
    measured: dict[Month, Any] = {}
    for month in months:
        files = {}
        for kind in ("district", "region"):
            name = f"fact_{kind}_month"
            files[name] = folder / f"{name}-{month}.parquet"
            pq.write_table(pa.Table.from_pylist(facts(month, kind)), files[name])
        measured[month] = SimpleNamespace(measured=SimpleNamespace(path=files.__getitem__))
    districts = [
        District(
            area, area, "general", "41171", ("4117110100",), (), None, None, "made", dt.date(2015, 1, 1), None
        )
        for area, (level, _) in AREAS.items()
        if level == "district"
    ]
    return pq.read_table(adjust_series(measured, districts, QUARTER, "made", folder)).to_pandas()


def of(table: pd.DataFrame, area: str) -> pd.DataFrame:
    return table[table["area"] == area].reset_index(drop=True)


def factor(frame: pd.DataFrame, measure: str = "workers") -> Floats:
    return frame[f"{measure}_seasonal_factor"].to_numpy(np.float64)


@pytest.mark.parametrize(
    ("area", "share", "tolerance"), [("00", 1, 3 * NOISE), ("41", 0, 3 * NOISE), ("struck", 1, 0.01)]
)
def test_the_season_is_found_and_nothing_else(
    table: pd.DataFrame, area: str, share: float, tolerance: float
) -> None:
    frame = of(table, area)
    assert set(frame["scope"]) == {"corporations"} and set(frame["status"]) == {"ok"}
    expected = np.exp(share * SEASON[[month.month - 1 for month in MONTHS]])
    for measure in ("workplaces", "workers", "payroll"):
        assert np.abs(factor(frame, measure) - expected).max() < tolerance
    without = made(1, 0, fall=0.25 if area == "struck" else 0, seed={"00": 1, "41": 2, "struck": 3}[area])
    level = frame["workers_adjusted"].to_numpy(np.float64) / without
    assert np.abs(level / level.mean() - 1).max() < tolerance


@pytest.mark.parametrize("area", ["00", "41", "struck", "one"])
def test_statsmodels_called_apart_agrees(table: pd.DataFrame, area: str) -> None:
    frame, series = of(table, area), np.rint(AREAS[area][1])
    for measure, ending, values in (
        ("workplaces", "", np.rint(series / 10)),
        ("workers", "", series),
        ("payroll", "_krw", series * 2_500_000),
    ):
        assert list(frame[f"{measure}{ending}"]) == list(values)
        fit = STL(pd.Series(np.log(values)), period=12, seasonal=361, seasonal_deg=0, robust=True).fit()
        unit = 1 if ending else 0.1
        for name, away in (("adjusted", fit.seasonal), ("trend", fit.seasonal + fit.resid)):
            stored = frame[f"{measure}_{name}{ending}"].to_numpy(np.float64)
            assert np.abs(stored - values / np.exp(away)).max() <= unit / 2 + 1.1e-6 * values.max()
        assert np.abs(factor(frame, measure) - np.exp(fit.seasonal)).max() <= 0.5e-6 + 1e-12
        # to the digit from what is published
        exact = [
            round(10 * int(value) * 10**6 / round(one * 10**6))
            for value, one in zip(values, factor(frame, measure), strict=True)
        ]
        if not ending:
            assert [int(10 * value) for value in frame[f"{measure}_adjusted"]] == exact


def test_what_cannot_be_adjusted_is_null_and_says_why(table: pd.DataFrame) -> None:
    status_of = dict(zip(table["area"], table["status"], strict=True))
    assert status_of == {
        "00": "ok",
        "41": "ok",
        "41590": "unadjusted_break",
        "41591": "unadjusted_break",
        "47940": "few_workplaces",
        "struck": "ok",
        "gap": "not_computable",
        "one": "dominated_by_one",
    }
    assert all(len(of(table, area)) == len(MONTHS) for area in status_of)
    has = table["status"].isin(["ok", "dominated_by_one"])
    for column in table.columns[table.columns.str.contains("adjusted|trend|seasonal")]:
        assert (table[column].notna() == has).all(), column
    assert of(table, "gap")["workers"].isna().sum() == 1


def test_a_month_short_of_three_years_adjusts_nothing(tmp_path: Path) -> None:
    table = adjusted(tmp_path, MONTHS[1:])
    assert set(table["status"]) == {"not_computable", "unadjusted_break"}
    assert table[list(ADJUSTED)].isna().all(axis=None)
    assert of(table, "00")["workers"].isna().tolist() == [True] + [False] * 35


def test_again_is_the_same_bytes(table: pd.DataFrame, tmp_path: Path) -> None:
    assert adjusted(tmp_path, MONTHS).equals(table)


def test_a_report_tells_the_last_month(table: pd.DataFrame, tmp_path: Path) -> None:
    file = tmp_path / "adjusted_series.parquet"
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), file)
    edition: Any = SimpleNamespace(manifest={"files": {"adjusted_series": {}}}, path=lambda _: file)
    workers_by_month = adjusted_workers(edition)
    assert set(workers_by_month) == {"00", "41"}
    months = of(table, "00")["workers_adjusted"].tolist()
    assert workers_by_month["00"].workers == months[-1]
    assert workers_by_month["00"].month_change_pct == 100 * (months[-1] / months[-2] - 1)
    assert workers_by_month["00"].quarter_change_pct == 100 * (months[-1] / months[-4] - 1)


@pytest.mark.slow
def test_an_edition_has_it(proposed: Installation) -> None:
    edition = proposed.edition(QUARTER)
    assert edition is not None
    table = pq.read_table(edition.path("adjusted_series")).to_pandas()
    assert set(table["edition"]) == {edition.folder.name}
    assert table["workers_adjusted"].isna().all() and of(table, "00")["workers"].notna().sum() == 9
