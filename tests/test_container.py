"""No container engine runs where tests run; so every path, variable and command is checked against the code."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from typer.main import get_command

from sogong_pipeline.cli import app
from sogong_pipeline.settings import Settings

ROOT = Path(__file__).parent.parent
VARIABLES = {f"SOGONG_{name.upper()}" for name in Settings.model_fields}


def test_what_the_image_copies_is_there_and_let_through() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = [
        path for line in re.findall(r"^COPY (.+) \S+$", dockerfile, re.MULTILINE) for path in line.split()
    ]
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert len(copied) == 6
    for path in copied:
        assert (ROOT / path).exists(), path
        assert f"!{path}" in allowed, path


def test_the_image_has_what_the_code_reads_beside_the_package() -> None:
    from sogong_pipeline.engine import SQL
    from sogong_pipeline.quality.gate import SUITES

    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for folder in (SQL, SUITES):
        assert f"COPY {folder.name} {folder.name}\n" in dockerfile


def test_compose_and_image_name_real_variables_and_commands() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"SOGONG_\w+", dockerfile)) | set(compose["services"]["sogong"]["environment"])
    assert named <= VARIABLES
    service = compose["services"]["sogong"]
    assert service["command"][0] in commands
    home = re.search(r"SOGONG_HOME=(\S+)", dockerfile)
    assert home is not None
    assert f"home:{home[1]}" in service["volumes"]
    assert {volume.split(":")[0] for volume in service["volumes"] if not volume.startswith(".")} == set(
        compose["volumes"]
    )
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    used = re.findall(r"run --rm sogong (\w+)", text)
    assert used
    assert set(used) <= commands
