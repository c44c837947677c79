"""DuckDB in this process over Parquet: runs the queries of `sql/` and nothing shared.

Each table has a folder `sql/<layer>/<table>/` with `query.sql` and `schema.yaml`. A query reads views that
stand for Parquet files, and variables; what is kept ends in an ORDER BY, so it is the same bytes every time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

_PACKAGE = Path(__file__).resolve().parent
SHIPPED = _PACKAGE if (_PACKAGE / "sql").is_dir() else _PACKAGE.parent
"""Where `sql/` and `expectations/` lie: inside an installed wheel, beside the package in a checkout."""
SQL = SHIPPED / "sql"


@cache
def query(layer: str, table: str) -> str:
    """The text of `sql/<layer>/<table>/query.sql`."""
    return (SQL / layer / table / "query.sql").read_text(encoding="utf-8")


@cache
def sql_version(layer: str) -> str:
    """A digest of everything a layer's tables are defined by; a changed query makes its partitions stale."""
    digest = hashlib.sha256()
    for path in sorted([SQL / "macros.sql", *(SQL / layer).rglob("*.sql"), *(SQL / layer).rglob("*.yaml")]):
        digest.update(path.relative_to(SQL).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _macros() -> list[Path]:
    """The files of macros: the arithmetic that all rest on, then those of each layer that has some of its own."""
    return [
        SQL / "macros.sql",
        *(SQL / layer / "macros.sql" for layer in ("matched", "measured", "editions")),
    ]


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
        for macros in _macros():
            self.connection.execute(macros.read_text(encoding="utf-8"))

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def view(self, name: str, paths: Path | Sequence[Path]) -> None:
        """Let a query read Parquet files under a name; several files are one table."""
        files = [str(paths)] if isinstance(paths, Path) else [str(path) for path in paths]
        self.connection.read_parquet(files).create_view(name, replace=True)

    def variables(self, values: Mapping[str, Any]) -> None:
        """Set what queries read with `getvariable(name)`."""
        for name, value in values.items():
            self.connection.execute(f'SET VARIABLE "{name}" = $1', [value])

    def write(self, select: str, target: Path) -> int:
        """Write a query's rows to a Parquet file; returns how many."""
        row = self.connection.execute(
            f"COPY ({select.rstrip().rstrip(';')}) TO '{_quoted(target)}' (FORMAT parquet, COMPRESSION zstd)"
        ).fetchone()
        return int(row[0]) if row else 0

    def rows(self, select: str) -> list[dict[str, Any]]:
        """A small result as dictionaries."""
        cursor = self.connection.execute(select)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def value(self, select: str) -> Any:
        """The single value of a one-row, one-column result."""
        row = self.connection.execute(select).fetchone()
        return row[0] if row else None


def _quoted(path: Path) -> str:
    """A path inside single quotes in SQL."""
    return str(path).replace("'", "''")
