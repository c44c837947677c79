"""Every further measure again in plain pandas from the published files: parts, n_eff, ceiling, quotients, chains.

Nothing of the pipeline is used but the place where its results lie, its rules on industries read as data, and for the
chain the identity of workplaces, which other tests check.
"""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from sogong_pipeline.periods import Quarter
from sogong_pipeline.pipeline import Pipeline
from tests.indicators.test_recompute import RATES, assign, read_month, rounded

CEILING = {2023: 5_900_000, 2024: 6_170_000, 2025: 6_370_000, 2026: 6_590_000}
FLOOR = {2023: 370_000, 2024: 390_000, 2025: 400_000, 2026: 410_000}
RULES = Path(__file__).parents[2] / "sogong_pipeline" / "indicators" / "data" / "industry_rule.csv"
QUARTER = Quarter.parse("2026-Q3")
BASES = {"quarter": "2026-Q2", "year": "2025-Q3", "two_years": "2024-Q3"}


def july_year(month: str) -> int:
    year, number = map(int, month.split("-"))
    return year if number >= 7 else year - 1


def division_of(codes: pd.Series) -> pd.Series:
    with RULES.open(encoding="utf-8") as file:
        rules = {row["code_prefix"]: row["division"] for row in csv.DictReader(file)}

    def one(code: str) -> str:
        if code in {"", "000000", "999999"}:
            return "unknown"
        return next((rules[code[:n]] for n in range(6, 0, -1) if code[:n] in rules), "unknown")

    return codes.map({code: one(code) for code in codes.unique()})


@pytest.fixture(scope="module")
def rows(ingested: Pipeline, country: Any) -> pd.DataFrame:
    """Counted rows of every month that the quarter looks at, each with its district, division, band and rate."""
    registry = pd.read_csv(country.registry, dtype=str, keep_default_na=False)
    last_day = QUARTER.last_day.isoformat()
    registry = registry[
        (registry["valid_from"] <= last_day)
        & ((registry["valid_to"] == "") | (registry["valid_to"] >= last_day))
    ]
    found = []
    for quarter in (str(QUARTER), *BASES.values()):
        for month in Quarter.parse(quarter).months:
            path = country.file_of(month)
            frame = read_month(path)
            raw = pd.read_csv(path, encoding="cp949", dtype=str, keep_default_na=False)
            raw = raw[(raw["사업장가입상태코드 1 등록 2 탈퇴"] == "1") & (raw["가입자수"].astype(int) >= 1)]
            frame["division"] = division_of(raw["사업장업종코드"].reset_index(drop=True))
            bins = [0, 4, 9, 29, 99, 299, 10**9]
            labels = ["1-4", "5-9", "10-29", "30-99", "100-299", "300+"]
            frame["band"] = pd.cut(frame["workers"], bins, labels=labels).astype(str)
            frame["quarter"] = quarter
            found.append(frame)
    whole = pd.concat(found, ignore_index=True)
    whole["district"] = assign(whole, registry)
    whole["rate"] = (
        whole["month"].str[:4].astype(int).map({year: int(10_000 * r) for year, r in RATES.items()})
    )
    ceiling = whole["month"].map({month: CEILING[july_year(month)] for month in whole["month"].unique()})
    at_least = 98 * ceiling * whole["rate"] * whole["workers"]
    whole["ceiling_workers"] = whole["workers"].where(whole["billed"] * 1_000_000 >= at_least, 0)
    return whole


def measures(group: pd.DataFrame) -> dict[str, Any]:
    """The levels of three whole months."""
    workers, billed = int(group["workers"].sum()), int(group["billed"].sum())
    largest = int(group.groupby("month")["workers"].max().sum())
    rate = Fraction(int(group["rate"].iloc[0]), 10_000)
    return {
        "workplaces": rounded(Fraction(len(group), 3), "0.1"),
        "workers": rounded(Fraction(workers, 3), "0.1"),
        "payroll_krw": rounded(billed / rate / 3, "1"),
        "pay_per_worker_krw": rounded(billed / rate / workers, "1"),
        "largest_share_pct": rounded(Fraction(100 * largest, workers), "0.01"),
        "effective_workplaces": rounded(Fraction(workers**2, 3 * int((group["workers"] ** 2).sum())), "0.01"),
        "ceiling_share_pct": rounded(Fraction(100 * int(group["ceiling_workers"].sum()), workers), "0.01"),
    }


def changes(now: pd.DataFrame, before: pd.DataFrame) -> dict[str, Fraction]:
    """Exact changes in percent of workplaces, workers, payroll and pay per worker."""

    def parts(frame: pd.DataFrame) -> tuple[int, int, Fraction]:
        return (
            len(frame),
            int(frame["workers"].sum()),
            Fraction(int(frame["billed"].sum())) / int(frame["rate"].iloc[0]),
        )

    (n1, w1, p1), (n0, w0, p0) = parts(now), parts(before)
    return {
        "workplaces": (Fraction(n1, n0) - 1) * 100,
        "workers": (Fraction(w1, w0) - 1) * 100,
        "payroll": (p1 / p0 - 1) * 100,
        "pay_per_worker": (p1 / w1 / (p0 / w0) - 1) * 100,
    }


def table(edition: Any, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(edition.path(name)).to_pylist()
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "cut"),
    [
        ("fact_district_quarter", None),
        ("fact_district_industry_quarter", "division"),
        ("fact_district_size_quarter", "band"),
        ("fact_region_industry_quarter", "division"),
        ("fact_region_size_quarter", "band"),
    ],
)
def test_every_cell_agrees(ingested: Pipeline, rows: pd.DataFrame, name: str, cut: str | None) -> None:
    edition, _ = ingested.quarters.propose(QUARTER)
    areas = "district" if "district" in name else "nation"
    keyed = rows.assign(nation="00", part=rows[cut] if cut else "all")
    keyed = keyed[keyed[areas].notna()]
    cells = {key: dict(list(group.groupby("quarter"))) for key, group in keyed.groupby([areas, "part"])}
    whole_area = keyed[keyed["quarter"] == str(QUARTER)].groupby(areas)["workers"].sum()
    everyone = rows[rows["quarter"] == str(QUARTER)]
    national = everyone.groupby(cut)["workers"].sum() if cut else None
    nation = {
        part: dict(list(group.groupby("quarter")))
        for part, group in rows.assign(all="all").groupby(cut or "all")
    }
    column = {"division": "division", "band": "size_band"}.get(cut or "")
    compared = 0
    for stored in table(edition, name):
        area = stored["district_id" if areas == "district" else "region_code"]
        part = stored[column] if column else "all"
        if areas == "nation" and area != "00":
            continue
        now = cells.get((area, part), {}).get(str(QUARTER))
        if now is None:
            assert not stored["workplaces"]
            continue
        for measure, value in measures(now).items():
            assert stored[measure] == value, (area, part, measure)
        if cut and national is not None:
            quotient = Fraction(int(now["workers"].sum()), int(whole_area[area])) / Fraction(
                int(national[part]), int(national.sum())
            )
            assert stored["location_quotient"] == rounded(quotient, "0.000001")
        for base, other in BASES.items():
            crosses = other < "2025-Q3"
            before = cells[area, part].get(other)
            if crosses:
                now_side = now[now["corporation"]]
                before = before[before["corporation"]] if before is not None else None
            else:
                now_side = now
            if before is None or before.empty:
                assert stored[f"workers_change_{base}_pct"] is None
                assert stored[f"payroll_{base}_ceiling_bound_points"] is None
                continue
            if now_side.empty:
                continue
            found = changes(now_side, before)
            sides = [nation[part][quarter] for quarter in (str(QUARTER), other)]
            national_change = changes(*[side[side["corporation"]] if crosses else side for side in sides])
            for measure, change in found.items():
                assert stored[f"{measure}_change_{base}_pct"] == rounded(change, "0.01"), (area, part, base)
                if measure != "pay_per_worker":
                    points = rounded(change, "0.01") - rounded(national_change[measure], "0.01")
                    assert stored[f"{measure}_{base}_points"] == points
            month = f"{other[:4]}-{3 * int(other[-1]):02d}"
            ceiling, floor = CEILING[july_year(month)], FLOOR[july_year(month)]
            payroll = Fraction(int(before["billed"].sum()) * 10_000, int(before["rate"].iloc[0]))
            above = max(payroll - floor * int(before["workers"].sum()), Fraction(0))
            bound = above / (ceiling - floor) * (CEILING[2026] - ceiling) / payroll * 100
            assert stored[f"payroll_{base}_ceiling_bound_points"] == rounded(bound, "0.01")
            compared += 1
    assert compared > 50 if areas == "district" else compared > 10


@pytest.mark.slow
def test_the_chain_over_july_agrees(ingested: Pipeline, country: Any, rows: pd.DataFrame) -> None:
    edition, _ = ingested.quarters.propose(QUARTER)
    districts = ingested.registry.in_force()
    assert districts is not None
    version = districts.on(QUARTER.last_day).version

    def month_of(name: str) -> pd.DataFrame:
        (vintage,) = ingested.lake.children("raw", name)
        frame = pq.read_table(
            ingested.lake.require("matched", name, vintage, version).path("district_member")
        ).to_pandas()
        frame = frame[frame["is_counted"]]
        ceiling = CEILING[july_year(name)]
        rate = float(RATES[int(name[:4])])
        frame["below"] = frame["billed_amount_krw"] / rate / frame["subscribers"] < 0.98 * ceiling - 1e-6
        frame["rate"] = rate
        return frame

    june, july = month_of("2026-06"), month_of("2026-07")
    both = june[june["below"]].merge(july[july["below"]], on="workplace_id", suffixes=("_june", "_july"))
    renamed = rows.rename(columns={"billed": "billed_amount_krw", "workers": "subscribers"})
    renamed["rate"] = renamed["rate"] / 10_000
    base, quarter = (renamed[renamed["quarter"] == name] for name in ("2025-Q3", "2026-Q3"))

    def pay(frame: pd.DataFrame, month: str = "") -> float:
        heads = frame[f"subscribers{month}"] * frame[f"rate{month}"]
        return float(frame[f"billed_amount_krw{month}"].sum() / heads.sum())

    checked = 0
    for stored in table(edition, "pay_chain"):
        if (
            stored["base"] != "year"
            or stored["level"] not in {"district", "nation"}
            or stored["status"] == "not_computable"
        ):
            continue
        if stored["level"] == "nation":
            linked, parts = both, (june, july, base, quarter)
        else:
            area = stored["area"]
            linked = both[(both["district_id_june"] == area) & (both["district_id_july"] == area)]
            parts = tuple(
                frame[frame[column] == area]
                for frame, column in (
                    (june, "district_id"),
                    (july, "district_id"),
                    (base, "district"),
                    (quarter, "district"),
                )
            )
        here, there, before, now = parts
        link = pay(linked, "_july") / pay(linked, "_june")
        factor = pay(here) / pay(before) * link * pay(now) / pay(there)
        assert stored["linked_workplaces"] == len(linked)
        assert float(stored["pay_per_worker_change_pct"]) == pytest.approx(
            100 * (factor - 1), abs=0.005 + 1e-7
        )
        checked += 1
    assert checked > 60


@pytest.mark.slow
def test_odds_and_percentiles_agree(ingested: Pipeline, rows: pd.DataFrame) -> None:
    edition, _ = ingested.quarters.propose(QUARTER)
    stored = pd.DataFrame(table(edition, "change_confidence"))
    facts = {row["district_id"]: row for row in table(edition, "fact_district_quarter")}
    for (indicator, base), group in stored.groupby(["indicator", "base"]):
        known = group[group["change_pct"].notna()]
        change = known["change_pct"].astype(float)
        assert [facts[key][f"{indicator}_change_{base}_pct"] for key in known["district_id"]] == list(
            known["change_pct"]
        )
        rank = (change.rank(method="average") - 0.5) / len(change) * 100
        assert (known["percentile"].astype(float) - rank).abs().max() <= 0.05 + 1e-9
        assert (known["probability_severe_pct"] <= known["probability_caution_pct"]).all()
    # a fall far beyond its noise is sure, a rise far beyond it is not one
    z = (stored["change_pct"].astype(float) + 5) / stored["standard_error_points"].astype(float)
    caution = stored["probability_caution_pct"].astype(float)
    assert (caution[z < -4] > 95).all() and (caution[z > 4] < 5).all() and (abs(z) > 4).any()
