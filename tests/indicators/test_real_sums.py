"""Figures add up on real rows: parts of the nation, districts of an office, contributions to a change.

There is one real month. The later one is made of its rows: a fiftieth left out and a fifth of the workplaces another
size, both drawn with a seed, so that every sum still has a real spread of sizes, industries and addresses behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sogong_pipeline.districts.loaded import registry_in_force
from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from tests.complexes import write_registry
from tests.conftest import NOW
from tests.indicators.test_recompute import rounded
from tests.indicators.test_recompute_parts import division_of

pytestmark = [pytest.mark.real_data, pytest.mark.slow]
MONTH, LATER = Month(2022, 4), Month(2022, 7)
SUMS = ("workplaces", "workers", "billed_amount_krw", "joined", "departed", "corporate_workers")
POINTS = ("workplaces", "workers", "payroll")


def later_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Real rows as of the later month."""
    random = np.random.default_rng(20220407)
    remaining = rows[random.random(len(rows)) >= 0.02].copy()
    remaining["자료생성년월"] = str(LATER)
    heads, billed = remaining["가입자수"].astype(int), remaining["당월고지금액"].astype(int)
    is_changed = (random.random(len(remaining)) < 0.2) & (heads >= 2)
    factor = np.where(is_changed, random.uniform(0.6, 1.3, len(remaining)), 1.0)
    moved = np.maximum(1, np.rint(heads * factor)).astype(int)
    remaining["가입자수"] = np.where(heads >= 1, moved, heads).astype(str)
    remaining["당월고지금액"] = np.where(
        heads >= 1, billed * moved // np.maximum(heads, 1) // 20 * 20, billed
    ).astype(str)
    return remaining


@pytest.fixture(scope="module")
def both(test_data: Path) -> dict[str, pd.DataFrame]:
    """The rows of both months, as text."""
    rows = pd.read_csv(
        test_data / "nps" / "nps_2022-04_first25000.cp949.csv",
        encoding="cp949",
        dtype=str,
        keep_default_na=False,
    )
    return {str(MONTH): rows, str(LATER): later_rows(rows)}


@pytest.fixture(scope="module")
def judged(
    both: dict[str, pd.DataFrame], test_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Installation, Partition, list[Partition]]]:
    """The later quarter's edition and the measured months, under the real complexes."""
    home = tmp_path_factory.mktemp("real")
    pipeline = Installation(Settings(home=home / "home", now=NOW))
    write_registry(test_data, home / "complexes.csv", month=str(MONTH))
    complexes = pd.read_csv(home / "complexes.csv", dtype=str, keep_default_na=False)
    complexes.iloc[::4].to_csv(home / "complexes.csv", index=False, lineterminator="\n")
    pipeline.registry.load(home / "complexes.csv", as_of=MONTH.first_day)
    measured = []
    for month, rows in both.items():
        rows.to_csv(home / f"{month}.csv", index=False, encoding="cp949", lineterminator="\r\n")
        (state,) = pipeline.months.ingest(Month.parse(month), str(home / f"{month}.csv"))
        assert state.measured is not None
        measured.append(state.measured)
    edition, _ = pipeline.quarters.propose(Quarter(2022, 3))
    yield pipeline, edition, measured


def test_the_nation_is_its_parts_and_an_office_its_districts(
    judged: tuple[Installation, Partition, list[Partition]],
) -> None:
    pipeline, _, measured = judged
    registry = registry_in_force(pipeline)
    assert registry is not None
    office = {each.district_id: each.office_code or "jeju" for each in registry.on(LATER.last_day).districts}
    compared = 0
    for part in measured:
        regions = pq.read_table(part.path("fact_region_month")).to_pandas().set_index("region_code")
        districts = pq.read_table(part.path("fact_district_month")).to_pandas()
        nation = regions.loc["00"]
        assert nation["workplaces"] == sum(
            nation[f"{where}_workplaces"] for where in ("matched", "ambiguous", "unassigned")
        )
        assert districts["workplaces"].sum() == nation["matched_workplaces"] > 100
        offices = pq.read_table(part.path("fact_office_month")).to_pandas()
        by_office = offices[offices["place"] == "districts"].set_index("office_code")
        sums = districts.groupby(districts["district_id"].map(office))[list(SUMS)].sum()
        sums.loc["nation"] = districts[list(SUMS)].sum()
        for name, row in sums.iterrows():
            if row["workplaces"]:
                assert by_office.loc[name, list(SUMS)].astype(int).to_dict() == row.astype(int).to_dict(), (
                    name
                )
            else:
                assert name not in by_office.index, "an office whose districts hold nobody has no row"
            compared += 1
    assert compared > 20


def test_contributions_add_up_to_the_change_and_are_those_of_the_rows(
    both: dict[str, pd.DataFrame], judged: tuple[Installation, Partition, list[Partition]]
) -> None:
    _, edition, _ = judged
    contributions = pq.read_table(edition.path("contribution")).to_pandas()
    changes = {
        ("district", "district"): ("district_id", "fact_district_quarter"),
        ("sido", "nation"): ("region_code", "fact_region_quarter"),
    }
    checked = 0
    for levels, (key, table) in changes.items():
        facts = pq.read_table(edition.path(table)).to_pandas().set_index(key)
        of_base = contributions[contributions["level"].isin(levels) & (contributions["base"] == "quarter")]
        for (area, _), parts in of_base.groupby(["area", "breakdown"]):
            for measure in POINTS:
                reported = facts.loc[area, f"{measure}_change_quarter_pct"]
                if reported is not None:
                    assert parts[f"{measure}_contribution_points"].sum() == reported, (area, measure)
                    checked += 1
    assert checked > 100

    counted = {
        month: rows[(rows["사업장가입상태코드 1 등록 2 탈퇴"] == "1") & (rows["가입자수"].astype(int) >= 1)]
        for month, rows in both.items()
    }
    heads = {
        month: rows["가입자수"].astype(int).groupby(division_of(rows["사업장업종코드"])).sum()
        for month, rows in counted.items()
    }
    before, now = heads[str(MONTH)], heads[str(LATER)].reindex(heads[str(MONTH)].index, fill_value=0)
    nation = contributions[(contributions["area"] == "00") & (contributions["breakdown"] == "division")]
    points = nation[nation["part"] != "rounding"].set_index("part")["workers_contribution_points"].to_dict()
    assert points == {
        division: rounded(Fraction(100 * int(now[division] - before[division]), int(before.sum())), "0.01")
        for division in before.index
    }
    assert sum(points.values()) != Decimal(0)
