"""Every district's measures again, in plain pandas from the published CSV files: agreement to the won.

Nothing of the pipeline is used here but the place where its results lie, its table of legal dongs, read as data,
and for the chain the identity of workplaces, which other tests check.
"""

from __future__ import annotations

import csv
import gzip
import math
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from sogong_pipeline.districts.loaded import registry_in_force
from sogong_pipeline.periods import Month, Quarter, parse_months
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.tables import schemas

RATES = {2024: Fraction(9, 100), 2025: Fraction(9, 100), 2026: Fraction(95, 1000)}
VALIDITY = Path(__file__).parents[2] / "sogong_pipeline" / "regions" / "data" / "legal_dong_validity.csv.gz"
CEILING = {2023: 5_900_000, 2024: 6_170_000, 2025: 6_370_000, 2026: 6_590_000}
"""Of base income, from July of a year on."""
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
            "address": frame["사업장지번상세주소"],
            "corporation": frame["사업장형태구분코드 1 법인 2 개인"] == "1",
            "workers": frame["가입자수"].astype(int),
            "billed": frame["당월고지금액"].astype(int),
        }
    )
    counted = counted[counted["workers"] >= 1].reset_index(drop=True)
    counted["month"] = month
    return counted


def claims(rows: pd.DataFrame, registry: pd.DataFrame) -> pd.Series:
    """Return every district that claims a row, in a tuple."""
    narrow: dict[tuple[str, str], set[str]] = {}
    everywhere: dict[str, set[str]] = {}
    for district in registry.itertuples():
        for dong in filter(None, district.legal_dong_codes.split("|")):
            codes = [code for code in district.postal_codes.split("|") if code]
            for code in codes:
                narrow.setdefault((dong, code), set()).add(district.district_id)
            if not codes:
                everywhere.setdefault(dong, set()).add(district.district_id)
    claimed = {
        pair: tuple(sorted(narrow.get(pair, set()) | everywhere.get(pair[0], set())))
        for pair in set(zip(rows["dong"], rows["postal"], strict=True))
    }
    return pd.Series([claimed[pair] for pair in zip(rows["dong"], rows["postal"], strict=True)], dtype=object)


def assign(rows: pd.DataFrame, registry: pd.DataFrame) -> pd.Series:
    """Return the only district that claims a row, or nothing."""
    claimed = claims(rows, registry)
    return claimed.map(lambda districts: districts[0] if len(districts) == 1 else None).astype(object)


def sigungu_today(codes: pd.Series, addresses: pd.Series) -> pd.Series:
    """Today's sigungu of rows by the table of legal dongs, read as data, or as published where that is several.

    Where an address names another dong than the code, that one counts.
    """
    with gzip.open(VALIDITY, "rt", encoding="utf-8") as file:
        dongs = {row["legal_dong_code"]: row for row in csv.DictReader(file)}

    def today(code: str) -> set[str]:
        if code not in dongs or not dongs[code]["valid_to"]:
            return {code}
        heirs = filter(None, dongs[code]["successor_codes"].split("|"))
        return {last for heir in heirs for last in today(heir)}

    named: dict[str, set[str]] = {}
    for code, dong in dongs.items():
        if code.endswith("00"):
            named.setdefault(dong["name"], set()).update(one[:8] for one in today(code))

    def one(code: str, address: str) -> str:
        own = dongs.get(f"{code[:8]}00", {}).get("name")
        named_today = named.get(address, set()) if address != own else set()
        sigungu_of = named_today if len(named_today) == 1 else today(code)
        return next(iter(sigungu_of))[:5] if len(sigungu_of) == 1 else code[:5]

    pairs = list(zip(codes, addresses.str.replace(" +", " ", regex=True), strict=True))
    sigungu_of = {pair: one(*pair) for pair in set(pairs)}
    return pd.Series([sigungu_of[pair] for pair in pairs], dtype=object)


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
    ingested: Installation, country: Any, published: pd.DataFrame, name: str
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
    ingested: Installation, country: Any, published: pd.DataFrame
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
            "measured", str(month), vintage, registry_in_force(ingested).on(month.quarter.last_day).version
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


def pay_of(rows: pd.DataFrame, area: str, side: str = "") -> dict[str, float]:
    """Pay per head and rate of each area's rows; none where nobody is."""
    rate = (
        rows[f"month{side}"]
        .str[:4]
        .astype(int)
        .map({year: int(10_000 * rate) for year, rate in RATES.items()})
    )
    weighed = rows.assign(heads=rows[f"workers{side}"].astype("int64") * rate, won=rows[f"billed{side}"])
    sums = weighed.groupby(area)[["won", "heads"]].sum()
    ratio: dict[str, float] = (sums["won"] / sums["heads"])[sums["heads"] > 0].to_dict()
    return ratio


def members_of(pipeline: Installation, month: Month, version: str) -> pd.DataFrame:
    """Return the district of every workplace in a month, and a flag below 98 % of the ceiling."""
    (vintage,) = pipeline.lake.children("raw", str(month))
    frame = pq.read_table(
        pipeline.lake.require("matched", str(month), vintage, version).path("district_member")
    ).to_pandas()
    frame = frame[frame["is_counted"]].rename(
        columns={"subscribers": "workers", "billed_amount_krw": "billed"}
    )
    ceiling = CEILING[month.year if month.month >= 7 else month.year - 1]
    rate = int(10_000 * RATES[month.year])
    below = frame["billed"] * 1_000_000 < 98 * ceiling * rate * frame["workers"].astype("int64")
    return frame[below].assign(month=str(month), corporation=frame["legal_form"] == 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["2026-Q1", "2026-Q3"])
def test_every_chain_of_pay_agrees(
    ingested: Installation, country: Any, published: pd.DataFrame, name: str
) -> None:
    """Direct inside a July year; over a July only by those below the ceiling who stay in their district."""
    quarter = Quarter.parse(name)
    edition, _ = ingested.quarters.propose(quarter)
    in_force = registry_in_force(ingested)
    assert in_force is not None
    version = in_force.on(quarter.last_day).version
    registry = pd.read_csv(country.registry, dtype=str, keep_default_na=False)
    last_day = quarter.last_day.isoformat()
    registry = registry[
        (registry["valid_from"] <= last_day)
        & ((registry["valid_to"] == "") | (registry["valid_to"] >= last_day))
    ]
    rows = published.assign(district=assign(published, registry), nation="00")
    rows["sigungu"] = sigungu_today(rows["dong"], rows["address"])
    rows["sido"] = rows["sigungu"].str[:2]
    by_month = dict(list(rows.groupby("month")))
    bases = {"quarter": 1, "year": 4, "two_years": 8, **({"july_year": 2} if quarter.number == 1 else {})}
    expected: dict[tuple[str, str, str], tuple[float | None, int | None]] = {}
    for base, distance in bases.items():
        first = quarter.shift(-distance)
        julys = [
            month
            for month in parse_months(f"{first.months[0]}..{quarter.months[0]}")
            if month.month == 7 and month > first.months[-1]
        ]
        form = [True] if str(first) < "2025-Q3" else [True, False]
        stops = [first.months, *([stop] for july in julys for stop in (july.shift(-1), july)), quarter.months]
        periods = [pd.concat([by_month[str(month)] for month in stop]) for stop in stops]
        links = []
        for july in julys:
            june, after = (members_of(ingested, month, version) for month in (july.shift(-1), july))
            both = june.merge(after, on="workplace_id", suffixes=("_june", "_july"))
            places = both[["district_id_june", "district_id_july"]].fillna("nowhere")
            both = both[places["district_id_june"] == places["district_id_july"]]
            links.append(both[both["corporation_july"].isin(form)].assign(nation="00"))
        for level, column in (
            ("district", "district_id"),
            ("nation", "nation"),
            ("sido", "sido_code"),
            ("sigungu", "sigungu_code"),
        ):
            plain = column.removesuffix("_id").removesuffix("_code")
            paid = [pay_of(period[period["corporation"].isin(form)], plain) for period in periods]
            key = "nation" if level == "nation" else f"{column}_july"
            linked = [
                (pay_of(link, key, "_june"), pay_of(link, key, "_july"), link.groupby(key).size())
                for link in links
            ]
            for area in {area for one in paid for area in one}:
                pairs = [
                    *zip(paid[::2], paid[1::2], strict=True),
                    *((june, july) for june, july, _ in linked),
                ]
                whole = all(before.get(area) and area in now for before, now in pairs)
                factor = math.prod(now[area] / before[area] for before, now in pairs) if whole else None
                counts = [int(size[area]) for *_, size in linked] if whole else []
                expected[level, area, base] = factor, min(counts, default=None)
    compared: Counter[tuple[str, str]] = Counter()
    for stored in pq.read_table(edition.path("pay_chain")).to_pylist():
        level, area, base = stored["level"], stored["area"], stored["base"]
        factor, linked_workplaces = expected.get((level, area, base), (None, None))
        if factor is None:
            assert stored["pay_per_worker_change_pct"] is None, (level, area, base)
            assert stored["status"] == "not_computable"
            continue
        change = 100 * (factor - 1)
        assert float(stored["pay_per_worker_change_pct"]) == pytest.approx(change, abs=0.005 + 1e-9), area
        assert stored["linked_workplaces"] == linked_workplaces
        few = linked_workplaces is not None and linked_workplaces < 20
        assert stored["status"] == ("few_workplaces" if few else "ok")
        compared[level, base] += 1
    assert set(compared) == {
        (level, base) for level in ("district", "nation", "sido", "sigungu") for base in bases
    }
    figures = {
        column["name"]
        for column in schemas()["pay_chain"]["columns"]
        if column["type"] in {"integer", "decimal_2"}
    }
    assert figures == {"pay_per_worker_change_pct", "linked_workplaces"}
