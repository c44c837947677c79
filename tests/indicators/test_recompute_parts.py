"""Every further measure again in plain pandas from the published files: regions, parts, quotients, bounds.

Nothing of the pipeline is used but the place where its results lie, and its rules on industries and its table of legal
dongs, read as data.
"""

from __future__ import annotations

import csv
import zlib
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sogong_pipeline.districts.loaded import registry_in_force
from sogong_pipeline.periods import Quarter
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.tables import schemas
from tests.indicators.test_recompute import CEILING, RATES, assign, claims, rounded, sigungu_today
from tests.support.editions import proposals_of

FLOOR = {2023: 370_000, 2024: 390_000, 2025: 400_000, 2026: 410_000}
RULES = Path(__file__).parents[2] / "sogong_pipeline" / "industries" / "data" / "industry_rule.csv"
QUARTER = Quarter.parse("2026-Q3")
BANDS = ["1-4", "5-9", "10-29", "30-99", "100-299", "300+"]
CUTS = {"all": "", "division": "_industry", "band": "_size"}
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
def rows(country: Any) -> pd.DataFrame:
    """Every row of every month that the quarter looks at, with what it counts for and every cell it lies in."""
    registry = pd.read_csv(country.registry, dtype=str, keep_default_na=False)
    last_day = QUARTER.last_day.isoformat()
    registry = registry[
        (registry["valid_from"] <= last_day)
        & ((registry["valid_to"] == "") | (registry["valid_to"] >= last_day))
    ]
    frames = []
    for quarter in (str(QUARTER), *BASES.values()):
        for month in Quarter.parse(quarter).months:
            raw = pd.read_csv(country.file_of(month), encoding="cp949", dtype=str, keep_default_na=False)
            frames.append(cells_of(raw, str(month)).assign(quarter=quarter))
    whole = pd.concat(frames, ignore_index=True)
    whole["claims"] = claims(whole, registry)
    whole["district"] = assign(whole, registry)
    return whole


def cells_of(raw: pd.DataFrame, month: str) -> pd.DataFrame:
    """The rows of a published file with what they count for: regions, division, band, and the ceiling of the month."""
    enrolled = raw["사업장가입상태코드 1 등록 2 탈퇴"] == "1"
    rows = pd.DataFrame(
        {
            "month": month,
            "dong": raw["고객법정동주소코드"],
            "postal": raw["우편번호"],
            "corporation": raw["사업장형태구분코드 1 법인 2 개인"] == "1",
            "workers": raw["가입자수"].astype(int),
            "billed": raw["당월고지금액"].astype(int),
            "joined": raw["신규취득자수"].astype(int),
            "departed": raw["상실가입자수"].astype(int),
            "division": division_of(raw["사업장업종코드"]),
        }
    )
    bands = pd.cut(rows["workers"], [0, 4, 9, 29, 99, 299, 10**9], labels=BANDS).astype(object)
    rows["band"] = bands.where(enrolled)
    rows["counted"] = enrolled & (rows["workers"] >= 1)
    rows["sigungu"] = sigungu_today(rows["dong"], raw["사업장지번상세주소"])
    rows["sido"], rows["nation"], rows["all"] = rows["sigungu"].str[:2], "00", "all"
    at_least = 98 * CEILING[july_year(month)] * rate_bp(month) * rows["workers"]
    rows["ceiling"] = rows["workers"].where(rows["billed"] * 1_000_000 >= at_least, 0)
    return rows


def rate_bp(period: str) -> int:
    """The contribution rate of a month or quarter in basis points."""
    return int(10_000 * RATES[int(period[:4])])


def sums_of(rows: pd.DataFrame, area: str, part: str) -> dict[tuple[str, str, str], dict[str, int]]:
    """Return the sums of each area, part and quarter, over the months in which a region is in the file."""
    keys = [area, part, "quarter"]
    counted = rows[rows["counted"]].assign(workplaces=1)
    counted["squared"] = counted["workers"] ** 2
    corporations = counted[counted["corporation"]].groupby(keys)[["workplaces", "workers", "billed"]].sum()
    sums = [
        rows.groupby(keys)[["joined", "departed"]].sum(),
        counted.groupby(keys)[["workplaces", "workers", "billed", "squared", "ceiling"]].sum(),
        corporations.add_prefix("corporate_"),
        counted.groupby([*keys, "month"])["workers"].max().groupby(keys).sum().rename("largest"),
    ]
    whole = pd.concat(sums, axis=1).fillna(0).astype("int64")
    months = rows.groupby([area, "quarter"])["month"].nunique()
    whole["months"] = 3 if area == "district" else [months[key[0], key[2]] for key in whole.index]
    cells: dict[Any, dict[str, int]] = whole.to_dict("index")
    return cells


def ratio(part: int | Fraction, whole: int | Fraction, places: str) -> Decimal | None:
    return rounded(Fraction(part) / whole, places) if whole else None


def levels(now: dict[str, int], rate: int) -> dict[str, Any]:
    """The levels of a cell in a quarter of one rate."""
    months = now["months"]
    workers, billed = now["workers"], Fraction(now["billed"] * 10_000, rate)
    return {
        "months": months,
        **{name: ratio(now[name], months, "0.1") for name in ("workplaces", "workers", "joined", "departed")},
        "payroll_krw": ratio(billed, months, "1"),
        "pay_per_worker_krw": ratio(billed, workers, "1"),
        "largest_share_pct": ratio(100 * now["largest"], workers, "0.01"),
        "effective_workplaces": ratio(workers**2, months * now["squared"], "0.01"),
        "ceiling_share_pct": ratio(100 * now["ceiling"], workers, "0.01"),
    }


def changes(now: dict[str, int], before: dict[str, int], base: str) -> dict[str, Decimal | None]:
    """Changes in percent, of corporations across 2025-06; null where there was nothing."""
    form = "corporate_" if BASES[base] < "2025-Q3" else ""
    (n1, w1, p1, m1), (n0, w0, p0, m0) = (
        (
            side[f"{form}workplaces"],
            side[f"{form}workers"],
            Fraction(side[f"{form}billed"], rate_bp(quarter)),
            side["months"],
        )
        for side, quarter in ((now, str(QUARTER)), (before, BASES[base]))
    )
    pairs = {
        "workplaces": (n1 * m0, n0 * m1),
        "workers": (w1 * m0, w0 * m1),
        "payroll": (p1 * m0, p0 * m1),
        "pay_per_worker": (p1 * w0, p0 * w1),
    }
    return {measure: ratio(100 * (Fraction(new) - old), old, "0.01") for measure, (new, old) in pairs.items()}


def sides(now: dict[str, int], before: dict[str, int], months_before: int, base: str) -> dict[str, Any]:
    """The base of every change, and level now less base, over the scope of the base."""
    form = "corporate_" if BASES[base] < "2025-Q3" else ""
    figures = {}
    for side, cell, months, quarter in (
        ("now", now, now["months"], str(QUARTER)),
        ("base", before, months_before, BASES[base]),
    ):
        workers, billed = cell[f"{form}workers"], Fraction(cell[f"{form}billed"] * 10_000, rate_bp(quarter))
        figures[side] = {
            ("workplaces", ""): ratio(cell[f"{form}workplaces"], months, "0.1"),
            ("workers", ""): ratio(workers, months, "0.1"),
            ("payroll", "_krw"): ratio(billed, months, "1"),
            ("pay_per_worker", "_krw"): ratio(billed, workers, "1"),
        }
    expected: dict[str, Any] = {}
    for (measure, unit), level in figures["base"].items():
        current = figures["now"][measure, unit]
        is_known = level is not None and current is not None
        expected[f"{measure}_base_{base}{unit}"] = level
        expected[f"{measure}_change_{base}{unit}"] = current - level if is_known else None
    return expected


def bound(before: dict[str, int], base: str) -> Decimal | None:
    """The most that the rise of the ceiling can have added, in points."""
    form = "corporate_" if BASES[base] < "2025-Q3" else ""
    began = july_year(f"{BASES[base][:4]}-{3 * int(BASES[base][-1]):02d}")
    ceiling, floor = CEILING[began], FLOOR[began]
    payroll = Fraction(before[f"{form}billed"] * 10_000, rate_bp(BASES[base]))
    above = max(payroll - floor * before[f"{form}workers"], Fraction(0))
    return ratio(above / (ceiling - floor) * (CEILING[2026] - ceiling) * 100, payroll, "0.01")


def placed(rows: pd.DataFrame, kind: str) -> dict[str, dict[str, Decimal]]:
    """Return monthly means of an area's workplaces that lie in one district, in several or in none."""
    counted = rows[rows["counted"] & (rows["quarter"] == str(QUARTER))]
    many = counted["claims"].str.len()
    if kind == "district":
        unclear = counted[many > 1]["claims"].explode().value_counts()
        return {
            area: {"ambiguous_workplaces": rounded(Fraction(int(unclear.get(area, 0)), 3), "0.1")}
            for area in counted["district"].dropna().unique()
        }
    names = {"matched": many == 1, "ambiguous": many > 1, "unassigned": many == 0}
    return {
        area: {
            f"{name}_workplaces": rounded(Fraction(int(held.loc[group.index].sum()), 3), "0.1")
            for name, held in names.items()
        }
        for column in ("nation", "sido", "sigungu")
        for area, group in counted.groupby(column)
    }


def figures_of(name: str) -> set[str]:
    """The columns of a table that are figures."""
    schema = schemas()[name]
    return {
        column["name"]
        for column in schema["columns"]
        if column["type"] == "integer" or column["type"].startswith("decimal")
    }


def table(edition: Any, name: str) -> list[dict[str, Any]]:
    rows_of_table: list[dict[str, Any]] = pq.read_table(edition.path(name)).to_pylist()
    return rows_of_table


@pytest.mark.slow
@pytest.mark.parametrize("cut", ["all", "division", "band"])
@pytest.mark.parametrize("kind", ["district", "region"])
def test_every_figure_of_every_cell_agrees(
    ingested: Installation, rows: pd.DataFrame, kind: str, cut: str
) -> None:
    edition, _ = ingested.quarters.propose(QUARTER)
    name = f"fact_{kind}{CUTS[cut]}_quarter"
    areas = ["district"] if kind == "district" else ["nation", "sido", *(["sigungu"] if cut == "all" else [])]
    now, nation = str(QUARTER), sums_of(rows, "nation", cut)
    cells = {key: cell for area in areas for key, cell in sums_of(rows, area, cut).items()}
    heads = {
        key[0]: cell["workers"]
        for area in {*areas, "nation"}
        for key, cell in sums_of(rows, area, "all").items()
        if key[2] == now
    }
    empty = dict.fromkeys(next(iter(nation.values())), 0)
    known = {
        (key[0], key[2]): cell["months"] for area in areas for key, cell in sums_of(rows, area, "all").items()
    }
    where = placed(rows, kind) if cut == "all" else {}
    compared: Counter[str] = Counter()
    for stored in table(edition, name):
        area = stored["district_id" if kind == "district" else "region_code"]
        part = "all" if cut == "all" else stored["division" if cut == "division" else "size_band"]
        cell = cells.pop((area, part, now), None)
        if cell is None or stored["workplaces"] is None:
            assert not stored["workplaces"] and not (cell or empty)["workplaces"], (area, part)
            continue
        expected = levels(cell, rate_bp(now)) | where.get(area, {})
        if cut != "all":
            of_nation = nation["00", part, now]["workers"]
            expected["location_quotient"] = ratio(
                cell["workers"] * heads["00"], heads[area] * of_nation, "0.000001"
            )
        for base, other in BASES.items():
            before = cells.get((area, part, other), empty)
            national = changes(nation["00", part, now], nation.get(("00", part, other), empty), base)
            for measure, change in changes(cell, before, base).items():
                expected[f"{measure}_change_{base}_pct"] = change
                if measure != "pay_per_worker":
                    beside = national[measure]
                    is_known = change is not None and beside is not None
                    expected[f"{measure}_{base}_points"] = change - beside if is_known else None
            expected[f"payroll_{base}_ceiling_bound_points"] = bound(before, base)
            if (area, other) in known:  # an area without a row may be empty or unknown
                expected |= sides(cell, before, known[area, other], base)
        assert {column: stored[column] for column in expected} == expected, (area, part)
        compared.update(column for column, value in expected.items() if value is not None)
    assert not [key for key, cell in cells.items() if key[2] == now and cell["workplaces"]]
    # whoever adds a figure to the schema computes it again here
    assert set(compared) == figures_of(name)
    assert min(compared.values()) > 10


@pytest.mark.slow
@pytest.mark.parametrize("cut", ["division", "band"])
def test_contributions_add_up_and_agree(ingested: Installation, rows: pd.DataFrame, cut: str) -> None:
    """Every part of every area again, and the parts with their rounding against the change of the area."""
    edition, _ = ingested.quarters.propose(QUARTER)
    breakdown = "division" if cut == "division" else "size_band"
    offices = {code: office for office, codes in OFFICES.items() for code in codes}
    whole = rows.assign(
        office_districts=rows["district"].map(sido_of_districts(ingested)).map(offices).fillna("jeju"),
        office_region=rows["sido"].map(offices).fillna("jeju"),
    )
    whole.loc[whole["district"].isna(), "office_districts"] = None
    facts = {
        "district": ("fact_district_quarter", "district_id", "district"),
        "sido": ("fact_region_quarter", "region_code", "sido"),
        "nation": ("fact_region_quarter", "region_code", "nation"),
        "office_districts": ("fact_office_quarter", "office_code", "office_districts"),
        "office_region": ("fact_office_quarter", "office_code", "office_region"),
    }
    stored: dict[str, list[dict[str, Any]]] = {level: [] for level in facts}
    for row in table(edition, "contribution"):
        if row["breakdown"] == breakdown:
            stored[row["level"]].append(row)
    compared = 0
    for level, (name, code, column) in facts.items():
        of_area = {row[code]: row for row in table(edition, name) if is_of(row, level)}
        parts, totals = sums_of(whole, column, cut), sums_of(whole, column, "all")
        sums: Counter[Any] = Counter()
        for row in stored[level]:
            area, part, base = row["area"], row["part"], row["base"]
            now, before = (area, "all", str(QUARTER)), (area, "all", BASES[base])
            points = {
                name: row[f"{name}_contribution_points"] for name in ("workplaces", "workers", "payroll")
            }
            heads = {name: row[name] for name in ("workers_base", "workers_change", "payroll_change_krw")}
            sums.update({(area, base, name): value for name, value in {**points, **heads}.items()})
            if part == "rounding" or area == "nation" or now not in totals or before not in totals:
                continue
            nothing = dict.fromkeys(totals[now], 0)
            cells = [parts.get((area, part, quarter), nothing) for quarter in (str(QUARTER), BASES[base])]
            expected = points_of(cells[0], totals[now], cells[1], totals[before], base)
            assert points == expected, (level, area, part, base)
            compared += 1
        for (area, base, figure), value in sums.items():
            of = of_area[area]
            change = {
                "workplaces": of[f"workplaces_change_{base}_pct"],
                "workers": of[f"workers_change_{base}_pct"],
                "payroll": of[f"payroll_change_{base}_pct"],
                "workers_base": of[f"workers_base_{base}"],
                "workers_change": of[f"workers_change_{base}"],
                "payroll_change_krw": of[f"payroll_change_{base}_krw"],
            }[figure]
            assert value == change, (level, area, base, figure)
    rounding = [row for rows in stored.values() for row in rows if row["part"] == "rounding"]
    assert rounding
    assert max(abs(row["workers_contribution_points"]) for row in rounding) <= Decimal("0.005") * 75
    assert compared > 1_000


OFFICES = {
    "seoul": ["11"],
    "busan": ["26"],
    "daegu_gyeongbuk": ["27", "47"],
    "gwangju_jeonnam": ["12", "29", "46"],
    "gyeonggi": ["41"],
    "incheon": ["28"],
    "daejeon_sejong": ["30", "36"],
    "ulsan": ["31"],
    "gangwon": ["42", "51"],
    "chungbuk": ["43"],
    "chungnam": ["44"],
    "jeonbuk": ["45", "52"],
    "gyeongnam": ["48"],
}


def sido_of_districts(pipeline: Installation) -> dict[str, str]:
    registry = registry_in_force(pipeline)
    assert registry is not None
    return {one.district_id: one.sigungu_code[:2] for one in registry.districts}


def is_of(row: dict[str, Any], level: str) -> bool:
    """Return True when a row of a fact table belongs to an area of a level of `contribution`."""
    if level.startswith("office_"):
        return bool(row["place"] == level.removeprefix("office_"))
    return "level" not in row or row["level"] == level


def points_of(
    now: dict[str, int],
    all_now: dict[str, int],
    before: dict[str, int],
    all_before: dict[str, int],
    base: str,
) -> dict[str, Decimal | None]:
    """Return a part's contribution to the change of its area, in points of the area's base."""
    form = "corporate_" if BASES[base] < "2025-Q3" else ""
    points = {}
    for name, column in (("workplaces", "workplaces"), ("workers", "workers"), ("payroll", "billed")):
        rates = (rate_bp(str(QUARTER)), rate_bp(BASES[base])) if name == "payroll" else (1, 1)
        part_now, part_before, whole_before = (
            Fraction(cell[f"{form}{column}"], months * rate)
            for cell, months, rate in (
                (now, all_now["months"], rates[0]),
                (before, all_before["months"], rates[1]),
                (all_before, all_before["months"], rates[1]),
            )
        )
        points[name] = ratio(100 * (part_now - part_before), whole_before, "0.01")
    return points


@pytest.mark.slow
def test_offices_are_their_districts_and_their_sido(ingested: Installation) -> None:
    """Whole numbers of a month add up exactly: offices of districts, the nation of offices and of all rows."""
    sido = sido_of_districts(ingested)
    offices = {code: office for office, codes in OFFICES.items() for code in codes}
    registry = registry_in_force(ingested)
    assert registry is not None
    version = registry.on(QUARTER.last_day).version
    month = str(QUARTER.months[-1])
    (vintage,) = ingested.lake.children("raw", month)
    measured = ingested.lake.require("measured", month, vintage, version)
    read = {
        name: pd.read_parquet(measured.path(f"fact_{name}_month"))
        for name in ("district", "region", "office")
    }
    added = [
        "workplaces",
        "workers",
        "billed_amount_krw",
        "joined",
        "departed",
        "corporate_workers",
        "squared_workers",
    ]
    office = read["office"].set_index(["place", "office_code"])
    code = read["district"]["district_id"].map(sido).map(offices).fillna("jeju")
    by_district = read["district"].groupby(code)[added].sum()
    assert by_district.astype("int64").equals(office.loc["districts"].drop("nation")[added].astype("int64"))
    nation = office.loc[("districts", "nation"), added]
    assert by_district.sum().astype("int64").tolist() == nation.astype("int64").tolist()
    of_sido = read["region"][read["region"]["level"] == "sido"]
    by_sido = of_sido.groupby(of_sido["region_code"].map(offices).fillna("jeju"))[added].sum()
    assert by_sido.astype("int64").equals(office.loc["region"].drop("nation")[added].astype("int64"))
    whole = read["region"].set_index("region_code").loc["00"]
    assert (
        whole["workplaces"]
        == whole[["matched_workplaces", "ambiguous_workplaces", "unassigned_workplaces"]].sum()
    )
    assert whole["matched_workplaces"] == nation["workplaces"]
    assert whole["workers"] == office.loc[("region", "nation"), "workers"]


@pytest.mark.slow
def test_offices_of_a_quarter_agree(ingested: Installation, rows: pd.DataFrame) -> None:
    """The figures of offices again, their districts together and their 시도; noise against the first-order formula."""
    edition, _ = ingested.quarters.propose(QUARTER)
    offices = {code: office for office, codes in OFFICES.items() for code in codes}
    places = {
        "districts": rows["district"].map(sido_of_districts(ingested)).map(offices).fillna("jeju"),
        "region": rows["sido"].map(offices).fillna("jeju"),
    }
    places["districts"] = places["districts"].where(rows["district"].notna())
    compared = 0
    for place, column in places.items():
        cells = sums_of(rows.assign(office=column), "office", "all")
        for stored in table(edition, "fact_office_quarter"):
            area, now = stored["office_code"], str(QUARTER)
            if stored["place"] != place or (area, "all", now) not in cells:
                continue
            cell = cells[area, "all", now]
            expected = levels(cell, rate_bp(now))
            for base, other in BASES.items():
                before = cells[area, "all", other]
                expected |= sides(cell, before, before["months"], base)
                for measure, change in changes(cell, before, base).items():
                    expected[f"{measure}_change_{base}_pct"] = change
            assert {name: stored[name] for name in expected} == expected, (place, area)
            compared += 1
    assert compared > 20
    pairs = pd.read_parquet(edition.path("paired_workplace"))
    pairs["office"] = pairs["district_id"].map(sido_of_districts(ingested)).map(offices).fillna("jeju")
    errors = {
        row["office_code"]: row["workers_standard_error_year_points"]
        for row in table(edition, "fact_office_quarter")
        if row["place"] == "districts"
    }
    for area, group in [("nation", pairs), *pairs.groupby("office")]:
        now, before = group["year_now_workers"], group["year_before_workers"]
        rest = now - before * now.sum() / before.sum()
        assert float(errors[area]) == pytest.approx(100 * np.sqrt((rest**2).sum()) / before.sum(), rel=0.2)


@pytest.mark.slow
def test_odds_and_percentiles_agree(ingested: Installation, rows: pd.DataFrame) -> None:
    edition, _ = ingested.quarters.propose(QUARTER)
    stored = pd.DataFrame(table(proposals_of(ingested, edition), "change_confidence"))
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


def members(pipeline: Installation, quarter: Quarter) -> pd.DataFrame:
    """Return the counted members of the districts of a quarter, under those of the quarter judged."""
    in_force = registry_in_force(pipeline)
    assert in_force is not None
    version = in_force.on(QUARTER.last_day).version
    months = [
        pipeline.lake.require("matched", str(month), vintage, version)
        for month in quarter.months
        for vintage in pipeline.lake.children("raw", str(month))
    ]
    frame = pd.concat([pq.read_table(month.path("district_member")).to_pandas() for month in months])
    return frame[frame["is_counted"] & frame["district_id"].notna()].assign(workplaces=1)


@pytest.mark.slow
def test_the_draws_of_a_district_agree(proposed: Installation) -> None:
    """The largest districts drawn again: their odds, their noise, and how often a draw gives the stage."""
    edition, _ = proposed.quarters.propose(QUARTER)
    stored = {
        (*map(one.get, ("district_id", "base", "indicator")),): one
        for one in table(proposals_of(proposed, edition), "change_confidence")
    }
    stages = {one["district_id"]: one for one in table(proposals_of(proposed, edition), "stage_proposal")}
    bases, indicators = ("year", "two_years"), ("workplaces", "subscribers", "payroll")
    of_quarter = {
        name: members(proposed, Quarter.parse(name))
        for name in (str(QUARTER), *(BASES[base] for base in bases))
    }
    undecided = 0
    for district in of_quarter[str(QUARTER)]["district_id"].value_counts().index[:8]:
        added = {}
        for base in bases:
            for name, other in ((str(QUARTER), BASES[base]), (BASES[base], str(QUARTER))):
                mine = of_quarter[name][of_quarter[name]["district_id"] == district]
                if base == "two_years":  # it crosses the change of coverage
                    mine = mine[mine["legal_form"] == 1]
                mine = mine.assign(payroll=mine["billed_amount_krw"] * rate_bp(other))
                for indicator, total in mine.groupby("workplace_id")[list(indicators)].sum().items():
                    added[base, name == str(QUARTER), indicator] = total
        figures = pd.DataFrame(added).fillna(0).astype("int64").sort_index()
        rng = np.random.Generator(np.random.PCG64([510, zlib.crc32(district.encode())]))
        drawn = figures.to_numpy()[rng.integers(0, len(figures), (1000, len(figures)))].sum(axis=1)
        sums = pd.DataFrame(drawn, columns=figures.columns)
        change = {
            (base, indicator): 100 * (sums[base, True, indicator] / sums[base, False, indicator] - 1)
            for base in bases
            for indicator in indicators
        }
        for stage, threshold in (("caution", -5), ("severe", -10)):
            for (base, indicator), found in change.items():
                one = stored[district, base, {"subscribers": "workers"}.get(indicator, indicator)]
                share = 100 * (found <= threshold).mean()
                assert float(one[f"probability_{stage}_pct"]) == pytest.approx(share, abs=1e-9)
                assert float(one["standard_error_points"]) == pytest.approx(found.std(), abs=0.005 + 1e-9)
            reached = [
                ((change["year", one] <= threshold) & (change["two_years", one] <= threshold)).to_numpy()
                for one in indicators
            ]
            share = 100 * float((np.sum(reached, axis=0) >= 2).mean())
            assert float(stages[district][f"probability_{stage}_pct"]) == pytest.approx(share, abs=1e-9)
            undecided += 0 < share < 100
    assert undecided
