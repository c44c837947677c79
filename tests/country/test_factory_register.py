"""The register of an invented country: its rows, their errors, and the truth beside it."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from country.country import write_country
from country.factory_register import HEADER
from sogong_pipeline.factories.reading import read_register
from sogong_pipeline.periods import parse_months


@pytest.mark.slow
def test_the_register_reads_as_a_real_one_and_says_less_than_the_truth(tmp_path: Path) -> None:
    write_country(tmp_path, seed=5, law_version=2, months=parse_months("2026-01..2026-01"), districts=40)
    (file,) = (tmp_path / "registers").glob("전국등록공장현황_*.csv")
    register = read_register(file)
    assert (register.form.form_id, str(register.as_of)) == ("B", "2026-01-31")
    truth = pq.read_table(tmp_path / "registers" / "truth_20260131.parquet").to_pandas()
    assert truth["row_number"].tolist() == register.rows.column("row_number").to_pylist()
    with file.open(encoding="cp949", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert tuple(rows[0]) == HEADER
    named = [bool(row["단지명"] or row["지식산업센터명"]) for row in rows]
    inside = truth["district_id"].notna().tolist()
    assert not any(is_named and not is_inside for is_named, is_inside in zip(named, inside, strict=True))
    blank = 1 - sum(named) / sum(inside)
    assert 0.10 < blank < 0.20  # law 2: 15 %
    members = pq.read_table(tmp_path / "truth_members.parquet").to_pandas()
    known = members["workplace_serial"].isin(set(truth["workplace_serial"]))
    assert 0.2 < known[members["district_id"].notna()].mean() < 0.8
    assert truth["workplace_serial"].duplicated().any()
