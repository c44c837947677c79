"""Survey answers as stored permanently in the lake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.lake.partitions import Lake, Partition
from sogong_pipeline.periods import Quarter

STEP = "answers"
ANSWERED = "answered"
QUESTIONS = (
    "lies_inside",
    "performance",
    "outlook",
    "cause_outside",
    "cause_inside",
    "need_technology",
    "need_market",
    "need_training",
    "need_funds",
)
"""Columns with coded values, besides the outcome."""
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("quarter", "draw", "office_code", "target_id", "workplace_id")),
        ("number", pa.int64()),
        ("outcome", pa.string()),
        ("visited_on", pa.date32()),
        *((name, pa.string()) for name in (*QUESTIONS, "note")),
        ("replaces", pa.int64()),
        *((name, pa.string()) for name in ("answered_by", "confirmed_by", "recorded_at", "sheet_sha256")),
    ]
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A row of `survey_answer`; its schema.yaml describes the fields."""

    quarter: str
    draw: str
    office_code: str
    target_id: str
    workplace_id: str
    number: int
    outcome: str
    visited_on: dt.date
    lies_inside: str | None
    performance: str | None
    outlook: str | None
    cause_outside: str | None
    cause_inside: str | None
    need_technology: str | None
    need_market: str | None
    need_training: str | None
    need_funds: str | None
    note: str | None
    replaces: int | None
    answered_by: str
    confirmed_by: str
    recorded_at: str
    sheet_sha256: str

    @property
    def content(self) -> tuple[object, ...]:
        """Fields filled in by the visitor."""
        return (self.outcome, self.visited_on, *(getattr(self, name) for name in QUESTIONS), self.note)


def write_answers(rows: Iterable[Answer], target: Path) -> None:
    """Write rows to a Parquet file."""
    pq.write_table(pa.Table.from_pylist([asdict(row) for row in rows], SCHEMA), target, compression="zstd")


def rows_of(recording: Partition) -> list[Answer]:
    """Read the rows of one recording."""
    rows: list[dict[str, Any]] = pq.read_table(recording.path("survey_answer")).to_pylist()
    return [Answer(**row) for row in rows]


def recordings(lake: Lake, quarter: Quarter) -> list[Partition]:
    """Return every recording of a quarter, by office in the order of recording."""
    return [
        recording
        for office in lake.children(STEP, str(quarter))
        for recording in lake.partitions(STEP, str(quarter), office)
    ]


def answers(lake: Lake, quarter: Quarter) -> list[Answer]:
    """Return every row of a quarter, replaced ones included, in the order of recording within an office."""
    return [row for recording in recordings(lake, quarter) for row in rows_of(recording)]


def in_force(rows: Iterable[Answer]) -> dict[tuple[str, str], Answer]:
    """Return the last row by office and workplace, across draws."""
    latest: dict[tuple[str, str], Answer] = {}
    for row in sorted(rows, key=lambda row: row.number):
        latest[row.office_code, row.workplace_id] = row
    return latest
