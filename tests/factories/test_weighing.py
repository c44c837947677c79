"""Order of evidence: registers and learned places against the evidence of addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sogong_pipeline.districts.matching import Book, weigh

PLACED = {
    "row_number": 1,
    "data_month": "2026-09",
    "workplace_id": "w",
    "district_id": None,
    "grade": "none",
    "evidence": None,
    "candidate_ids": None,
    "legal_dong_code": "2820011100",
    "division": "29",
    "subscribers": 5,
}
EVIDENCE = {
    "workplace_id": "w",
    "postal_code": "21700",
    "legal_dong_code": "2820011100",
    "road": "가로",
    "district_ids": ["X"],
    "by_centre": False,
    "verdict": "one",
}
CELL = {
    "cell": "postal_dong",
    "postal_code": "21700",
    "legal_dong_code": "2820011100",
    "road": None,
    "district_id": "X",
    "agreeing": 3,
    "named": 3,
    "unnamed": 0,
    "purity": 1.0,
    "named_share": 1.0,
    "fullness": 1.0,
    "is_learned": True,
    "is_sure": True,
    "is_unnamed": False,
}
ROAD = CELL | {
    "cell": "road",
    "postal_code": None,
    "legal_dong_code": "28200111",
    "road": "가로",
    "district_id": "R",
}
DONG = CELL | {"cell": "legal_dong", "postal_code": None, "is_learned": False, "is_sure": False}
UNSURE = CELL | {
    "agreeing": 4,
    "named": 4,
    "unnamed": 2,
    "named_share": 0.65,
    "fullness": 0.76,
    "is_sure": False,
}
MIXED = CELL | {
    "district_id": "X",
    "agreeing": 2,
    "named": 4,
    "purity": 0.5,
    "is_learned": False,
    "is_sure": False,
}
BLANK = CELL | {
    "district_id": None,
    "agreeing": 0,
    "named": 0,
    "unnamed": 4,
    "purity": None,
    "named_share": 0.0,
    "fullness": 0.0,
    "is_learned": False,
    "is_sure": False,
    "is_unnamed": True,
}

STRINGS = pa.string()
TYPES = {
    "row_number": pa.int64(),
    "subscribers": pa.int64(),
    "district_ids": pa.list_(STRINGS),
    "by_centre": pa.bool_(),
    **dict.fromkeys(("agreeing", "named", "unnamed"), pa.int64()),
    **dict.fromkeys(("purity", "named_share", "fullness"), pa.float64()),
    **dict.fromkeys(("is_learned", "is_sure", "is_unnamed"), pa.bool_()),
}


def table(path: Path, sample: dict[str, Any], rows: list[dict[str, Any]]) -> Path:
    schema = pa.schema([(name, TYPES.get(name, STRINGS)) for name in sample])
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return path


def outcome(
    tmp_path: Path,
    placed: dict[str, Any] | None = None,
    evidence: dict[str, Any] | None = None,
    cells: list[dict[str, Any]] | None = None,
) -> tuple[str | None, str, str | None, str | None]:
    """District, grade, evidence and candidates of one row."""
    workplace = {"row_number": 1, "postal_code": "21700", "road_address": "인천광역시 남동구 가로"}
    book = Book(
        table(tmp_path / "e.parquet", EVIDENCE, [EVIDENCE | evidence] if evidence is not None else []),
        table(tmp_path / "l.parquet", CELL, cells or []),
    )
    weigh(
        table(tmp_path / "w.parquet", workplace, [workplace]),
        table(tmp_path / "p.parquet", PLACED, [PLACED | (placed or {})]),
        book,
        tmp_path / "m.parquet",
    )
    (row,) = pq.read_table(tmp_path / "m.parquet").to_pylist()
    assert list(row) == list(PLACED)
    return row["district_id"], row["grade"], row["evidence"], row["candidate_ids"]


BY_PLACE = {"district_id": "P", "grade": "medium", "evidence": "legal_dong"}
BY_NAME = {"district_id": "P", "grade": "high", "evidence": "name"}
BUILDING = {"grade": "not_assignable", "evidence": "building", "candidate_ids": "B"}
BY_LIST = {"district_id": "P", "grade": "high", "evidence": "list"}
BY_HAND = {"district_id": None, "grade": "none", "evidence": "override"}
SEVERAL = {"verdict": "several", "district_ids": ["X", "Y"]}
UNNAMED = {"verdict": "unnamed", "district_ids": []}
DISAGREE = {"verdict": "disagree", "district_ids": ["X", "Y"]}

CASES = [
    # by hand ranks above a register
    (BY_LIST, {}, [CELL], ("P", "high", "list", None)),
    (BY_HAND, {}, [CELL], (None, "none", "override", None)),
    # a register ranks above a name, a name above a learned place, that above a place
    (BY_NAME, {}, [], ("X", "high", "register", None)),
    (None, {"by_centre": True}, [], ("X", "high", "register_centre", None)),
    (BY_NAME, None, [CELL], ("P", "high", "name", None)),
    (BY_PLACE, None, [CELL], ("X", "medium", "learned_place", None)),
    (None, None, [CELL], ("X", "medium", "learned_place", None)),
    ({"division": "46"}, None, [CELL], ("X", "low", "learned_place", None)),
    ({"division": "unknown"}, None, [CELL], ("X", "low", "learned_place", None)),
    # many rows there name none: low; ambiguous for another trade
    (None, None, [UNSURE], ("X", "low", "learned_place", None)),
    ({"division": "46"}, None, [UNSURE], (None, "ambiguous", "learned_doubt", "X")),
    (BY_PLACE | {"division": "46"}, None, [UNSURE], ("P", "low", "legal_dong", None)),
    # a road where the postal code teaches nothing, never against it
    (None, None, [ROAD], (None, "ambiguous", "learned_road", "R")),
    (BY_PLACE, None, [ROAD], ("P", "low", "legal_dong", None)),
    (None, None, [ROAD, MIXED], (None, "none", None, None)),
    (None, None, [ROAD, CELL], ("X", "medium", "learned_place", None)),
    # one name for several districts
    (None, SEVERAL, [], (None, "ambiguous", "register_several", "X|Y")),
    (None, SEVERAL, [CELL], ("X", "medium", "register_place", None)),
    (BY_PLACE | {"district_id": "Y"}, SEVERAL, [], ("Y", "medium", "register_place", None)),
    ({"grade": "ambiguous", "candidate_ids": "Y|Z"}, SEVERAL, [], ("Y", "medium", "register_place", None)),
    (
        {"grade": "ambiguous", "candidate_ids": "X|Y"},
        SEVERAL,
        [],
        (None, "ambiguous", "register_several", "X|Y"),
    ),
    # a row without a district is not outside: it loses the place, and is ambiguous where the cell says inside
    (BY_PLACE, UNNAMED, [], (None, "none", "register_no_place", None)),
    (BY_PLACE, UNNAMED, [CELL], (None, "ambiguous", "register_unnamed", "X")),
    (BY_NAME, UNNAMED, [CELL], ("P", "high", "name", None)),
    (BY_PLACE, DISAGREE, [], (None, "none", "register_no_place", None)),
    # a place alone has the grade that the register's rows of its legal dong give
    (BY_PLACE, None, [], ("P", "low", "legal_dong", None)),
    (BY_PLACE, None, [DONG | {"district_id": "P"}], ("P", "medium", "legal_dong", None)),
    (BY_PLACE, None, [DONG | {"district_id": "P", "purity": 0.7}], ("P", "low", "legal_dong", None)),
    (BY_PLACE, None, [DONG | {"district_id": "P", "purity": 0.6}], (None, "ambiguous", "mixed_dong", "P")),
    (BY_PLACE, None, [DONG], (None, "ambiguous", "mixed_dong", "P")),
    (BY_PLACE, None, [BLANK, DONG | {"district_id": "P"}], (None, "ambiguous", "unnamed_place", "P")),
    # a row without any evidence is unchanged
    (
        {"grade": "not_assignable", "evidence": "building", "candidate_ids": "B"},
        None,
        [],
        (None, "not_assignable", "building", "B"),
    ),
]


@pytest.mark.parametrize(("placed", "evidence", "cells", "expected"), CASES)
def test_the_surest_evidence_decides(
    tmp_path: Path,
    placed: dict[str, Any] | None,
    evidence: dict[str, Any] | None,
    cells: list[dict[str, Any]],
    expected: tuple[str | None, ...],
) -> None:
    assert outcome(tmp_path, placed, evidence, cells) == expected


def test_evidence_holds_at_its_address_only(tmp_path: Path) -> None:
    assert outcome(tmp_path, BY_PLACE, {"road": "나로"})[2] == "legal_dong"
    assert outcome(tmp_path, BY_PLACE, {"postal_code": "21701"})[2] == "legal_dong"
    assert outcome(tmp_path, BY_PLACE, {"legal_dong_code": "2820011000"})[2] == "legal_dong"
