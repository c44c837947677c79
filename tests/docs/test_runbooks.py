"""Runbooks are read in a hurry: every command in them exists, with its options, and every one is in the index."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from sogong_pipeline.cli.main import app
from tests.docs.test_pages import REPOSITORY, blocks

OPERATIONS = REPOSITORY / "docs" / "operations.md"
RUNBOOKS = sorted(
    page for page in (REPOSITORY / "docs" / "runbooks").glob("*.md") if not page.name.endswith(".ko.md")
)
"""The English ones; test_twins.py compares the Korean ones with them."""
PAGES = [OPERATIONS, REPOSITORY / "docs" / "dags.md", *RUNBOOKS]
OURS = ("sogong", "airflow", "docker", "make")
OTHERS = {"git", "grep", "head", "psql", "ssh"}
"""What a shell or any server has."""
DOCKER_OPTIONS = {
    "build": set(),
    "cp": set(),
    "down": set(),
    "exec": {"-T"},
    "ps": set(),
    "run": {"--rm", "--no-deps", "-T", "--entrypoint", "--user", "--volume"},
    "start": set(),
    "stop": set(),
    "up": {"--detach", "--build", "--wait"},
}
"""The subcommands of `docker compose` that are used, and the options of each that are."""
WITH_VALUE = {"--entrypoint", "--user", "--volume"}
PROBE = """
import json, sys
from airflow.cli.cli_parser import get_parser
for words in json.load(sys.stdin):
    get_parser().parse_args(words)
"""


def lines(page: Path) -> list[str]:
    """The lines of a page's shell blocks, and the commands in its sentences."""
    text = re.sub(r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    inline = re.findall(rf"`((?:{'|'.join(OURS)}) [^`]+)`", text)
    return [line for block in blocks(page, "") for line in block.splitlines() if line.strip()] + inline


def said(page: Path) -> Iterator[list[str]]:
    """The words of every command of ours on a page, without what the shell does with its input and output."""
    for line in lines(page):
        if line.startswith(OURS):
            yield shlex.split(re.sub(r" [<>] \S+$", "", line), comments=True)


COMMANDS = [
    pytest.param(words, id=f"{page.stem}: {' '.join(words)[:60]}") for page in PAGES for words in said(page)
]


def airflow_words(words: list[str]) -> list[str]:
    """What follows `airflow` in a command, said directly or of a container; nothing for another command."""
    while words and words[0] == "docker":
        words = inside(words)
    return words[1:] if words[:1] == ["airflow"] else []


def inside(words: list[str]) -> list[str]:
    """What runs in the container a `docker compose` command names; checks that command on the way."""
    services = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    if words[1] != "compose":
        assert words[1:3] in (["system", "df"], ["image", "prune"]), words
        return []
    subcommand, rest = words[2], words[3:]
    entrypoint = ""
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        assert option in DOCKER_OPTIONS[subcommand], words
        value = rest.pop(0) if option in WITH_VALUE else ""
        entrypoint = value if option == "--entrypoint" else entrypoint
    if subcommand == "cp":
        service, _, path = rest[0].partition(":")
        assert service in services
        assert path.startswith("/var/lib/sogong")
        return []
    assert set(rest[:1]) <= set(services), words
    if subcommand == "run" and not entrypoint:
        return ["sogong", *rest[1:]]
    return rest[1:] if subcommand == "exec" else []


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_exists(words: list[str]) -> None:
    if words[0] == "docker":
        words = inside(words)
    if words[:1] == ["make"]:
        targets = re.findall(
            r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
        )
        assert words[1] in targets
    if words[:1] == ["sogong"]:
        command: Any = typer.main.get_command(app)
        rest = words[1:]
        while rest and rest[0] in getattr(command, "commands", {}):
            command = command.commands[rest.pop(0)]
        assert not hasattr(command, "commands"), words
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= options


def test_airflow_understands_every_command_said_to_it(tmp_path: Path) -> None:
    said_to_it = [words for (given,) in (each.values for each in COMMANDS) if (words := airflow_words(given))]
    assert len(said_to_it) >= 10
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        input=json.dumps(said_to_it),
        env={
            "PATH": os.environ["PATH"],
            "AIRFLOW_HOME": str(tmp_path),
            "AIRFLOW__CORE__AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-1000:]


def test_nothing_else_is_called() -> None:
    for page in RUNBOOKS:
        called = {line.split()[0] for line in lines(page)}
        assert called <= {*OTHERS, *OURS}, page.name


def test_every_runbook_is_in_the_index_and_says_when_it_is_needed_or_done() -> None:
    index = OPERATIONS.read_text(encoding="utf-8").split("\n## Runbooks\n")[1].split("\n## ")[0]
    listed = re.findall(r"^\| \[([^\]]+)\]\(runbooks/([\w-]+\.md)\) \| .+ \|$", index, re.MULTILINE)
    assert sorted(name for _, name in listed) == [page.name for page in RUNBOOKS]
    for title, name in listed:
        text = (REPOSITORY / "docs" / "runbooks" / name).read_text(encoding="utf-8")
        assert text.startswith(f"# {title}\n"), name
        assert re.search(r"^\*\*(Done when|Somebody leaves)", text, re.MULTILINE), name


def test_variables_in_the_text_are_those_of_the_example() -> None:
    example = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
    known = {*re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE), "SOGONG_HOME"}
    for page in RUNBOOKS:
        named = re.findall(r"\b([A-Z]+(?:_[A-Z]+)+)\b", page.read_text(encoding="utf-8"))
        assert set(named) <= known, page.name
