"""The plain count agrees with staging on any bytes, and shares no code with it."""

from __future__ import annotations

import ast
import csv
import json
import random
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.file.staging import stage
from sogong_pipeline.periods import Month
from sogong_pipeline.upkeep import recount as module
from sogong_pipeline.upkeep.recount import Totals, recount
from tests.rows import lines, row

MONTH = Month(2022, 4)
STRANGE = [
    b",",
    b'"',
    b'""',
    b"\r",
    b"\n",
    b"\t",
    b" ",
    b"\xff",
    b"\xa1",
    b"0",
    b"-",
    b"\x00",
    "가".encode("cp949"),
]


def agree(body: bytes, folder: Path) -> None:
    """Stage bytes, count them, compare."""
    raw = folder / "raw.csv"
    raw.write_bytes(body)
    built = stage(raw, "raw.csv", MONTH, folder)
    quarantine = pq.read_table(built.files["quarantine"]).to_pylist()
    found = recount(raw, "raw.csv", {bad["row_number"] for bad in quarantine})
    kept = pq.read_table(built.files["workplace"]).to_pylist()
    counted = [each for each in kept if each["status"] == 1 and each["subscribers"] >= 1]
    assert found.kept == Totals(
        rows=len(kept),
        workplaces=len(counted),
        workers=sum(each["subscribers"] for each in counted),
        billed_amount_krw=sum(each["billed_amount_krw"] for each in counted),
    )
    assert (found.rows, found.quarantined, found.unreadable) == (built.facts["rows"], len(quarantine), [])


@given(seed=st.integers(0, 2**32), ending=st.sampled_from(["\n", "\r\n"]))
def test_whatever_the_bytes_it_counts_what_staging_counts(
    tmp_path_factory: pytest.TempPathFactory, seed: int, ending: str
) -> None:
    chance = random.Random(seed)  # noqa: S311 - hypothesis chooses the seed and says how to repeat a failure
    published = lines(
        [
            row(
                workplace_name=chance.choice(["가상상사", '가상 "정밀"', "가상, 동", "가상\u3000동"]),
                status=chance.choice("112"),
                subscribers=str(chance.choice([0, 1, 3, 250])),
                departed=str(index),
            )
            for index in range(30)
        ],
        ending,
    ).split(b"\n")
    for number in range(2, len(published)):
        for _ in range(chance.choice([0, 0, 1, 3])):
            place = chance.randrange(len(published[number]) + 1)
            published[number] = published[number][:place] + chance.choice(STRANGE) + published[number][place:]
        if chance.random() < 0.1:
            published[number] = chance.choice(
                [b"", b"   ", "\u3000".encode("cp949"), b"\t\r", b" " * 40, b"x"]
            )
    agree(b"\n".join(published), tmp_path_factory.mktemp("random"))


def test_a_figure_that_cannot_be_read_is_told_by_its_row(tmp_path: Path) -> None:
    raw = tmp_path / "raw.csv"
    raw.write_bytes(lines([row(), row(subscribers="many"), row()]))
    found = recount(raw, "raw.csv", set())
    assert (found.unreadable, found.kept.rows, found.kept.workplaces) == ([2], 3, 2)
    assert recount(raw, "raw.csv", {2}).unreadable == []


def test_a_zip_is_counted_as_its_only_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "raw.zip", "w") as archive:
        archive.writestr("가상.csv", lines([row(), row(departed="7")]))
    assert recount(tmp_path / "raw.zip", "raw.zip", set()).kept.workers == 10


def test_a_column_elsewhere_is_refused(tmp_path: Path) -> None:
    raw = tmp_path / "raw.csv"
    raw.write_bytes(lines([row()]).replace("당월고지금액".encode("cp949"), "지난달금액".encode("cp949"), 1))
    with pytest.raises(
        RefusedError, match=r"^raw.csv: column 20 is not 당월고지금액, so it cannot be counted; "
    ):
        recount(raw, "raw.csv", set())


@pytest.mark.real_data
def test_every_header_that_was_ever_published_is_known(tmp_path: Path, test_data: Path) -> None:
    vintages = json.loads((test_data / "nps" / "header_vintages.json").read_text(encoding="utf-8"))
    headers = [cells for name, cells in vintages.items() if "csv" in name]
    assert len(headers) == 3
    for index, cells in enumerate(headers):
        raw = tmp_path / f"{index}.csv"
        with raw.open("w", encoding="cp949", newline="") as file:
            csv.writer(file).writerows([cells, row()])
        assert recount(raw, raw.name, set()).kept.workers == 5, cells


def test_it_shares_no_code_with_staging() -> None:
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not [
        name for name in imported if name and name.startswith("sogong_pipeline") and "errors" not in name
    ]
