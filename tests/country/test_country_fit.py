"""The simulated rows against real ones: the figures that docs/simulator.md shows, with room for another draw."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from country.country import write_country
from sogong_pipeline.nps.file.columns import COLUMNS
from sogong_pipeline.periods import Month

pytestmark = [pytest.mark.slow, pytest.mark.real_data]
CORPORATE = r"주식회사|\(주\)|㈜|（주|유한|\(유\)|\(합\)|법인|조합|재단|협회|\(재\)|\(사\)"


def _read(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(
        path, encoding="cp949", header=0, names=list(COLUMNS), dtype=str, keep_default_na=False
    )
    figures = ["subscribers", "billed_amount_krw", "joined", "departed"]
    return rows.astype(dict.fromkeys(figures, "int64"))


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """2026-06 of a country of some 50,000 workplaces, four in five outside districts."""
    folder = tmp_path_factory.mktemp("fit")
    write_country(folder, seed=5, months=[Month(2026, 6)], districts=200, outside=4.0)
    (path,) = (folder / "files").iterdir()
    rows = _read(path)
    return rows[(rows["status"] == "1") & (rows["subscribers"] < 300)]


@pytest.fixture(scope="module")
def sampled(test_data: Path) -> pd.DataFrame:
    """The random part of the real sample of 2026-06."""
    rows = pd.read_csv(test_data / "nps" / "workplaces_2026-06_national_sample.csv", dtype=str)
    rows = rows.rename(columns={"headcount": "subscribers", "monthly_billed_amount": "billed_amount_krw"})
    rows = rows.astype({"subscribers": int, "billed_amount_krw": int})
    return rows[rows["subscribers"] < 300]


@pytest.fixture(scope="module")
def published(test_data: Path) -> pd.DataFrame:
    """The real 25,000 rows of 2022-04."""
    return _read(test_data / "nps" / "nps_2022-04_first25000.cp949.csv")


def _manufacturing(rows: pd.DataFrame) -> pd.Series:
    code = rows["industry_code"].fillna("")
    return code.str[:2].between("15", "36") & (code.str[:3] != "221")


def _quantiles(values: pd.Series, at: Sequence[float]) -> list[float]:
    return [float(value) for value in values.quantile(list(at))]


@pytest.mark.parametrize("manufacturing", [True, False])
def test_sizes(simulated: pd.DataFrame, sampled: pd.DataFrame, manufacturing: bool) -> None:
    corporate = sampled["workplace_name"].str.contains(CORPORATE) | (sampled["subscribers"] < 10)
    real = sampled[corporate & (_manufacturing(sampled) == manufacturing)]["subscribers"]
    ours = simulated[(simulated["legal_form"] == "1") & (_manufacturing(simulated) == manufacturing)][
        "subscribers"
    ]
    at = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
    assert _quantiles(ours, at) == pytest.approx(_quantiles(real, at), rel=0.25, abs=1)
    assert ours.mean() == pytest.approx(real.mean(), rel=0.15)


def test_pay_per_head(simulated: pd.DataFrame, sampled: pd.DataFrame) -> None:
    def income(rows: pd.DataFrame, least: int, most: int) -> pd.Series:
        rows = rows[rows["subscribers"].between(least, most)]
        return rows["billed_amount_krw"] / rows["subscribers"] / 0.095

    for least, most in ((3, 3), (4, 6), (7, 14), (15, 49), (50, 299), (3, 299)):
        at = (0.25, 0.5, 0.75, 0.9)
        real, ours = (_quantiles(income(rows, least, most), at) for rows in (sampled, simulated))
        assert ours == pytest.approx(real, rel=0.1)
    at_floor = (income(simulated, 3, 3) < 500_000).mean()
    assert at_floor == pytest.approx((income(sampled, 3, 3) < 500_000).mean(), abs=0.05)


def test_joins_and_leaves(simulated: pd.DataFrame, published: pd.DataFrame) -> None:
    for least, most in ((5, 9), (10, 19), (20, 49), (50, 99), (100, 299)):
        real, ours = (rows[rows["subscribers"].between(least, most)] for rows in (published, simulated))
        assert (ours["departed"] > 0).mean() == pytest.approx((real["departed"] > 0).mean(), rel=0.15)
        left = [rows["departed"].sum() / rows["subscribers"].sum() for rows in (real, ours)]
        assert left[1] == pytest.approx(left[0], rel=0.2)
        spread = [rows["departed"].var() / rows["departed"].mean() for rows in (real, ours)]
        assert 0.5 < spread[1] / spread[0] < 2


def test_blanks(simulated: pd.DataFrame, published: pd.DataFrame) -> None:
    for rows in (simulated, published):
        assert 0.015 < (rows["road_address"] == " ").mean() < 0.025
        assert 0.02 < (rows["re_enrolled_on"] != "").mean() < 0.035
        assert 0.6 < (rows["enrolled_on"].str[8:] == "01").mean() < 0.72


def test_codes_and_names_are_those_of_real_rows(simulated: pd.DataFrame, published: pd.DataFrame) -> None:
    real = set(zip(published["industry_code"], published["industry_name"], strict=True))
    ours = simulated[["industry_code", "industry_name"]].value_counts(normalize=True)
    assert sum(share for pair, share in ours.items() if pair in real) > 0.85
    assert np.unique(simulated["business_number_prefix"].str.len()).tolist() == [6]
