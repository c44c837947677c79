"""Every district's measures again, in plain pandas from the published CSV files: agreement to the won.

Nothing of the pipeline is used here but the place where its results lie.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from sogong_pipeline.periods import Quarter, parse_months
from sogong_pipeline.pipeline import Pipeline

RATES = {2024: Fraction(9, 100), 2025: Fraction(9, 100), 2026: Fraction(95, 1000)}
MEASURES = {"workplaces": "workplaces", "workers": "workers", "payroll": "payroll"}


def read_month(path: Path) -> pd.DataFrame:
    """A published file, counted rows only, with pay as exact fractions of won."""
    frame = pd.read_csv(path, encoding="cp949", dtype=str, keep_default_na=False)
    month = frame["자료생성년월"].iloc[0]
    frame = frame[frame["사업장가입상태코드 1 등록 2 탈퇴"] == "1"]
    counted = pd.DataFrame(
        {
            "dong": frame["고객법정동주소코드"],
            "postal": frame["우편번호"],
            "corporation": frame["사업장형태구분코드 1 법인 2 개인"] == "1",
            "workers": frame["가입자수"].astype(int),
            "billed": frame["당월고지금액"].astype(int),
        }
    )
    counted = counted[counted["workers"] >= 1].reset_index(drop=True)
    counted["month"] = month
    return counted


def assign(rows: pd.DataFrame, registry: pd.DataFrame) -> pd.Series:
    """The one district that claims a row, or nothing."""
    claims: dict[tuple[str, str], set[str]] = {}
    everywhere: dict[str, set[str]] = {}
    for district in registry.itertuples():
        for dong in filter(None, district.legal_dong_codes.split("|")):
            codes = [code for code in district.postal_codes.split("|") if code]
            for code in codes:
                claims.setdefault((dong, code), set()).add(district.district_id)
            if not codes:
                everywhere.setdefault(dong, set()).add(district.district_id)

    def only(dong: str, postal: str) -> str | None:
        found = claims.get((dong, postal), set()) | everywhere.get(dong, set())
        return next(iter(found)) if len(found) == 1 else None

    return pd.Series([only(*pair) for pair in zip(rows["dong"], rows["postal"], strict=True)], dtype=object)


def quarter_sums(
    rows: pd.DataFrame, quarter: Quarter, *, corporations: bool
) -> dict[Any, dict[str, Fraction]]:
    """Monthly means of a quarter per district, and of the nation under None."""
    months = [str(month) for month in quarter.months]
    chosen = rows[rows["month"].isin(months) & (rows["corporation"] | (not corporations))]
    sums: dict[Any, dict[str, Fraction]] = {}
    groups = [(None, chosen), *chosen.groupby("district")]
    for name, group in groups:
        billed = int(group["billed"].sum())
        sums[name] = {
            "workplaces": Fraction(len(group), 3),
            "workers": Fraction(int(group["workers"].sum()), 3),
            "payroll": Fraction(billed) / RATES[quarter.year] / 3,
        }
    return sums


def rounded(value: Fraction, places: str) -> Decimal:
    """Half-even rounding of an exact value."""
    scale = Decimal(places)
    return Decimal(round(value / Fraction(scale))) * scale


@pytest.fixture(scope="module")
def published(country: Any) -> pd.DataFrame:
    return pd.concat(
        [read_month(country.file_of(month)) for month in parse_months("2024-01..2026-09")], ignore_index=True
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["2026-Q1", "2026-Q3"])
def test_every_district_and_the_nation_agree_to_the_won(
    ingested: Pipeline, country: Any, published: pd.DataFrame, name: str
) -> None:
    quarter = Quarter.parse(name)
    edition, _ = ingested.quarters.propose(quarter)
    registry = pd.read_csv(country.registry, dtype=str, keep_default_na=False)
    last_day = quarter.last_day.isoformat()
    registry = registry[
        (registry["valid_from"] <= last_day)
        & ((registry["valid_to"] == "") | (registry["valid_to"] >= last_day))
    ]
    rows = published.assign(district=assign(published, registry))
    bases = {"quarter": quarter.shift(-1), "year": quarter.shift(-4), "two_years": quarter.shift(-8)}
    crosses = {base: str(other) < "2025-Q3" for base, other in bases.items()}
    levels = quarter_sums(rows, quarter, corporations=False)
    now = {flag: quarter_sums(rows, quarter, corporations=flag) for flag in (True, False)}
    then = {base: quarter_sums(rows, other, corporations=crosses[base]) for base, other in bases.items()}

    districts = {
        row["district_id"]: row for row in pq.read_table(edition.path("fact_district_quarter")).to_pylist()
    }
    (nation,) = [
        row
        for row in pq.read_table(edition.path("fact_region_quarter")).to_pylist()
        if row["region_code"] == "00"
    ]
    assert set(districts) == set(registry["district_id"])
    compared = 0
    for key, facts in [(None, nation), *districts.items()]:
        if facts["workplaces"] is None or not facts["workplaces"]:
            assert key not in levels
            continue
        level = levels[key]
        assert facts["workplaces"] == rounded(level["workplaces"], "0.1")
        assert facts["workers"] == rounded(level["workers"], "0.1")
        assert facts["payroll_krw"] == rounded(level["payroll"], "1")
        for base in bases:
            assert facts[f"{base}_scope"] == ("corporations" if crosses[base] else "all")
            before = then[base].get(key)
            for measure in MEASURES:
                stored = facts[f"{measure}_change_{base}_pct"]
                if before is None:
                    assert stored is None
                    continue
                current = now[crosses[base]].get(key, {}).get(measure, Fraction(0))
                change = (current / before[measure] - 1) * 100
                assert stored == rounded(change, "0.01"), (key, base, measure)
                compared += 1
    assert compared > 900


@pytest.mark.slow
def test_every_month_of_every_district_agrees_to_the_won(
    ingested: Pipeline, country: Any, published: pd.DataFrame
) -> None:
    registry = pd.read_csv(country.registry, dtype=str, keep_default_na=False)
    for month in parse_months("2025-05..2025-07"):
        day = month.quarter.last_day.isoformat()
        valid = registry[
            (registry["valid_from"] <= day) & ((registry["valid_to"] == "") | (registry["valid_to"] >= day))
        ]
        rows = published[published["month"] == str(month)].reset_index(drop=True)
        rows = rows.assign(district=assign(rows, valid))
        (vintage,) = ingested.lake.children("raw", str(month))
        partition = ingested.lake.require(
            "measured", str(month), vintage, ingested.registry.in_force().on(month.quarter.last_day).version
        )
        stored = {
            row["district_id"]: row
            for row in pq.read_table(partition.path("fact_district_month")).to_pylist()
        }
        groups = dict(list(rows.groupby("district")))
        assert set(groups) <= set(stored)
        for district, row in stored.items():
            group = groups.get(district)
            if group is None:
                assert not row["workplaces"]
                continue
            assert row["workplaces"] == len(group)
            assert row["workers"] == group["workers"].sum()
            assert row["billed_amount_krw"] == group["billed"].sum()
            assert row["payroll_krw"] == round(Fraction(int(group["billed"].sum())) / RATES[month.year])
            corporations = group[group["corporation"]]
            assert row["corporate_workers"] == corporations["workers"].sum()
