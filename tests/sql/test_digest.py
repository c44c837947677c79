"""The digest of a layer's SQL changes with whatever its rows are defined by, and with nothing else."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sogong_pipeline.lake.code import macros_called
from sogong_pipeline.lake.layers import BY_NAME
from sogong_pipeline.sql_engine import SQL, Engine, macro_files, macros_used, sql_digest, sql_version

LAYERS = sorted(path.name for path in SQL.iterdir() if path.is_dir())
Edit = Callable[[str, str, str], Path]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """Copies `sql/` with one text replaced in one file."""
    copies = itertools.count()

    def edit(file: str, old: str, new: str) -> Path:
        root = tmp_path / str(next(copies))
        shutil.copytree(SQL, root)
        text = (root / file).read_text(encoding="utf-8")
        assert old in text
        (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return root

    return edit


def changed(root: Path) -> set[str]:
    """The layers whose digest is another one than that of the real folder."""
    return {layer for layer in LAYERS if sql_digest(layer, root=root) != sql_digest(layer)}


@pytest.mark.parametrize(
    ("file", "old", "new", "stale"),
    [
        # called by two macros of another layer and by queries of a third
        ("macros.sql", "(basis_points / 100)", "(basis_points / 10)", {"bulletin", "editions", "measured"}),
        # called by a query of another layer than the one its file lies in
        (
            "measured/macros.sql",
            "workplaces < 20 * months",
            "workplaces < 30 * months",
            {"editions", "measured"},
        ),
        ("measured/macros.sql", "* 98 *", "* 97 *", {"editions", "measured"}),
        ("matched/macros.sql", "subscribers >= 300", "subscribers >= 301", {"addresses"}),
        ("macros.sql", "'주식회사|", "'", {"checked", "matched", "traced"}),
        ("editions/macros.sql", "number < 0 THEN 0", "number < 1 THEN 0", {"editions"}),
        ("editions/quarter_fact/query.sql", "months, 3,", "months, 2,", {"editions"}),
        ("staged/workplace/schema.yaml", "nullable: true", "nullable: false", {"staged"}),
        ("measured/columns.yaml", "won a month", "won", {"measured"}),
    ],
)
def test_a_change_reaches_the_layers_that_use_it_and_no_other(
    edited: Edit, file: str, old: str, new: str, stale: set[str]
) -> None:
    assert changed(edited(file, old, new)) == stale


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("macros.sql", "-- A mean to one decimal", "-- The mean to one decimal"),
        ("macros.sql", "/ 100)::DECIMAL(12, 2)", "\n    /  100 )::DECIMAL(12,2) /* two */"),
        ("editions/macros.sql", "-- ", "CREATE OR REPLACE MACRO nobody_calls(x) AS (percent(x));\n-- "),
        (
            "measured/fact_district_month/query.sql",
            "ORDER BY district_id",
            "  -- in order\nORDER BY\tdistrict_id",
        ),
        ("measured/fact_district_month/schema.yaml", "table:", "# of districts\ntable:"),
        ("measured/columns.yaml", "# Columns", "# The columns"),
    ],
)
def test_comments_blanks_and_unused_macros_change_nothing(
    edited: Edit, file: str, old: str, new: str
) -> None:
    assert changed(edited(file, old, new)) == set()


def test_blanks_inside_a_text_count(edited: Edit) -> None:
    root = edited("staged/workplace/query.sql", "'", "' ")
    assert changed(root) == {"staged"}


def test_every_layer_has_a_digest_of_its_own() -> None:
    assert len({sql_digest(layer) for layer in LAYERS}) == len(LAYERS)
    assert sql_version("measured") == sql_digest("measured")


def test_a_table_brings_the_tables_it_is_computed_from(edited: Edit) -> None:
    size, chain = "editions/fact_district_size_quarter", "editions/pay_chain"
    root = edited("editions/area_change/query.sql", ">= 100", ">= 200")
    assert sql_digest([size], root=root) != sql_digest([size])
    assert sql_digest([chain], root=root) == sql_digest([chain])
    assert sql_digest(size) == sql_digest([size]) != sql_digest([size, chain]) == sql_digest([chain, size])
    assert "location_quotient" in macros_used(size)
    assert "location_quotient" not in macros_used(chain)


@pytest.mark.parametrize("name", ["nothing", "editions/nothing"])
def test_a_name_that_is_nowhere_is_refused(name: str) -> None:
    with pytest.raises(LookupError, match=name):
        sql_digest(name)


@pytest.mark.parametrize(
    "statement",
    ["SET threads = 1", "CREATE OR REPLACE MACRO percent(basis_points) AS (basis_points)"],
)
def test_a_file_of_macros_holds_each_macro_once_and_nothing_else(edited: Edit, statement: str) -> None:
    root = edited("matched/macros.sql", "-- ", f"{statement};\n-- ")
    with pytest.raises(ValueError, match=r"matched/macros\.sql: "):
        sql_digest("matched", root=root)


def test_macros_are_those_that_duckdb_knows_and_each_is_used(tmp_path: Path) -> None:
    with Engine(tmp_path) as engine:
        for path in macro_files():
            engine.connection.execute(path.read_text(encoding="utf-8"))
        names = engine.rows(
            "SELECT function_name FROM duckdb_functions() WHERE function_type LIKE '%macro' AND NOT internal"
        )
    used = {name for layer in LAYERS for name in macros_used(layer)}
    used |= {name for layer in BY_NAME.values() if layer.builder for name in macros_called(layer)}
    assert {row["function_name"] for row in names} == used
    text = "".join(path.read_text(encoding="utf-8") for path in macro_files())
    assert len(re.findall(r"^CREATE OR REPLACE MACRO ", text, re.MULTILINE)) == len(used)


def test_each_layer_with_a_file_of_macros_is_loaded() -> None:
    assert {path.parent.name for path in macro_files()[1:]} == {
        layer for layer in LAYERS if (SQL / layer / "macros.sql").exists()
    }
