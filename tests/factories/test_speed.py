"""A register of the nation's size is read and placed in seconds."""

from __future__ import annotations

import csv
import gzip
import random
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sogong_pipeline.factories.firms import build_firms
from sogong_pipeline.factories.reading import read_register
from sogong_pipeline.regions.reference import data_path
from tests.factories import registers as made

ROWS, DONGS = 217_000, 3_000
SECONDS = 20


def invented(rows: int) -> list[dict[str, str]]:
    """Rows of form B in as many legal dongs as hold most factories, with invented names."""
    drawn = random.Random(1)  # noqa: S311 - nothing secret is drawn
    with gzip.open(data_path("legal_dong.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        dongs = {row["legal_dong_code"]: row for row in csv.DictReader(file)}
    with gzip.open(data_path("road.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        roads = {row["legal_dong_code"]: row["roads"].split("|") for row in csv.DictReader(file)}
    chosen = drawn.sample(sorted(roads), DONGS)
    made_rows = []
    for number in range(rows):
        dong = dongs[chosen[number % DONGS]]
        region = " ".join(filter(None, (dong["sido"], dong["sigungu"], dong["dong"] if dong["ri"] else "")))
        road = drawn.choice(roads[dong["legal_dong_code"]])
        note = "" if dong["ri"] or number % 7 else f" ({dong['dong']})"
        lot = " ".join(filter(None, (dong["sido"], dong["sigungu"], dong["dong"], dong["ri"])))
        made_rows.append(
            {
                "회사명": f"(주)가상{number}정밀 제{number % 3}공장",
                "단지명": ("", "가상일반산업단지", "개별입지")[number % 3],
                "전화번호": "02-0000-0000",
                "생산품": "볼트, 너트",
                "공장주소": f"{region} {road} {number % 300 + 1}{note}",
                "공장주소_지번": f"{lot} {number % 900 + 1}-{number % 20 + 1}",
                "공장관리번호": f"{number:015d}",
            }
        )
    return made_rows


@pytest.mark.slow
def test_a_register_of_the_nation_takes_less_than_its_seconds(tmp_path: Path) -> None:
    file = made.write(tmp_path / "전국등록공장현황_20241231.csv", made.FORM_B, invented(ROWS))
    begin = time.process_time()  # of this process alone: the machine is shared
    register = read_register(file)
    pq.write_table(register.rows, tmp_path / "register.parquet")
    firms = build_firms([(register.version, tmp_path / "register.parquet")], tmp_path)
    taken = time.process_time() - begin
    assert firms.facts["rows"] == ROWS
    assert firms.facts["ways"]["lot"] > 0.99 * ROWS
    assert taken < SECONDS
