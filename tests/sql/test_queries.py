"""Runs each query of `sql/` on the small tables of `tests/sql/<layer>/<table>/<case>.yaml`.

A case holds `inputs` (view -> rows), `variables`, the tables of the same layer that must be made `before`, if any, and
the `expected` rows, in the `order` given where the query has none; only the columns named are compared.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from sogong_pipeline.indicators.month import SUMS
from sogong_pipeline.sql_engine import SQL, Engine, query

CASES = sorted(Path(__file__).parent.glob("*/*/*.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_query(case: Path, tmp_path: Path) -> None:
    data = yaml.safe_load(case.read_text(encoding="utf-8"))
    with Engine(tmp_path) as engine:
        for view, rows in data["inputs"].items():
            engine.connection.register(view, _table(rows))
        engine.variables(data.get("variables", {}))
        layer, table = case.parts[-3:-1]
        for needed in data.get("before", SUMS if layer == "measured" else ()):
            engine.table(needed, query(layer, needed))
        order = f" ORDER BY {data['order']}" if "order" in data else ""
        found = engine.rows(query(layer, table) + order)
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
    tested |= {SQL / "measured" / sums for sums in SUMS}
    for case in CASES:
        before = yaml.safe_load(case.read_text(encoding="utf-8")).get("before", ())
        tested |= {SQL / case.parent.parent.name / table for table in before}
    # profiles of areas need 30 rows: tests/quality/test_damage.py, test_placing.py
    # staging is tested on files, chain and series in tests/indicators; the others select as those with a case do
    # evidence of registers is held against rows in tests/factories, histories against numpy in tests/stages/likelihood
    # views for people are held against rows in tests/warehouse/test_questions.py
    # the key of an address is a hash: tests/districts/test_addresses.py
    assert {path.name for path in tables - tested} == {
        "address_key",
        "workplace",
        "district_report",
        "establishment_flow_long",
        "address_evidence",
        "factory_claim",
        "learned_place",
        "joined_firm",
        "weighed_member",
        "district_workplace_quarter",
        "nation_workplace_quarter",
        "column_profile",
        "placing_profile",
        "district_trend",
        "pay_chain",
        "series",
        "broken_area",
        "adjustable_series",
        "fact_region_quarter",
        "fact_office_quarter",
        "fact_district_size_quarter",
        "fact_region_industry_quarter",
        "fact_region_size_quarter",
    }
