"""The code of a layer as a digest: its builder with all it imports, its SQL, its data, and the libraries that compute.

A partition carries these digests among its inputs, so that a changed function makes its layer stale. What follows from
names alone is left out: docstrings, comments, imports for types, and the rooms that store bytes but do not make them.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

from sogong_pipeline.lake.layers import BY_NAME, Layer
from sogong_pipeline.sql_engine import SHIPPED, SQL, macros_in, sql_version

PACKAGE = Path(__file__).resolve().parents[1]
STORING = {"lake", "catalogue", "settings", "errors"}
"""Rooms that store and name what others make; a change of theirs changes no row."""
LIBRARIES = ("duckdb", "pyarrow", "numpy")
ALSO = ("pandas", "statsmodels", "great_expectations")
"""Libraries that count where the code of a layer imports them."""
SHOWN = 12


@cache
def code_inputs(name: str) -> dict[str, str]:
    """What made a partition of a layer, by name: `code`, `sql`, `macros` that its code calls, `data`, `libraries`."""
    layer = BY_NAME[name]
    modules = sorted(closure(layer))
    digests = {"code": _digest(_parts(modules)), "libraries": _libraries(modules)}
    if (SQL / name).is_dir():
        digests["sql"] = sql_version(name)
    if macros := macros_called(layer):
        digests["macros"] = _digest((name, json.dumps(words).encode()) for name, words in macros.items())
    if layer.data:
        digests["data"] = _digest((path.name, path.read_bytes()) for path in data_files(layer))
    return digests


def data_files(layer: Layer) -> list[Path]:
    """The data files of a layer, in order.

    Raises:
        FileNotFoundError: when a pattern of the table matches nothing.
    """
    files: list[Path] = []
    for pattern in layer.data:
        root = SHIPPED if pattern.startswith(("expectations/", "sql/")) else PACKAGE
        matches = sorted(path for path in root.glob(pattern) if path.is_file())
        if not matches:
            raise FileNotFoundError(f"layer {layer.name}: no data file matches {pattern}")
        files += matches
    return files


def closure(layer: Layer) -> set[str]:
    """The modules of ours that the builder of a layer imports, directly or not, itself included."""
    reached: set[str] = set()
    pending = [layer.builder.rpartition(".")[0]]
    while pending:
        module = pending.pop()
        if module in reached or module.split(".")[1] in STORING:
            continue
        reached.add(module)
        pending += [name for name in _imports(module) if _path(name) is not None]
    return reached


def macros_called(layer: Layer) -> dict[str, tuple[str, ...]]:
    """The macros that SQL within the code of a layer calls, each with the words that define it."""
    return macros_in(text for module in sorted(closure(layer)) for text in _texts(module))


def _path(module: str) -> Path | None:
    """The file of a module of ours; None when there is none."""
    place = PACKAGE.joinpath(*module.split(".")[1:])
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return file if module.startswith(f"{PACKAGE.name}.") and file.is_file() else None


@cache
def _tree(module: str) -> ast.Module:
    """A module's syntax without docstrings and without what is imported for types alone."""
    path = _path(module)
    if path is None:
        raise FileNotFoundError(f"there is no module {module}")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [each for each in body if not (_is_string(each) or _is_for_types(each))]  # type: ignore[attr-defined]
    return tree


def _is_string(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_for_types(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


@cache
def _imports(module: str) -> frozenset[str]:
    """Every module that a module imports, inside functions too; `from a import b` counts as a and a.b."""
    names: set[str] = set()
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
        elif isinstance(node, ast.Import):
            names |= {name.name for name in node.names}
    return frozenset(names)


@cache
def _texts(module: str) -> frozenset[str]:
    """The texts in a module that may hold SQL, those between the braces of f-strings included."""
    return frozenset(
        node.value
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "(" in node.value
    )


@cache
def _syntax(module: str) -> bytes:
    """A module's syntax as bytes; many layers share a module."""
    return ast.dump(_tree(module)).encode()


def _parts(modules: list[str]) -> Iterator[tuple[str, bytes]]:
    for module in modules:
        yield module, _syntax(module)


def _digest(parts: Iterator[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, content in parts:
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:SHOWN]


def _libraries(modules: list[str]) -> str:
    imported = {name.partition(".")[0] for module in modules for name in _imports(module)}
    names = [*LIBRARIES, *(name for name in ALSO if name in imported)]
    return ", ".join(f"{name} {version(name.replace('_', '-'))}" for name in names)
