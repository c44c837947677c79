"""Months that are held until a person accepts them, and what was accepted: the append-only layer `held`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.lake.partitions import SHORT, Built, digest_of
from sogong_pipeline.periods import Month

LAYER = "held"
TABLE = "month_hold"
State = Literal["held", "accepted"]
SCHEMA = pa.schema(
    [
        ("data_month", pa.string()),
        ("vintage", pa.string()),
        ("number", pa.int64()),
        ("state", pa.string()),
        ("checks", pa.string()),
        ("by", pa.string()),
        ("reason", pa.string()),
        ("recorded_at", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Hold:
    """One row of `month_hold`: checks that hold a file of a month, or that a person accepted.

    Attributes:
        data_month: The month.
        vintage: The file of it.
        number: 1 for the first entry about the file.
        state: `held` by the gate, or `accepted` by a person.
        checks: Names of the checks, joined by `|`.
        by: Who accepted them; None for an entry of the gate.
        reason: Why; for an entry of the gate what it saw.
        recorded_at: Seoul time, ISO 8601.
    """

    data_month: str
    vintage: str
    number: int
    state: State
    checks: str
    by: str | None
    reason: str
    recorded_at: str

    @property
    def names(self) -> list[str]:
        """The checks it is about."""
        return self.checks.split("|")


def holds(catalogue: Catalogue, month: Month, vintage: str, known: dt.datetime | None = None) -> list[Hold]:
    """Every entry about a file of a month, oldest first, by a moment where one is given."""
    entries = [
        Hold(**row)
        for partition in catalogue.lake.partitions(LAYER, str(month), vintage)
        for row in pq.read_table(partition.path(TABLE)).to_pylist()
    ]
    return [hold for hold in entries if known is None or dt.datetime.fromisoformat(hold.recorded_at) <= known]


def record(
    catalogue: Catalogue,
    month: Month,
    vintage: str,
    state: State,
    checks: Sequence[str],
    *,
    by: str | None,
    reason: str,
) -> Hold:
    """Append an entry about a file of a month; the arguments are fields of `Hold`."""
    number = len(catalogue.lake.partitions(LAYER, str(month), vintage)) + 1
    hold = Hold(str(month), vintage, number, state, "|".join(checks), by, reason, catalogue.now())
    row = asdict(hold)

    def build(workspace: Path) -> Built:
        target = workspace / f"{TABLE}.parquet"
        pq.write_table(pa.Table.from_pylist([row], SCHEMA), target, compression="zstd")
        return Built({TABLE: target}, {"state": state})

    catalogue.lake.ensure(
        LAYER,
        (str(month), vintage, f"{number:04d}"),
        inputs={"entry": digest_of(row)[:SHORT]},
        recorded_at=hold.recorded_at,
        build=build,
    )
    return hold
