"""Staged months of workplaces that all differ, and the ways in which a column of them is damaged."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from sogong_pipeline.sql_engine import SQL
from tests.quality.months import DONGS, MONTH, WEIGHTS

Row = dict[str, Any]
TYPES = {"text": pa.string(), "integer": pa.int64(), "date": pa.date32()}
ROWS = 4_000
"""So many that the smallest 시도 has 40."""
SIDOS = list(DONGS)


def workplaces(seed: int = 1) -> list[Row]:
    """The workplaces of a month; the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311 - invented rows
    sidos = [sido for sido in DONGS for _ in range(WEIGHTS.get(sido, 1))]
    return [
        {
            "row_number": number + 1,
            "data_month": str(MONTH),
            "workplace_name": f"가상{number}정밀",
            "business_number_prefix": f"{draw.randrange(100_000, 999_999)}",
            "status": 1,
            "postal_code": f"{draw.randrange(10_000, 63_000)}",
            "lot_address": f"가상도 가상시 {draw.choice('가나다라마바사')}{number % 60}동",
            "road_address": f"가상도 가상시 {draw.choice('가나다라마바사')}{number % 90}로",
            "legal_dong_code": f"{DONGS[sido][:5]}{draw.randrange(101, 180)}00",
            "admin_dong_code": DONGS[sido],
            "sido_code": sido,
            "sigungu_code": DONGS[sido][2:5],
            "emd_code": "101",
            "legal_form": 1 if draw.random() < 0.8 else 2,
            "industry_code": f"{draw.randrange(150_000, 369_999)}",
            "industry_name": "가상 제조업",
            "enrolled_on": dt.date(1990, 1, 1) + dt.timedelta(days=draw.randrange(11_000)),
            "re_enrolled_on": None,
            "withdrawn_on": None,
            "subscribers": draw.randrange(3, 60),
            "billed_amount_krw": 20 * draw.randrange(40_000, 900_000),
            "joined": draw.randrange(3),
            "departed": draw.randrange(3),
            "flags": "",
        }
        for number in range(ROWS)
        for sido in [sidos[number % len(sidos)]]
    ]


def a_month_later(rows: list[Row], seed: int = 2) -> list[Row]:
    """The same workplaces a month on: one in seventy gone, one in two hundred moved, people as they come."""
    draw = random.Random(seed)  # noqa: S311 - invented rows
    later = []
    for row in rows:
        if draw.random() < 1 / 70:
            continue
        moved = draw.random() < 1 / 200
        later.append(
            {
                **row,
                "subscribers": row["subscribers"] + draw.choice((-1, 0, 0, 1)),
                "joined": draw.randrange(3),
                "postal_code": "54321" if moved else row["postal_code"],
            }
        )
    return later


def write(rows: list[Row], target: Path) -> Path:
    """Rows as a staged file."""
    schema = yaml.safe_load((SQL / "staged" / "workplace" / "schema.yaml").read_text(encoding="utf-8"))
    fields = [(column["name"], TYPES[column["type"]]) for column in schema["columns"]]
    pq.write_table(pa.Table.from_pylist(rows, pa.schema(fields)), target)
    return target


def _emptied(values: list[Any]) -> list[Any]:
    return [None for _ in values]


def _cut(values: list[Any]) -> list[Any]:
    """Texts without their last word, or their last half where they are one."""
    return [
        value.rpartition(" ")[0] or value[: len(value) // 2] if isinstance(value, str) else None
        for value in values
    ]


def _reformatted(values: list[Any]) -> list[Any]:
    """What a spreadsheet makes of codes, and another order of what is no code."""
    return [
        f"{float(value):.2E}" if isinstance(value, str) and value.isdigit() else value[::-1]
        for value in values
    ]


def _constant(values: list[Any]) -> list[Any]:
    return [values[0] for _ in values]


def _repeated(values: list[Any]) -> list[Any]:
    """Each value in the place of the one below it as well."""
    return [values[place - place % 2] for place in range(len(values))]


DAMAGE: Mapping[str, Callable[[list[Any]], list[Any]]] = {
    "emptied": _emptied,
    "cut": _cut,
    "reformatted": _reformatted,
    "constant": _constant,
    "repeated": _repeated,
}
TEXTS = (
    "workplace_name", "business_number_prefix", "legal_dong_code", "postal_code", "lot_address", "road_address",
    "industry_code",
)  # fmt: skip
KINDS: Mapping[str, tuple[str, ...]] = {
    "emptied": (*TEXTS, "enrolled_on"),
    "cut": TEXTS,
    "reformatted": TEXTS,
    "constant": (*TEXTS, "legal_form", "enrolled_on"),
    "repeated": (*TEXTS, "legal_form", "enrolled_on"),
}
"""The columns that each kind of damage can befall; staging quarantines rows without a legal form."""


def damaged(rows: list[Row], kind: str, column: str, sido: str | None) -> list[Row]:
    """Rows with a column damaged in the nation, or in one 시도."""
    places = [place for place, row in enumerate(rows) if sido in (None, row["sido_code"])]
    values = DAMAGE[kind]([rows[place][column] for place in places])
    result = [dict(row) for row in rows]
    for place, value in zip(places, values, strict=True):
        result[place][column] = value
    return result
