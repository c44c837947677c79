from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.layout import COLUMNS, V3_HEADER, recognise


@pytest.mark.real_data
@pytest.mark.parametrize("vintage", ["V1", "V2", "V3"])
def test_every_published_header_is_recognised(test_data: Path, vintage: str) -> None:
    headers = json.loads((test_data / "nps" / "header_vintages.json").read_text(encoding="utf-8"))
    (header,) = [names for key, names in headers.items() if key.startswith(vintage) and "keys" not in key]
    assert recognise(header, "x.csv").vintage == vintage
    assert recognise([header[0], *(f" {name}" for name in header[1:])], "x.csv").vintage == vintage


@pytest.mark.real_data
def test_our_header_is_the_published_one(test_data: Path) -> None:
    headers = json.loads((test_data / "nps" / "header_vintages.json").read_text(encoding="utf-8"))
    assert list(V3_HEADER) == headers["V3_csv_and_odcloud"]
    assert len(COLUMNS) == 22


def test_a_missing_column_is_named() -> None:
    header = [name for name in V3_HEADER if name not in {"가입자수", "우편번호"}]
    with pytest.raises(
        RefusedError, match=r"x\.csv: the header lacks 2 of 22 columns: 우편번호, 가입자수 \(it has 20\)"
    ):
        recognise(header, "x.csv")


def test_swapped_columns_are_refused_with_their_place() -> None:
    header = list(V3_HEADER)
    header[20], header[21] = header[21], header[20]
    with pytest.raises(
        RefusedError, match="column 21 of the header is '상실가입자수', expected '신규취득자수'"
    ):
        recognise(header, "x.csv")


def test_an_unknown_column_is_named() -> None:
    with pytest.raises(RefusedError, match="columns nobody has seen: 업태"):
        recognise([*V3_HEADER, "업태"], "x.csv")


@pytest.mark.real_data
def test_the_ten_column_sample_is_refused_with_the_missing_columns(test_data: Path) -> None:
    path = test_data / "nps" / "workplaces_2026-06_national_sample.csv"
    with path.open(encoding="utf-8") as file:
        header = next(csv.reader(file))
    with pytest.raises(RefusedError, match=r"lacks 22 of 22 columns: 자료생성년월, 사업장명.*it has 10"):
        recognise(header, path.name)
