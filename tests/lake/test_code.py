"""The code of a layer as an input: what makes it stale, and what does not."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sogong_pipeline.lake import code
from sogong_pipeline.lake.layers import BY_NAME, LAYERS, below
from sogong_pipeline.sql_engine import SQL

BUILT = [layer.name for layer in LAYERS if layer.builder]


@contextmanager
def changed(module: str, statement: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a module have one more statement at its end, as if somebody had changed it."""
    real = code._tree

    def tree(name: str) -> ast.Module:
        if name != module:
            return real(name)
        return ast.Module([*real(name).body, *ast.parse(statement).body], [])

    with monkeypatch.context() as patch:
        patch.setattr(code, "_tree", tree)
        forget()
        yield
    forget()


def forget() -> None:
    """Let the syntax of every module be read again."""
    for remembered in (code.code_inputs, code._imports, code._texts, code._syntax):
        remembered.cache_clear()


@pytest.mark.parametrize("layer", BUILT)
def test_a_builder_is_a_function_that_takes_a_workspace(layer: str) -> None:
    module, _, name = BY_NAME[layer].builder.rpartition(".")
    builder = getattr(importlib.import_module(module), name)
    assert "workspace" in inspect.signature(builder).parameters
    assert code.data_files(BY_NAME[layer]) or not BY_NAME[layer].data
    assert (SQL / layer).is_dir()


@pytest.mark.parametrize("layer", BUILT)
def test_a_changed_function_changes_the_layers_whose_builders_reach_it(
    layer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exactly those: what a layer's digest says agrees with what its builder imports."""
    module = BY_NAME[layer].builder.rpartition(".")[0]
    before = {name: code.code_inputs(name) for name in BUILT}
    reaching = {name for name in BUILT if module in code.closure(BY_NAME[name])}
    with changed(module, "def added() -> int:\n    return 1\n", monkeypatch):
        after = {name: code.code_inputs(name) for name in BUILT}
    assert {name for name in BUILT if before[name]["code"] != after[name]["code"]} == reaching
    assert layer in reaching
    others = {part for part in before[layer] if part != "code"}
    assert all(
        before[name][part] == after[name][part] for name in BUILT for part in others & before[name].keys()
    )


def test_docstrings_comments_and_imports_for_types_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quotes = '"' * 3
    texts = [
        f"{quotes}One.{quotes}\nif TYPE_CHECKING:\n    import a\ndef f():\n    {quotes}Two.{quotes}\n    return 1\n",
        "def f():\n    return 1  # a comment\n",
        "def f():\n    return 2\n",
    ]
    trees = []
    for number, text in enumerate(texts):
        file = tmp_path / f"{number}.py"
        file.write_text(text, encoding="utf-8")
        monkeypatch.setattr(code, "_path", lambda _, file=file: file)
        trees.append(ast.dump(code._tree.__wrapped__("any")))
    assert trees[0] == trees[1]
    assert trees[1] != trees[2]


def test_where_bytes_are_kept_is_no_code_of_a_layer() -> None:
    for layer in BUILT:
        rooms = {module.split(".")[1] for module in code.closure(BY_NAME[layer])}
        assert not rooms & code.STORING
        assert not rooms & {"cli", "orchestration", "steps", "reports", "warehouse"}, "a builder reaches up"


def test_data_and_libraries_are_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    staged = code.code_inputs("staged")
    assert set(staged) == {"code", "sql", "data", "libraries"}
    assert staged["libraries"].startswith("duckdb ")
    assert "statsmodels" in code.code_inputs("editions")["libraries"]
    assert "statsmodels" not in staged["libraries"]
    apart = {"checked", "revised", "placed", "corporations", "clusters"}
    assert below("proposals") == tuple(name for name in BUILT if name not in apart)
