"""From matched rows to proposals through the files of the lake, against the same country judged in memory."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from country.evaluation.stages.living import Lived
from country.evaluation.stages.planting import CLOSURES, Loss, plant
from sogong_pipeline.industries.divisions import divisions
from sogong_pipeline.periods import Quarter
from sogong_pipeline.stages.likelihood.histories import sum_quarter
from sogong_pipeline.stages.likelihood.judge import Judge
from sogong_pipeline.stages.likelihood.norm_files import measure_norm_files, read_norms
from sogong_pipeline.stages.likelihood.norms import measure_norm
from sogong_pipeline.stages.likelihood_proposals import History, propose_by_likelihood
from sogong_pipeline.stages.rules import load, load_likelihood

FIRST = Quarter.parse("2022-Q3")
LAST = 12
EDITION = "e1"


def as_id(row: int) -> str:
    return f"{0x9000000000000000 + row:016x}"  # above the largest signed number


@pytest.fixture(scope="module")
def struck(lived: Lived) -> np.ndarray:
    heads = np.asarray(plant(lived, Loss(CLOSURES, 0.4, 3 * LAST), np.random.default_rng(1))[0])
    return np.where((lived.area.max(axis=1) % 5 == 0)[:, None], heads, lived.subscribers)


@pytest.fixture(scope="module")
def histories(lived: Lived, struck: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> list[History]:
    """Every quarter summed up from matched rows as the lake holds them, with its norms."""
    folder = tmp_path_factory.mktemp("lake")
    nations: list[Path] = []
    histories_so_far = []
    for number in range(LAST + 1):
        quarter = FIRST.shift(number)
        members = {}
        for month in quarter.months:
            column = lived.months.index(month)
            rows = np.flatnonzero(struck[:, column] > 0)
            members[month] = folder / f"{month}.parquet"
            table = {
                "row_number": np.arange(1, rows.size + 1),
                "data_month": pa.repeat(pa.scalar(str(month)), rows.size),
                "workplace_id": [as_id(row) for row in rows.tolist()],
                "district_id": [f"D{area:02d}" for area in lived.area[rows, column]],
                "sigungu_code": [f"S{area:02d}" for area in lived.area[rows, column]],
                "division": [f"{division:02d}" for division in lived.division[rows]],
                "legal_form": np.where(lived.corporate[rows], 1, 2),
                "is_counted": np.ones(rows.size, dtype=bool),
                "subscribers": struck[rows, column],
                "billed_amount_krw": np.rint(lived.payroll[rows, column] * 0.09).astype(np.int64),
            }
            pq.write_table(pa.table(table), members[month])
        workspace = folder / str(quarter)
        workspace.mkdir()
        summed = sum_quarter(members, workspace)
        nations.append(summed.files["nation_workplace_quarter"])
        norms = measure_norm_files(nations, quarter, load_likelihood("own_1").likelihood, workspace)
        histories_so_far.append(
            History(
                quarter,
                summed.files["district_workplace_quarter"],
                norms.files["workplace_norm"],
                norms.files["division_turnover"],
            )
        )
    return histories_so_far


@pytest.fixture(scope="module")
def proposed(
    lived: Lived, histories: list[History], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, pa.Table]:
    folder = tmp_path_factory.mktemp("proposed")
    districts = [f"D{number:02d}" for number in range(lived.districts)]
    pq.write_table(pa.table({"district_id": districts}), folder / "facts.parquet")
    built = propose_by_likelihood(
        folder / "facts.parquet",
        load_likelihood("own_1"),
        EDITION,
        histories=histories,
        others=[load()],
        workspace=folder,
    )
    return {name: pq.read_table(path) for name, path in built.files.items()}


def test_norms_of_files_are_those_in_memory(
    lived: Lived, struck: np.ndarray, histories: list[History]
) -> None:
    panel, rule = lived.panel(struck), load_likelihood("own_1").likelihood
    last = histories[-1]
    assert last.norm and last.turnover
    norms = read_norms(last.norm, last.turnover)
    assert sorted(norms) == list(range(1, LAST + 1))
    for lag in (1, 4, 12):
        expected = measure_norm(panel, LAST, lag, rule)
        assert norms[lag].survival == pytest.approx(expected.survival)
        assert norms[lag].spread == pytest.approx(expected.spread)
        assert norms[lag].workplaces.tolist() == expected.workplaces.tolist()


def test_proposals_of_files_rest_on_the_evidence_in_memory(
    lived: Lived, struck: np.ndarray, proposed: dict[str, pa.Table]
) -> None:
    known = [
        int(code) for code in divisions() if code.isdigit()
    ]  # an unknown division code counts as unknown
    division = np.where(np.isin(lived.division, known), lived.division, 0)
    panel = replace(lived, division=division).panel(struck)
    signal = Judge(panel, load_likelihood("own_1").likelihood).signal(LAST)
    evidence = proposed["stage_evidence"].to_pylist()
    log_bf = np.array([float(row["log_bayes_factor"]) for row in evidence])
    assert np.abs(log_bf - signal.log_bf).max() <= 0.0051
    struck_rows = evidence[::5]
    assert sum(row["state"] == "new" for row in struck_rows) >= 5
    for row in struck_rows:
        if row["state"] == "new":
            assert row["since_quarter"] == "2025-Q3"
            assert float(row["workers_change_pct"]) < -10
            assert float(row["jobs_lost"]) > 0


def test_every_district_has_a_stage_with_its_sentence(lived: Lived, proposed: dict[str, pa.Table]) -> None:
    rows = proposed["stage_proposal"].to_pylist()
    assert len(rows) == lived.districts
    states = {row["district_id"]: row["state"] for row in proposed["stage_evidence"].to_pylist()}
    for row in rows:
        flagged = states[row["district_id"]] in {"new", "stays"}
        assert flagged == (row["stage"] in {"caution", "severe"})
        assert (
            (row["confidence"] is None)
            == (row["stage"] == "undetermined")
            == bool(row["undetermined_reason"])
        )
    clauses = {
        row["district_id"]: row
        for row in proposed["stage_clause"].to_pylist()
        if row["indicator"] == "log_bayes_factor"
    }
    evidence = {row["district_id"]: row for row in proposed["stage_evidence"].to_pylist()}
    for row in rows:
        seen, clause = evidence[row["district_id"]], clauses.get(row["district_id"])
        if row["stage"] == "undetermined" or seen["base_quarter"] is None:
            assert clause is None
            continue
        assert clause is not None
        assert (clause["value"], clause["caution_limit"]) == (seen["log_bayes_factor"], seen["cut"])
        assert clause["base_quarter"] == seen["base_quarter"]
        assert clause["is_decisive"] == (row["stage"] in {"caution", "severe"})
    severe = [row for row in rows[::5] if row["stage"] == "severe"]
    assert severe, "a loss of 40 % is severe in some district"
    new = [row for row in severe if states[row["district_id"]] == "new"]
    assert new
    assert all("1,000곳 중 7곳 이하" in row["reason_ko"] for row in new)


def test_chance_is_told_for_every_rule_set_and_size(proposed: dict[str, pa.Table]) -> None:
    rows = {(row["rule_set"], row["size_class"]): row for row in proposed["placebo_cut"].to_pylist()}
    classes = ("all", "0-9", "10-19", "20-39", "40-79", "80-159", "160+")
    assert set(rows) == {(name, one) for name in ("own_1", "ref_5_10") for one in classes}
    for name in ("own_1", "ref_5_10"):
        parts = [rows[name, one] for one in classes[1:]]
        assert rows[name, "all"]["alarms"] == sum(part["alarms"] for part in parts)
    assert rows["ref_5_10", "20-39"]["cut"] is None
    assert rows["ref_5_10", "10-19"]["judged"] == 0, "fewer than 20 workplaces are undetermined"
    assert set(json.loads(rows["own_1", "all"]["planted_seen_pct"])) == {"20", "25", "30", "40"}


def test_a_lake_that_begins_with_the_judged_quarter_leaves_all_undetermined(
    histories: list[History], tmp_path: Path
) -> None:
    pq.write_table(pa.table({"district_id": ["D00", "D01"]}), tmp_path / "facts.parquet")
    built = propose_by_likelihood(
        tmp_path / "facts.parquet",
        load_likelihood("own_1"),
        EDITION,
        histories=histories[-1:],
        others=[load()],
        workspace=tmp_path,
    )
    rows = pq.read_table(built.files["stage_proposal"]).to_pylist()
    assert [(row["stage"], row["undetermined_reason"]) for row in rows] == [("undetermined", "no_base")] * 2
    assert built.facts["stages"]["undetermined"] == 2
