"""Small months nobody can object to, and what it takes to spoil them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.nps.file.staging import stage
from sogong_pipeline.periods import Month
from sogong_pipeline.quality.gate import check_month
from sogong_pipeline.quality.profiles import Before
from sogong_pipeline.rates.contribution import contribution_for
from tests.rows import ROW, lines, row

MONTH = Month(2022, 4)
CEILING = contribution_for(MONTH).billed_at_ceiling_krw
DONGS = {
    "11": "1111010100", "26": "2611010100", "27": "2711010100", "28": "2817710100", "29": "2911010100",
    "30": "3011010100", "31": "3111010100", "36": "3611010100", "41": "4111112900", "42": "4211010100",
    "43": "4311110100", "44": "4413110100", "45": "4511110100", "46": "4611010100", "47": "4711110100",
    "48": "4812110100", "50": "5011010100",
}  # fmt: skip
"""A legal dong of each 시도 of 2022."""
WEIGHTS = {
    "11": 24,
    "41": 25,
    "48": 7,
    "26": 6,
    "28": 6,
    "47": 5,
    "27": 4,
    "44": 5,
    "46": 3,
    "45": 2,
    "43": 4,
}
"""Rows of a 시도 in a hundred, about as in the nation; one for each of the rest."""
Rows = list[list[str]]
PLACE = {name: place for place, name in enumerate(ROW)}


def month(count: int = 1_000, of: Month = MONTH) -> Rows:
    """Rows nobody can object to; the first of every hundred bills at the ceiling."""
    sidos = [sido for sido in DONGS for _ in range(WEIGHTS.get(sido, 1))]
    return [
        row(
            data_month=str(of),
            workplace_name=f"가상상사{index}",
            sido_code=sido,
            legal_dong_code=DONGS[sido],
            road_address="경기도 화성시 팔탄면 가상로",
            joined="1" if index % 3 == of.month % 3 else "0",
            subscribers="10",
            billed_amount_krw=str(10 * CEILING) if index % 100 == 0 else "2500000",
        )
        for index in range(count)
        for sido in [sidos[index % len(sidos)]]
    ]


def changed(count: int, where: str = "", **changes: str) -> Callable[[Rows], Rows]:
    """Other values in the first `count` rows (of the 시도 `where`, of all if not given)."""

    def change(rows: Rows) -> Rows:
        left = count
        for cells in rows:
            if left and (not where or cells[PLACE["sido_code"]] == where):
                left -= 1
                for name, value in changes.items():
                    cells[PLACE[name]] = value
        return rows

    return change


def without(count: int, where: str) -> Callable[[Rows], Rows]:
    """The same month without so many rows of a 시도."""

    def change(rows: Rows) -> Rows:
        of_sido = [cells for cells in rows if cells[PLACE["sido_code"]] == where]
        return [cells for cells in rows if cells not in of_sido[:count]]

    return change


@dataclass(frozen=True)
class Staged:
    """A staged month: typed rows, and those that could not be typed."""

    rows: Path
    quarantine: Path


def staged(folder: Path, body: bytes, of: Month = MONTH) -> Staged:
    """Stage a published file."""
    folder.mkdir(parents=True)
    (folder / "raw.csv").write_bytes(body)
    built = stage(folder / "raw.csv", "raw.csv", of, folder)
    return Staged(built.files["workplace"], built.files["quarantine"])


def staged_rows(folder: Path, rows: Rows, of: Month = MONTH) -> Staged:
    """Stage rows."""
    return staged(folder, lines(rows), of)


def check(folder: Path, now: Staged, before: Staged | None, of: Month = MONTH) -> Built:
    """Pass a staged month through the gate."""
    folder.mkdir()
    then = Before(before.rows, of.shift(-1)) if before else None
    return check_month(now.rows, now.quarantine, then, of, "abc", workspace=folder)


def results(built: Built) -> dict[str, dict[str, Any]]:
    """What the gate found, by check."""
    found: list[dict[str, Any]] = pq.read_table(built.files["quality_check"]).to_pylist()
    return {result["check"]: result for result in found}
