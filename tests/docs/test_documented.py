"""Every command, setting, table and DAG is described, and a page that people write names each command and DAG."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from sogong_pipeline.cli.main import app
from sogong_pipeline.settings import Settings
from sogong_pipeline.warehouse.tables import schemas
from tests.docs.test_links import PAGES

REPOSITORY = Path(__file__).parents[2]
GENERATED = {"cli.md", "tables.md", "dags.md", "joins.md", "layers.md"}
WRITTEN = "\n".join(page.read_text(encoding="utf-8") for page in PAGES if page.name not in GENERATED)


def leaves(command: Any, path: str = "sogong") -> Iterator[tuple[str, Any]]:
    """Every command without commands below it, with the words that call it."""
    below = getattr(command, "commands", {})
    if not below:
        yield path, command
    for name, child in below.items():
        if not child.hidden:
            yield from leaves(child, f"{path} {name}")


COMMANDS = dict(leaves(typer.main.get_command(app)))


def test_every_command_and_option_has_a_help_text() -> None:
    assert len(COMMANDS) > 40
    for path, command in COMMANDS.items():
        assert (command.help or "").strip(), path
        for parameter in command.params:
            assert parameter.param_type_name == "argument" or getattr(parameter, "help", ""), (
                path,
                parameter,
            )


def test_a_page_names_every_command() -> None:
    missing = [path for path in COMMANDS if not re.search(rf"{path}\b", WRITTEN)]
    groups = {path: path.rsplit(" ", 1) for path in missing}
    assert [
        path
        for path, (group, name) in groups.items()
        if not re.search(rf"`{group} [^`]+`[^.]*`{name}\b", WRITTEN)
    ] == []


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_table_and_column_is_described() -> None:
    for name, schema in schemas().items():
        assert schema["title"], name
        assert schema["title_ko"], name
        assert schema["description"].strip(), name
        for column in schema["columns"]:
            assert column["description"], (name, column["name"])
            assert column["title_ko"], (name, column["name"])


def test_every_dag_has_a_manual_and_a_place_in_the_overview() -> None:
    overview = (REPOSITORY / "dags" / "README.md").read_text(encoding="utf-8")
    manuals = (REPOSITORY / "docs" / "dags.md").read_text(encoding="utf-8")
    files = sorted((REPOSITORY / "dags").glob("*.py"))
    assert len(files) > 10
    for file in files:
        assert len(ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "") > 100, file.name
        assert f"\n## {file.stem}\n" in manuals
        assert re.search(rf"\b{file.stem}\b", overview), file.name
