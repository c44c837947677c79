from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from sogong_pipeline.settings import Settings
from sogong_pipeline.warehouse.tables import adjustments, schemas

pytestmark = pytest.mark.slow  # the command line in processes of its own

REPOSITORY = Path(__file__).parents[2]
SCRIPT = REPOSITORY / "docs" / "generate.py"


@pytest.fixture
def generate() -> ModuleType:
    """docs/generate.py as a module."""
    spec = importlib.util.spec_from_file_location("generate", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("columns", ["40", "200"])
def test_the_pages_are_what_the_code_says_on_any_terminal(columns: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "docs.generate", "--check"],
        cwd=REPOSITORY,
        env={**os.environ, "COLUMNS": columns, "SOGONG_HOME": "elsewhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_page_that_drifted_is_told_and_written_again(
    generate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generate, "DOCS", tmp_path)
    generate.main([])
    (tmp_path / "cli.md").write_text("an older one")
    with pytest.raises(SystemExit, match=r"^docs/cli.md is not what the code says; run `make docs`$"):
        generate.main(["--check"])
    assert (tmp_path / "cli.md").read_text() == "an older one"
    generate.main([])
    generate.main(["--check"])


def test_every_table_column_command_and_variable_is_there(generate: ModuleType) -> None:
    tables, commands = generate.pages()["tables.md"], generate.pages()["cli.md"]
    for name, schema in schemas().items():
        assert f"\n## {name}\n" in tables
        section = tables.split(f"\n## {name}\n")[1].split("\n## ")[0]
        assert re.findall(r"^\| \**`(\w+)`", section, re.MULTILINE) == [
            column["name"] for column in schema["columns"]
        ]
    for name in Settings.model_fields:
        assert f"`SOGONG_{name.upper()}`" in commands
    for command in (
        "ingest",
        "quality",
        "registry load",
        "propose",
        "publish",
        "status",
        "reconcile",
        "warehouse rebuild",
        "warehouse grant",
    ):
        assert f"\n## sogong {command}\n" in commands


NO_MEASURES = {"months", "rate_bp", "places", "rank_in_district", "caution_limit", "severe_limit"}
"""Whole numbers that say how a measure came about."""
MEASURED = re.compile(
    r"fact_\w+|pay_chain|adjusted_series|change_confidence|establishment_flow|district_trend|month_change|"
    r"stage_proposal|stage_clause|contribution|largest_contributor"
)


def test_every_measure_says_how_it_meets_breaks_and_when_it_is_unknown() -> None:
    profiles, kinds = adjustments()["profiles"], set(adjustments()["kinds"])
    assert all(set(met) == kinds for met in profiles.values())
    told = set()
    for name, schema in schemas().items():
        names = {column["name"] for column in schema["columns"]}
        for column in schema["columns"]:
            where = f"{name}.{column['name']}"
            assert column.get("status", column["name"]) in names, where
            if not MEASURED.fullmatch(name) or column["name"] in {*schema["grain"], *NO_MEASURES}:
                continue
            if column["type"] == "integer" or column["type"].startswith("decimal"):
                assert column.get("breaks") in profiles, where
                assert "status" in column or not column.get("nullable") or "status" not in names, where
                told.add(column["breaks"])
    assert told == set(profiles)
