"""Runs the code cells of a notebook as Jupyter would, without its server."""

from __future__ import annotations

import ast
import contextlib
import json
from pathlib import Path
from typing import Any


def cells(notebook: Path, kind: str) -> list[str]:
    """The sources of the cells of a kind, in order."""
    book = json.loads(notebook.read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == kind]


def shown(notebook: Path, **replaced: str) -> list[Any]:
    """Run every code cell in the folder of the notebook, as a reader would.

    Args:
        notebook: the file.
        replaced: by name of a variable that a cell sets at its left margin: another text for it.

    Returns:
        What each cell shows: the value of its last line.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.chdir(notebook.parent):
        return [_run(_replaced(source, replaced), names) for source in cells(notebook, "code")]


def _replaced(source: str, replaced: dict[str, str]) -> str:
    lines = source.splitlines()
    for number, line in enumerate(lines):
        name = line.split(" = ")[0]
        if name in replaced:
            lines[number] = f"{name} = {replaced[name]!r}"
    return "\n".join(lines)


def _run(source: str, names: dict[str, Any]) -> Any:
    tree = ast.parse(source)
    last = tree.body[-1]
    if not isinstance(last, ast.Expr):
        raise AssertionError(f"a cell that shows nothing ends with: {ast.unparse(last)}")
    exec(compile(ast.Module(tree.body[:-1], []), "<cell>", "exec"), names)  # noqa: S102 - ours
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)  # noqa: S307 - ours
