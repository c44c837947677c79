"""Single declaration of the layers of the lake, the stages, and the measures."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from sogong_pipeline.lake.layers import LAYERS
from sogong_pipeline.vocabulary import MEASURES, STAGES

PACKAGE = Path(__file__).parents[1] / "sogong_pipeline"
DECLARED: dict[str, tuple[Sequence[str], str, int]] = {
    "layers": ([layer.name for layer in LAYERS], "lake/layers.py", 4),
    "stages": (STAGES, "vocabulary.py", 4),
    "measures": (MEASURES, "vocabulary.py", 3),
}
"""Names in their order, the file that declares them, and how many of them in that order make a second list."""


def literals(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The literal lists, tuples and sets of strings of a file, with their lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            strings = [part.value for part in node.elts if isinstance(part, ast.Constant)]
            if len(strings) == len(node.elts):
                yield node.lineno, [string for string in strings if isinstance(string, str)]


@pytest.mark.parametrize("what", DECLARED)
def test_a_list_stands_once(what: str) -> None:
    """Another order of all of them, such as that in which marks are drawn, says something else and may stand."""
    names, home, enough = DECLARED[what]
    elsewhere = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.relative_to(PACKAGE).as_posix() != home
        for line, strings in literals(path)
        if len(strings) >= enough and [name for name in names if name in strings] == strings
    ]
    assert elsewhere == [], f"{what} are declared in {home}"


def test_a_second_list_would_be_seen(tmp_path: Path) -> None:
    file = tmp_path / "second.py"
    file.write_text(f"A = {tuple(STAGES)!r}\nB = {list(reversed(STAGES))!r}\n", encoding="utf-8")
    assert [strings for _, strings in literals(file)] == [list(STAGES), list(reversed(STAGES))]
