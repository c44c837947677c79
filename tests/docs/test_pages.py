"""The pages people read: links lead somewhere, commands exist, queries run, numbers are those of the code."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from sqlalchemy import text

from sogong_pipeline.cli.main import app
from sogong_pipeline.districts.registry import kinds
from sogong_pipeline.pages.wording import texts
from sogong_pipeline.stages import rules
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.load import Warehouse
from tests.steps.test_steps import QUARTER, load_registry, month_file

REPOSITORY = Path(__file__).parents[2]
PAGES = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])
named = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in a language, those inside lists too."""
    fenced = re.findall(
        r"^ *```(\w*)\n(.*?)^ *```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return [textwrap.dedent(block) for found, block in fenced if found == language]


def commands(page: Path) -> Iterator[list[str]]:
    """The words of every `sogong …` line of a page's shell blocks."""
    for block in blocks(page, ""):
        for line in block.splitlines():
            if line.strip().startswith("sogong "):
                yield shlex.split(line, comments=True)[1:]


@named
def test_every_command_exists_with_its_options(page: Path) -> None:
    for words in commands(page):
        command: Any = typer.main.get_command(app)
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        assert not hasattr(command, "commands"), words
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options


@pytest.fixture
def warehouse(any_pipeline: Installation, tmp_path: Path) -> Warehouse:
    """A small one with a row in every table, on each database."""
    pipeline = any_pipeline
    load_registry(pipeline, tmp_path)
    pipeline.months.ingest(QUARTER.months[0], str(month_file(tmp_path, str(QUARTER.months[0]))))
    pipeline.quarters.propose(QUARTER)
    target = Warehouse(pipeline)
    target.rebuild()
    return target


@pytest.mark.slow
def test_every_query_runs(warehouse: Warehouse) -> None:
    queries = list(dict.fromkeys(query for page in PAGES for query in blocks(page, "sql")))
    assert len(queries) >= 8
    with warehouse.engine.connect() as connection:
        for query in queries:
            connection.execute(text(query)).all()
        by_stage = next(query for query in queries if query.startswith("SELECT quarter, stage, count(*)"))
        assert connection.execute(text(by_stage)).all() == [("2022-Q2", "undetermined", 1)]


def test_the_method_gives_the_numbers_of_the_rule_set() -> None:
    path = Path(rules.__file__).parent / "rules" / f"{rules.DEFAULT}.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    page = (REPOSITORY / "docs" / "method.md").read_text(encoding="utf-8")
    told = {
        cells[1].strip(" `"): cells[2].strip()
        for cells in (line.split("|") for line in page.splitlines() if line.startswith("| `"))
    }
    for name in data["sources"]:
        value: Any = data
        for part in name.split("."):
            value = value[part]
        if isinstance(value, dict):
            value = ", ".join(f"{key} {number}" for key, number in value.items())
        elif isinstance(value, list):
            value = ", ".join(value)
        assert told[name] == str(value), name


def test_the_glossary_has_every_kind_and_every_stage() -> None:
    page = (REPOSITORY / "docs" / "glossary.md").read_text(encoding="utf-8")
    for kind in kinds().values():
        assert f"| {kind.name} | `{kind.code}` |" in page
    for stage, korean in texts().stages.items():
        assert f"`{stage}`" in page
        assert korean in page


def test_every_decision_has_a_number_of_its_own_and_says_it_in_its_title() -> None:
    decisions = sorted((REPOSITORY / "docs" / "decisions").glob("0*.md"))
    numbers = [int(page.name[:4]) for page in decisions]
    assert len(set(numbers)) == len(numbers) > 20
    for number, page in zip(numbers, decisions, strict=True):
        assert page.read_text(encoding="utf-8").startswith(f"# {number}. "), page.name
