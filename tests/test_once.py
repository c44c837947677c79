"""What is declared stands once: the layers of the lake, the stages, the measures."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from sogong_pipeline.lake.layers import LAYERS
from sogong_pipeline.vocabulary import MEASURES, STAGES

PACKAGE = Path(__file__).parents[1] / "sogong_pipeline"
DECLARED = {
    "layers": ({layer.name for layer in LAYERS}, "lake/layers.py", 4),
    "stages": (set(STAGES), "vocabulary.py", 4),
    "measures": (set(MEASURES), "vocabulary.py", 3),
}


def literals(path: Path) -> Iterator[tuple[int, set[str]]]:
    """The strings of each literal list, tuple or set of a file, with its line; what maps from them is no list."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            strings = {part.value for part in node.elts if isinstance(part, ast.Constant)}
            yield node.lineno, {string for string in strings if isinstance(string, str)}


@pytest.mark.parametrize("what", DECLARED)
def test_a_list_stands_once(what: str) -> None:
    names, home, enough = DECLARED[what]
    elsewhere = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.relative_to(PACKAGE).as_posix() != home
        for line, strings in literals(path)
        if len(strings & names) >= enough
    ]
    assert elsewhere == [], f"{what} are declared in {home}"
