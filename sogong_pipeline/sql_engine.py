"""DuckDB in this process over Parquet: runs the queries of `sql/` and nothing shared.

Each table has a folder `sql/<layer>/<table>/` with `query.sql` and `schema.yaml`. A query reads views that
stand for Parquet files, and variables; what is kept ends in an ORDER BY, so it is the same bytes every time.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import duckdb
import yaml

_PACKAGE = Path(__file__).resolve().parent
SHIPPED = _PACKAGE if (_PACKAGE / "sql").is_dir() else _PACKAGE.parent
"""Where `sql/` and `expectations/` lie: inside an installed wheel, beside the package in a checkout."""
SQL = SHIPPED / "sql"
_WORD = re.compile(
    r"(?P<blank>\s+|--[^\n]*|/\*.*?\*/)|(?P<text>'(?:[^']|'')*')|(?P<name>\w+|\"(?:[^\"]|\"\")*\")|(?P<sign>.)",
    re.DOTALL,
)


@cache
def query(layer: str, table: str) -> str:
    """The text of `sql/<layer>/<table>/query.sql`."""
    return (SQL / layer / table / "query.sql").read_text(encoding="utf-8")


@cache
def sql_version(layer: str) -> str:
    """The digest of a layer's SQL; see `sql_digest`."""
    return sql_digest(layer)


def sql_digest(layer_or_tables: str | Iterable[str], *, root: Path = SQL) -> str:
    """A digest of the SQL that makes a layer or some tables; a change of it makes what they keep stale.

    It covers queries, schemas and the macros they call, directly or through other macros, in whichever file those
    stand, without comments and white space.

    Args:
        layer_or_tables: a folder of `sql/`, such as `measured`, or tables such as `editions/pay_chain`. A table brings
            along the tables of its layer that it reads and that are not kept, such as `editions/quarter_fact`.
        root: the folder `sql/`.

    Raises:
        LookupError: when there is no such layer or table.
    """
    return _digest(tuple(_tables(layer_or_tables, root)), root)


@cache
def _digest(tables: tuple[str, ...], root: Path) -> str:
    macros = _macros(root)
    parts = [
        *((table, _words(_query_of(table, root)), _schema_of(table, root)) for table in tables),
        *((name, macros[name]) for name in sorted(macros_used(tables, root=root))),
    ]
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def macros_used(layer_or_tables: str | Iterable[str], *, root: Path = SQL) -> frozenset[str]:
    """The macros that the queries of a layer or of some tables call, directly or through other macros.

    Raises:
        LookupError: when there is no such layer or table.
    """
    queries = (_query_of(table, root) for table in _tables(layer_or_tables, root))
    return _reached(queries, root)


def macros_in(texts: Iterable[str], *, root: Path = SQL) -> dict[str, tuple[str, ...]]:
    """The macros that pieces of SQL call, directly or through other macros, each with the words that define it."""
    macros = _macros(root)
    return {name: macros[name] for name in sorted(_reached(texts, root))}


def _reached(texts: Iterable[str], root: Path) -> frozenset[str]:
    macros, calls = _macros(root), _calls(root)
    used: set[str] = set()
    waiting = {name for text in texts for name in _called(_words(text)) & macros.keys()}
    while waiting:
        used |= waiting
        waiting = {called for name in waiting for called in calls[name]} - used
    return frozenset(used)


@cache
def _calls(root: Path) -> dict[str, set[str]]:
    """The macros that each macro calls."""
    macros = _macros(root)
    return {name: _called(words) & macros.keys() for name, words in macros.items()}


def macro_files(root: Path = SQL) -> list[Path]:
    """The files of macros: the arithmetic that all rest on, then those of each layer that has some of its own."""
    return [root / "macros.sql", *sorted(root.glob("*/macros.sql"))]


def _tables(layer_or_tables: str | Iterable[str], root: Path) -> list[str]:
    """The tables of a layer, or those given and the unkept ones they read, as `layer/table`, sorted."""
    if isinstance(layer_or_tables, str) and "/" not in layer_or_tables:
        of_layer = {path.parent.relative_to(root).as_posix() for path in root.glob(f"{layer_or_tables}/*/*")}
        if not of_layer:
            raise LookupError(f"sql/ has no layer {layer_or_tables}")
        return sorted(of_layer)
    found: set[str] = set()
    waiting = {layer_or_tables} if isinstance(layer_or_tables, str) else set(layer_or_tables)
    while waiting:
        table = waiting.pop()
        if not (root / table).is_dir():
            raise LookupError(f"sql/ has no table {table}")
        found.add(table)
        layer, read = table.split("/")[0], {word.strip("\"'") for word in _words(_query_of(table, root))}
        waiting |= {
            f"{layer}/{path.parent.name}"
            for path in root.glob(f"{layer}/*/query.sql")
            if path.parent.name in read and not path.with_name("schema.yaml").exists()
        } - found
    return sorted(found)


def _query_of(table: str, root: Path) -> str:
    """The text of a table's query, empty where code makes the table."""
    path = root / table / "query.sql"
    return path.read_text(encoding="utf-8") if path.exists() else ""


@cache
def _schema_of(table: str, root: Path) -> dict[str, Any] | None:
    """A table's schema with its groups of columns put in, None where the table is not kept."""
    path = root / table / "schema.yaml"
    if not path.exists():
        return None
    schema: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    groups = _column_groups(root)
    schema["columns"] = [groups[entry["use"]] if "use" in entry else entry for entry in schema["columns"]]
    return schema


@cache
def _column_groups(root: Path) -> dict[str, Any]:
    groups: dict[str, Any] = yaml.safe_load((root / "measured" / "columns.yaml").read_text(encoding="utf-8"))
    return groups


@cache
def names_before(table: str) -> dict[str, str]:
    """Today's name of each column of a kept table by the name that the lake had for it before, `left` of `departed`."""
    schema = _schema_of(table, SQL) or {"columns": []}
    entries = [
        each for entry in schema["columns"] for each in (entry if isinstance(entry, list) else [entry])
    ]
    return {each["was"]: each["name"] for each in entries if "was" in each and "lake_name" not in each}


@cache
def _macros(root: Path) -> dict[str, tuple[str, ...]]:
    """The words that define each macro, from its parameters on, by its name.

    Raises:
        ValueError: when a file holds another statement, or two macros have one name.
    """
    found: dict[str, tuple[str, ...]] = {}
    for path in macro_files(root):
        for statement in _statements(_words(path.read_text(encoding="utf-8"))):
            *opening, name = statement[:5]
            if opening != ["CREATE", "OR", "REPLACE", "MACRO"] or name in found:
                raise ValueError(f"{path}: {' '.join(statement[:8])} ... is not a macro of its own name")
            found[name] = statement[5:]
    return found


@cache
def _macro_texts(root: Path) -> dict[str, str]:
    """The statement that makes each macro, as written, by its name."""
    texts = {}
    for path in macro_files(root):
        sql, begins = path.read_text(encoding="utf-8"), 0
        for end in (match.end() for match in _WORD.finditer(sql) if match.group() == ";"):
            statement, begins = sql[begins:end], end
            texts[_words(statement)[4]] = statement
    return texts


@cache
def _definitions_of(sql: str) -> dict[str, str]:
    """The statements of the macros that a piece of SQL calls, by name, each before those that call it.

    The same few hundred pieces run for every month.
    """
    used = _reached([sql], SQL)
    return {name: definition for name, definition in _macro_texts(SQL).items() if name in used}


@cache
def _words(sql: str) -> tuple[str, ...]:
    """The words, texts and signs of SQL without comments and white space."""
    return tuple(match.group() for match in _WORD.finditer(sql) if match.lastgroup != "blank")


def _statements(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Words split at semicolons."""
    return [tuple(group) for is_end, group in groupby(words, lambda word: word == ";") if not is_end]


def _called(words: Sequence[str]) -> set[str]:
    """Every word that a bracket follows: functions, macros, and some that are neither."""
    return {word for word, following in pairwise(words) if following == "("}


class Engine:
    """One private in-memory connection with our macros; spills to `workspace` when memory is short."""

    def __init__(self, workspace: Path, *, memory: str = "1500MB") -> None:
        self.connection = duckdb.connect(
            config={
                "memory_limit": memory,
                "temp_directory": str(workspace / "spill"),
                "autoinstall_known_extensions": "false",  # nothing is fetched at run time
            }
        )
        self.connection.execute("SET enable_progress_bar = false")  # progress is told by month, not by query
        self._made: set[str] = set()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def execute(self, sql: str, parameters: Sequence[Any] | None = None) -> duckdb.DuckDBPyConnection:
        """Run a statement, its macros made first: making all of them takes longer than most queries."""
        for name, definition in _definitions_of(sql).items():
            if name not in self._made:
                self.connection.execute(definition)
                self._made.add(name)
        return self.connection.execute(sql, parameters)

    def view(self, name: str, paths: Path | Sequence[Path]) -> None:
        """Let a query read Parquet files under a name; several files are one table."""
        files = [str(paths)] if isinstance(paths, Path) else [str(path) for path in paths]
        self.connection.read_parquet(files).create_view(name, replace=True)

    def table(self, name: str, select: str) -> None:
        """Keep a query's rows under a name for the queries that follow."""
        self.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {select.rstrip().rstrip(";")}')

    def variables(self, values: Mapping[str, Any]) -> None:
        """Set what queries read with `getvariable(name)`."""
        for name, value in values.items():
            self.connection.execute(f'SET VARIABLE "{name}" = $1', [value])

    def write(self, select: str, target: Path) -> int:
        """Write a query's rows to a Parquet file; returns how many."""
        row = self.execute(
            f"COPY ({select.rstrip().rstrip(';')}) TO '{_quoted(target)}' (FORMAT parquet, COMPRESSION zstd)"
        ).fetchone()
        return int(row[0]) if row else 0

    def rows(self, select: str) -> list[dict[str, Any]]:
        """A small result as dictionaries."""
        cursor = self.execute(select)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def value(self, select: str) -> Any:
        """The single value of a one-row, one-column result."""
        row = self.execute(select).fetchone()
        return row[0] if row else None


def _quoted(path: Path) -> str:
    """A path inside single quotes in SQL."""
    return str(path).replace("'", "''")
