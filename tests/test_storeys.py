"""The import contract: a room imports only rooms below it, and no two rooms import each other in a circle."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "sogong_pipeline"
STOREYS = [
    "cli",
    "orchestration",
    *("upkeep", "validation"),
    "steps",
    "councils",
    *("plans", "board", "trends", "surveys", "reports", "bulletins", "quality_pages", "cluster_pages"),
    *("release", "warehouse"),
    "sheets",
    *("renderers", "pages"),
    *("stages", "decisions"),
    "quality",
    *("clusters", "outside", "indicators", "programmes"),
    *("districts", "factories", "workplaces"),
    *("nps", "regions", "industries", "rates"),
    "catalogue",
    "lake",
    *("vocabulary", "sql_engine", "settings", "periods", "errors"),
]
"""Every room and root file from the top down; each imports only what stands after it."""
ROOT_FILES = 7
ALLOWED: set[tuple[str, str]] = set()
"""Arrows that still point up; this set only shrinks."""


def imports_of(path: Path) -> Iterator[str]:
    """Return the modules that a file imports, inside functions too, below our package."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            yield from [f"{module}.{name.name}" for name in node.names] if module == PACKAGE else [module]
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def room_of(module: str) -> str | None:
    """Return the room or root file of a module; None outside the package."""
    package, _, rest = module.partition(".")
    return rest.split(".")[0] or None if package == PACKAGE else None


def arrows() -> dict[tuple[str, str], set[str]]:
    """Return the files behind each import between rooms."""
    files_by_arrow: dict[tuple[str, str], set[str]] = defaultdict(set)
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        here = path.relative_to(ROOT / PACKAGE).parts[0].removesuffix(".py")
        for module in imports_of(path):
            there = room_of(module)
            if there and there not in {here, "__version__"}:
                files_by_arrow[here, there].add(path.relative_to(ROOT).as_posix())
    return files_by_arrow


def test_every_room_has_a_storey() -> None:
    rooms = {path.name for path in (ROOT / PACKAGE).iterdir() if path.is_dir() and path.name != "__pycache__"}
    files = {path.stem for path in (ROOT / PACKAGE).glob("*.py")} - {"__init__"}
    assert rooms | files <= set(STOREYS)
    assert len(files) + 1 <= ROOT_FILES


def test_no_arrow_points_up() -> None:
    level = {room: height for height, room in enumerate(STOREYS)}
    up = {
        f"{here} -> {there}: {', '.join(sorted(files))}"
        for (here, there), files in arrows().items()
        if level[here] >= level[there] and (here, there) not in ALLOWED
    }
    assert not up, "\n".join(sorted(up))


@pytest.mark.parametrize("forbidden", ["country", "tools", "tests", "benchmarks"])
def test_the_package_imports_nothing_of_the_checkout(forbidden: str) -> None:
    for path in (ROOT / PACKAGE).rglob("*.py"):
        assert forbidden not in {module.split(".")[0] for module in imports_of(path)}, path
