"""A council's decision on one district, stored permanently in the lake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.lake.partitions import Lake, Partition
from sogong_pipeline.vocabulary import Stage

Kind = Literal["decision", "correction", "appeal"]
STEP = "decisions"

SCHEMA = pa.schema(
    [
        ("district_id", pa.string()),
        ("period", pa.string()),
        ("number", pa.int64()),
        ("office_code", pa.string()),
        ("quarter", pa.string()),
        ("edition", pa.string()),
        ("proposed_stage", pa.string()),
        ("stage", pa.string()),
        ("kind", pa.string()),
        ("reason", pa.string()),
        ("replaces", pa.int64()),
        ("decided_on", pa.date32()),
        ("decided_by", pa.string()),
        ("confirmed_by", pa.string()),
        ("recorded_at", pa.string()),
        ("sheet", pa.string()),
        ("sheet_sha256", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of `stage_decision`; schema.yaml describes each field."""

    district_id: str
    period: str
    number: int
    office_code: str
    quarter: str
    edition: str
    proposed_stage: Stage
    stage: Stage
    kind: Kind
    reason: str | None
    replaces: int | None
    decided_on: dt.date
    decided_by: str
    confirmed_by: str
    recorded_at: str
    sheet: str
    sheet_sha256: str

    @property
    def differs(self) -> bool:
        """Return True when the council decided otherwise than proposed."""
        return self.stage != self.proposed_stage


def write_decisions(decisions: Iterable[Decision], target: Path) -> None:
    """Write rows as a Parquet file."""
    pq.write_table(
        pa.Table.from_pylist([asdict(row) for row in decisions], SCHEMA), target, compression="zstd"
    )


def recordings(lake: Lake, period: str) -> list[Partition]:
    """Return everything recorded in a period: by office in the order of recording."""
    return [
        recording
        for office in lake.children(STEP, period)
        for recording in lake.partitions(STEP, period, office)
    ]


def rows_of(recording: Partition) -> list[Decision]:
    """Return the rows of one recording."""
    rows: list[dict[str, Any]] = pq.read_table(recording.path("decision")).to_pylist()
    return [Decision(**row) for row in rows]


def decisions(lake: Lake, period: str) -> list[Decision]:
    """Return every row of a period, including replaced ones, in the order of recording within an office."""
    return [row for recording in recordings(lake, period) for row in rows_of(recording)]


def in_force(rows: Iterable[Decision]) -> dict[str, Decision]:
    """Return the rows that were not replaced, by district; `rows` are of one period."""
    latest: dict[str, Decision] = {}
    for row in sorted(rows, key=lambda row: row.number):
        latest[row.district_id] = row
    return latest


def last_before(lake: Lake, period: str) -> Mapping[str, Decision]:
    """Return the last decision of an earlier period, by district."""
    latest: dict[str, Decision] = {}
    for earlier in lake.children(STEP):
        if earlier < period:
            latest.update(in_force(decisions(lake, earlier)))
    return latest
