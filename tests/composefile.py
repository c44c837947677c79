"""Parsed docker-compose.yml with variables substituted and merges resolved; needs no engine."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
FILE = ROOT / "docker-compose.yml"
EXAMPLE = ROOT / ".env.example"


class MissingError(Exception):
    """A required variable is not set; compose would refuse to start with this message."""


@dataclass
class Compose:
    """The file under some variables; `used` has every variable it refers to with its default, if any."""

    variables: Mapping[str, str]
    used: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.content: dict[str, Any] = self._resolve(yaml.safe_load(FILE.read_text(encoding="utf-8")))
        self.services: dict[str, dict[str, Any]] = self.content["services"]

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, dict):
            if "environment" in value:
                value = {**value, "environment": self._passed_on(value["environment"])}
            return {key: self._resolve(child) for key, child in value.items()}
        if isinstance(value, list):
            return [self._resolve(child) for child in value]
        return self.put_in(value) if isinstance(value, str) else value

    def _passed_on(self, environment: dict[str, Any]) -> dict[str, Any]:
        """Drop variables without a value that are not set, as an engine does."""
        for name, value in environment.items():
            assert not isinstance(value, bool), f"{name}: compose refuses a bare {value}"
            if value is None:
                self.used.setdefault(name, None)
        return {
            name: self.variables[name] if value is None else str(value)
            for name, value in environment.items()
            if value is not None or name in self.variables
        }

    def put_in(self, text: str) -> str:
        """Replace `$$`, `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, defaults within defaults too."""
        done, rest = "", text
        while "$" in rest:
            before, _, rest = rest.partition("$")
            done += before
            if rest.startswith("$"):
                done, rest = done + "$", rest[1:]
            elif rest.startswith("{"):
                end = _closing(rest)
                done, rest = done + self._value(rest[1:end]), rest[end + 1 :]
            else:
                raise AssertionError(f"a single $ in {text!r}")
        return done + rest

    def _value(self, expression: str) -> str:
        match = re.fullmatch(r"([A-Z_]+)(?::([-?])(.*))?", expression, re.DOTALL)
        assert match is not None, expression
        name, operator, argument = match.groups()
        default = self.put_in(argument) if operator == "-" else None
        assert self.used.setdefault(name, default) == default, f"{name} has two defaults"
        value = self.variables.get(name, "")
        if not value and operator == "?":
            raise MissingError(f"{name}: {argument}")
        return value or default or ""


def _closing(text: str) -> int:
    """Return the position of the brace that closes the first one."""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "{") - (letter == "}")
        if depth == 0:
            return place
    raise AssertionError(f"an open brace in {text!r}")


def documented() -> tuple[list[str], dict[str, str]]:
    """Return the content of .env.example: the names of secrets, which are blank, and optional variables with values."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    secrets = [line.removesuffix("=") for line in lines if re.fullmatch(r"[A-Z_]+=", line)]
    pairs = (line[1:].split("=", 1) for line in lines if re.match(r"#[A-Z_]+=", line))
    return secrets, dict(pairs)


def made_env(folder: Path) -> dict[str, str]:
    """Return the variables of a .env made by the loop that .env.example gives."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    (first,) = (place for place, line in enumerate(lines) if line.startswith("#   umask"))
    last = next(place for place, line in enumerate(lines) if "> .env" in line)
    loop = "\n".join(line.removeprefix("#") for line in lines[first : last + 1])
    (folder / EXAMPLE.name).write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    subprocess.run(["bash", "-euo", "pipefail", "-c", loop], cwd=folder, check=True)
    made = (folder / ".env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in made if line and not line.startswith("#"))
