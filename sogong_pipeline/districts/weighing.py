"""Weighing: what factory registers and learned places make of what addresses alone say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from sogong_pipeline.districts.columns import Numbers, coded, codes, combined, read_coded, taken, write_rows
from sogong_pipeline.factories.evidence import thresholds
from sogong_pipeline.sql_engine import Engine, query

OUTCOME = ("district_id", "grade", "evidence", "candidate_ids")


@dataclass(frozen=True)
class Book:
    """The evidence of factory registers as files: `address_evidence` and `learned_place` (sql/book)."""

    address_evidence: Path
    learned_place: Path


def weigh(workplace: Path, placed: Path, book: Book, target: Path) -> int:
    """Place the rows of a month by everything that is known; returns how many rows.

    Decided once for all rows that share their address, what it says, whether their trade is a usual one, and what a
    register says of them.

    Args:
        workplace: staged rows (sql/staged/workplace).
        placed: the same rows in the same order, as addresses alone place them.
        book: what registers say.
        target: the Parquet file to write, as `placed`, in the same order.
    """
    rows = read_coded(placed, plain=["workplace_id"])
    cells, cell = _cells(workplace, rows)
    usual = _is_usual(coded(rows["division"]))
    with Engine(target.parent) as engine:
        engine.variables(thresholds())
        engine.view("address_evidence", book.address_evidence)
        engine.view("learned_place", book.learned_place)
        engine.connection.register("cell", cells)
        evidence = _evidence(engine, rows, cell)
        first, case = combined([cell, *(codes(rows[name]) for name in OUTCOME), usual, evidence])
        engine.connection.register(
            "placed",
            pa.table(
                {
                    "case_number": np.arange(len(first)),
                    "cell_number": cell[first],
                    "is_usual": usual[first].astype(bool),
                    "evidence_number": evidence[first],
                    **{name: taken(rows[name], first).cast(pa.string()) for name in OUTCOME},
                }
            ),
        )
        outcomes = engine.execute(query("matched", "weighed_member")).to_arrow_table()
    for name in OUTCOME:
        rows = rows.set_column(rows.schema.get_field_index(name), name, taken(outcomes[name], case))
    return write_rows(rows, target)


def _cells(workplace: Path, rows: pa.Table) -> tuple[pa.Table, Numbers]:
    """The distinct addresses as evidence knows them: postal code, today's legal dong, road; and that of each row."""
    published = read_coded(workplace, ["postal_code", "road_address"])
    address = coded(published["road_address"])
    roads = [text.rsplit(" ", 1)[-1] or None for text in address.dictionary.to_pylist()]
    road = taken(pa.array([*roads, None], pa.string()), codes(address))
    columns = {
        "postal_code": published["postal_code"],
        "legal_dong_code": rows["legal_dong_code"],
        "road": road,
    }
    first, cell = combined([codes(column) for column in columns.values()])
    table = {name: taken(column, first).cast(pa.string()) for name, column in columns.items()}
    return pa.table({"cell_number": np.arange(len(first)), **table}), cell


def _is_usual(division: pa.DictionaryArray) -> Numbers:
    """1 for a row of manufacturing, 0 for another."""
    bounds = thresholds()
    usual = [
        bounds["first_division"] <= one <= bounds["last_division"] for one in division.dictionary.to_pylist()
    ]
    return np.array([*usual, False], dtype=np.int64)[codes(division)]


def _evidence(engine: Engine, rows: pa.Table, cell: Numbers) -> Numbers:
    """The number of the evidence of each row, counted from 1; 0 where a register says nothing of it there."""
    engine.connection.register(
        "entry",
        pa.table({"place": np.arange(len(cell)), "cell_number": cell, "workplace_id": rows["workplace_id"]}),
    )
    engine.table(
        "numbered_evidence",
        "SELECT *, row_number() OVER (ORDER BY workplace_id, postal_code, legal_dong_code, road) AS evidence_number "
        "FROM address_evidence",
    )
    joined = engine.execute(
        """
        SELECT entry.place, evidence_number
        FROM numbered_evidence AS evidence
        JOIN entry USING (workplace_id)
        JOIN cell USING (cell_number)
        WHERE evidence.postal_code IS NOT DISTINCT FROM cell.postal_code
            AND evidence.legal_dong_code IS NOT DISTINCT FROM cell.legal_dong_code
            AND evidence.road IS NOT DISTINCT FROM cell.road
        """
    ).fetchnumpy()
    numbers = np.zeros(len(cell), dtype=np.int64)
    numbers[joined["place"]] = joined["evidence_number"]
    return numbers
