"""The ten questions of docs/questions.md, each answered again in plain pandas from the published files.

Nothing of the pipeline is used for the answers but where its results lie, its rules on industries and its table of
legal dongs, read as data; who came and went is held against the table that other tests compute again.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from sogong_pipeline.periods import Quarter
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.load import Warehouse
from sogong_pipeline.warehouse.tables import schemas
from tests.conftest import copied
from tests.indicators.test_recompute import RATES, assign, claims, read_month, rounded
from tests.indicators.test_recompute_parts import division_of
from tests.steps.test_steps import QUARTER as OWN
from tests.steps.test_steps import load_registry, month_file

pytestmark = pytest.mark.slow
PAGE = Path(__file__).parents[2] / "docs" / "questions.md"
QUARTER, YEAR_BEFORE = Quarter(2026, 3), Quarter(2025, 3)
OFFICE = {"27": "daegu_gyeongbuk", "47": "daegu_gyeongbuk"}
Rows = list[dict[str, Any]]


def queries() -> dict[str, str]:
    """The query below each heading of the page."""
    page = PAGE.read_text(encoding="utf-8")
    return {
        heading: query.strip()
        for heading, query in re.findall(r"^## (.+?)\n.*?^```sql\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    }


@pytest.fixture(scope="module")
def warehouse(ingested: Installation, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The country's warehouse, from a copy of its lake."""
    target = Warehouse(copied(ingested.settings.home, tmp_path_factory.mktemp("questions")))
    target.rebuild()
    return target


@pytest.fixture(scope="module")
def rows(country: Any) -> pd.DataFrame:
    """The counted rows of both sides of the year."""
    return counted_rows(country, QUARTER, YEAR_BEFORE)


def counted_rows(country: Any, judged: Quarter, base: Quarter) -> pd.DataFrame:
    """The counted rows of two quarters, with their district, the office of its 시도 and their division."""
    registry = pd.read_csv(country.registry, dtype=str, keep_default_na=False)
    day = judged.last_day.isoformat()
    registry = registry[
        (registry["valid_from"] <= day) & ((registry["valid_to"] == "") | (registry["valid_to"] >= day))
    ]
    sido = registry.set_index("district_id")["legal_dong_codes"].str[:2]
    parts = []
    for quarter in (judged, base):
        for month in quarter.months:
            raw = pd.read_csv(country.file_of(month), encoding="cp949", dtype=str, keep_default_na=False)
            one = read_month(country.file_of(month))
            counted = (raw["사업장가입상태코드 1 등록 2 탈퇴"] == "1") & (raw["가입자수"].astype(int) >= 1)
            one["division"] = division_of(raw["사업장업종코드"])[counted].to_numpy()
            parts.append(one.assign(quarter=str(quarter), month=str(month)))
    whole = pd.concat(parts, ignore_index=True)
    whole["claims"] = claims(whole, registry).str.len()
    whole["district"] = assign(whole, registry)
    whole["office"] = whole["district"].map(sido).map(OFFICE)
    return whole


def ask(warehouse: Warehouse, question: str, **changed: str) -> Rows:
    """The answer to a question of the page; `changed` replaces one text of the query by another."""
    query = queries()[question]
    for old, new in changed.items():
        assert old in query
        query = query.replace(old, new)
    with warehouse.engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(query)).mappings()]


def mean(total: int) -> Decimal:
    """The mean of three months, as the tables have it."""
    return rounded(Fraction(int(total), 3), "0.1")


def plain(value: float | Decimal, places: str) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(places))


def test_each_is_one_query_of_at_most_ten_lines_without_json() -> None:
    assert len(queries()) == 10
    for heading, query in queries().items():
        assert query.count(";") == 1, heading
        assert len(query.splitlines()) <= 10, heading
        assert "json" not in query.lower(), heading


def test_divisions_behind_the_change_of_an_office(warehouse: Warehouse, rows: pd.DataFrame) -> None:
    answer = ask(warehouse, "Which divisions are behind a fall in an office?")
    mine = rows[(rows["office"] == "daegu_gyeongbuk")]
    sums = mine.pivot_table(
        index="division", columns="quarter", values="workers", aggfunc="sum", fill_value=0
    )
    now, before = sums[str(QUARTER)], sums[str(YEAR_BEFORE)]
    names = dict(
        pd.read_csv(PAGE.parents[1] / "sogong_pipeline/industries/data/division.csv", dtype=str)[
            ["division", "name"]
        ].to_numpy()
    ) | {"unknown": "미상"}
    expected = {
        names[division]: (
            mean(before[division]),
            mean(now[division]) - mean(before[division]),
            rounded(Fraction(100 * int(now[division] - before[division]), int(before.sum())), "0.01"),
        )
        for division in sums.index
    }
    parts = {
        row["division"]: (
            plain(row["workers_base"], "0.1"),
            plain(row["workers_change"], "0.1"),
            plain(row["workers_contribution_points"], "0.01"),
        )
        for row in answer
    }
    rest = parts.pop("rounding")
    assert parts == expected
    assert len(parts) > 10
    change = rounded(Fraction(100 * int(now.sum() - before.sum()), int(before.sum())), "0.01")
    assert sum(part[2] for part in parts.values()) + rest[2] == change
    assert abs(rest[2]) <= Decimal("0.005") * len(parts)
    assert sum(part[0] for part in parts.values()) + rest[0] == mean(before.sum())


def test_payroll_fell_though_workers_did_not(warehouse: Warehouse, country: Any) -> None:
    judged, base = Quarter(2026, 2), Quarter(2026, 1)
    rows = counted_rows(country, judged, base)
    edition = warehouse.catalogue.edition(judged)
    assert edition is not None
    comparable = {
        row["district_id"]
        for row in pq.read_table(edition.path("fact_district_quarter")).to_pylist()
        if row["quarter_status"] == row["payroll_quarter_status"] == "ok"
    }
    expected = {}
    for district, group in rows[rows["district"].isin(comparable)].groupby("district"):
        now, before = (group[group["quarter"] == str(quarter)] for quarter in (judged, base))
        pay = [rounded(Fraction(int(side["billed"].sum())) / RATES[2026] / 3, "1") for side in (now, before)]
        heads = mean(now["workers"].sum()) - mean(before["workers"].sum())
        if len(before) and pay[0] < pay[1] and heads >= 0:
            expected[district] = (heads, pay[0] - pay[1])
    answer = ask(warehouse, "Where did payroll fall though workers did not?")
    assert {
        row["district_id"]: (
            plain(row["workers_change_quarter"], "0.1"),
            Decimal(row["payroll_change_quarter_krw"]),
        )
        for row in answer
    } == expected
    assert expected


def test_how_stages_moved(warehouse: Warehouse) -> None:
    catalogue = warehouse.catalogue
    stages = {}
    proposed = sorted(
        catalogue.lake.children("editions")
    )  # those of the country, and what other tests proposed
    for quarter in map(Quarter.parse, proposed):
        edition = catalogue.edition(quarter)
        assert edition is not None
        proposals = catalogue.proposals(edition, "ref_5_10")
        assert proposals is not None
        table = pq.read_table(proposals.path("stage_proposal")).to_pandas()
        stages[str(quarter)] = table.set_index("district_id")["stage"]
    expected = {}
    assert proposed[-3:] == ["2026-Q1", "2026-Q2", "2026-Q3"]
    for before, now in pairwise(proposed):
        both = pd.concat([stages[before], stages[now]], axis=1, keys=["before", "now"]).dropna()
        for (was, stage), count in both.value_counts().items():
            expected[now, was, stage] = count
    answer = ask(warehouse, "How did the stages move?")
    assert {
        (row["quarter"], row["stage_before"], row["stage"]): row["districts"] for row in answer
    } == expected
    order = ["good", "caution", "severe"]
    for row in answer:
        if row["stage_before"] in order and row["stage"] in order:
            step = order.index(row["stage"]) - order.index(row["stage_before"])
            assert row["move"] == ("same" if not step else "worse" if step > 0 else "better")


def test_editions_and_corrections(pipeline: Installation, tmp_path: Path) -> None:
    """One district whose second month is published again with more workplaces."""
    load_registry(pipeline, tmp_path)
    for month in OWN.months[:2]:
        pipeline.months.ingest(month, str(month_file(tmp_path, str(month))))
    first, _ = pipeline.quarters.propose(OWN)
    pipeline.months.ingest(OWN.months[0], str(month_file(tmp_path, str(OWN.months[0]), count=45)))
    second, _ = pipeline.quarters.propose(OWN)
    target = Warehouse(pipeline)
    target.rebuild()
    heads = {
        one.folder.name: pq.read_table(one.path("fact_district_quarter")).to_pylist()[0]
        for one in (first, second)
    }
    district = next(iter(heads.values()))["district_id"]
    editions = ask(target, "What did each edition say of one district?", **{"SIM-0003": district})
    assert {row["edition"]: plain(row["workers"], "0.1") for row in editions} == {
        name: row["workers"] for name, row in heads.items()
    }
    assert [bool(row["is_latest"]) for row in editions].count(True) == 1
    (corrected,) = ask(target, "What did corrections change?")
    workers = [heads[one.folder.name]["workers"] for one in (first, second)]
    assert workers[0] != workers[1]
    assert [plain(corrected[name], "0.1") for name in ("workers_before", "workers", "corrected_by")] == [
        *workers,
        workers[1] - workers[0],
    ]


def test_the_nation_is_the_sum_of_its_parts(warehouse: Warehouse, rows: pd.DataFrame) -> None:
    answer = {row["data_month"]: row for row in ask(warehouse, "Is the nation the sum of its parts?")}
    assert {row["difference"] for row in answer.values()} == {0}
    assert {row["offices_difference"] for row in answer.values()} == {0}
    for month, group in rows[rows["quarter"] == str(QUARTER)].groupby("month"):
        assert [
            answer[month][name]
            for name in ("workplaces", "matched_workplaces", "ambiguous_workplaces", "unassigned_workplaces")
        ] == [
            len(group),
            *((group["claims"] == 1).sum(), (group["claims"] > 1).sum(), (group["claims"] == 0).sum()),
        ]


def test_exits_by_kind(warehouse: Warehouse) -> None:
    flows = pq.read_table(edition_of(warehouse).path("establishment_flow")).to_pandas()
    kinds = [name for name in flows.columns if name.startswith("exits_")]
    expected = {
        (quarter, name.removeprefix("exits_")): int(group[name].sum())
        for quarter, group in flows.groupby("flow_quarter")
        for name in kinds
        if group[name].notna().any()
    }
    answer = ask(warehouse, "How did workplaces leave?")
    assert {
        (row["flow_quarter"], row["movement_kind"]): row["workplaces"]
        for row in answer
        if row["workplaces"] is not None
    } == expected
    assert {row["movement_kind"] for row in answer} == {name.removeprefix("exits_") for name in kinds}
    by_quarter = flows.groupby("flow_quarter")["exits"].sum()
    for quarter, total in by_quarter.items():
        assert sum(count for (of, _), count in expected.items() if of == quarter) == total


def test_series_beside_raw(warehouse: Warehouse, rows: pd.DataFrame) -> None:
    """33 of 36 months are there, so nothing is adjusted and the status says so; tests/indicators adjust more."""
    answer = {row["data_month"]: row for row in ask(warehouse, "What is a series without its season?")}
    assert len(answer) == 36
    corporations = rows[rows["corporation"]].groupby("month")["workers"].sum()
    for month, workers in corporations.items():
        assert (answer[month]["scope"], answer[month]["workers"]) == ("corporations", workers)
    assert {(row["status"], row["workers_adjusted"]) for row in answer.values()} == {("not_computable", None)}


def test_surest_and_least_sure_proposals(warehouse: Warehouse) -> None:
    proposals = warehouse.catalogue.proposals(edition_of(warehouse), "ref_5_10")
    assert proposals is not None
    flagged = {
        row["district_id"]: row[f"probability_{row['stage']}_pct"]
        for row in pq.read_table(proposals.path("stage_proposal")).to_pylist()
        if row["stage"] in {"caution", "severe"}
    }
    answer = ask(warehouse, "Which proposals are surest, and which least?")
    assert {row["district_id"]: plain(row["confidence_pct"], "0.1") for row in answer} == flagged
    assert [row["district_id"] for row in answer] == sorted(flagged, key=lambda key: (-flagged[key], key))
    assert flagged


def edition_of(warehouse: Warehouse) -> Any:
    edition = warehouse.catalogue.edition(QUARTER)
    assert edition is not None
    return edition


def test_every_code_has_its_word_and_every_key_its_row(warehouse: Warehouse) -> None:
    """Keys that SQLite declares and does not enforce hold all the same, and label knows what the tables hold."""
    with warehouse.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        words = {tuple(row) for row in connection.execute(text("SELECT code_set, code FROM label"))}
        codes = 0
        for name, schema in schemas().items():
            if schema.get("lake_only"):
                continue
            for column in schema["columns"]:
                if "codes" in column:
                    query = f"SELECT DISTINCT {column['name']} FROM {name} WHERE {column['name']} IS NOT NULL"
                    values = set(connection.execute(text(query)).scalars())
                    assert {(column["codes"], code) for code in values} <= words, (name, column["name"])
                    codes += len(values)
    assert codes > 100


def test_a_report_in_korean_reads_as_the_one_in_codes(warehouse: Warehouse) -> None:
    query = 'SELECT "분기", "밀집지역 번호", "참고 단계", "신뢰도", "종사자 수" FROM district_report_ko ORDER BY 1, 2'
    codes = (
        "SELECT quarter, district_id, stage_ko, label_ko, workers FROM district_report "
        "LEFT JOIN label ON code_set = 'confidence' AND code = confidence ORDER BY 1, 2"
    )
    with warehouse.engine.connect() as connection:
        korean = connection.execute(text(query)).all()
        assert korean == connection.execute(text(codes)).all()
    assert {"양호", "심각"} <= {row[2] for row in korean}
