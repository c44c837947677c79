"""Runs each query of `sql/` on the small tables of `tests/sql/<layer>/<table>/<case>.yaml`.

A case holds `inputs` (view -> rows), `variables`, the statement that must run `before` the query, if any, and the
`expected` rows; only the columns named are compared.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from sogong_pipeline.indicators.month import add_up
from sogong_pipeline.sql_engine import SQL, Engine, query

CASES = sorted(Path(__file__).parent.glob("*/*/*.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_query(case: Path, tmp_path: Path) -> None:
    data = yaml.safe_load(case.read_text(encoding="utf-8"))
    with Engine(tmp_path) as engine:
        for view, rows in data["inputs"].items():
            engine.connection.register(view, _table(rows))
        engine.variables(data.get("variables", {}))
        if "before" in data:
            engine.connection.execute(data["before"])
        if case.parent.parent.name == "measured":
            add_up(engine)
        found = engine.rows(query(case.parent.parent.name, case.parent.name))
    expected = data["expected"]
    names = list(dict.fromkeys(name for row in expected for name in row))
    assert [{name: _plain(row[name]) for name in names} for row in found] == [
        {name: row.get(name) for name in names} for row in expected
    ]


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as a table; a column that is null throughout is text."""
    columns = {
        name: [row.get(name) for row in rows] for name in dict.fromkeys(key for row in rows for key in row)
    }
    return pa.table(
        {
            name: pa.array(values, pa.string())
            if not any(v is not None for v in values)
            else pa.array(values)
            for name, values in columns.items()
        }
    )


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def test_every_measuring_query_has_a_case() -> None:
    tables = {path.parent for path in SQL.glob("*/*/query.sql")}
    tested = {SQL / case.parent.parent.name / case.parent.name for case in CASES}
    # staging is tested on files, the chain in tests/indicators; the others select as the cases that are covered do
    assert {path.name for path in tables - tested} == {
        "workplace",
        "district_trend",
        "pay_chain",
        "fact_region_quarter",
        "fact_district_size_quarter",
        "fact_region_industry_quarter",
        "fact_region_size_quarter",
    }
