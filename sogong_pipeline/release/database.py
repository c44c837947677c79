"""The SQLite file of a release: its tables with their keys, and views with Korean headings."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq

from sogong_pipeline.release.policy import policy
from sogong_pipeline.warehouse.parquet import parquet_batches
from sogong_pipeline.warehouse.tables import schemas
from sogong_pipeline.warehouse.views import FOR_PEOPLE, KOREAN, LATEST, korean_view

SQLITE = {"text": "TEXT", "integer": "INTEGER", "boolean": "BOOLEAN", "date": "DATE"}
BATCH_ROWS = 5_000


def write_database(folder: Path, name: str, tables: Sequence[str], *, is_open: bool) -> None:
    """Write a SQLite file from the Parquet files of a release; the same rows give the same bytes.

    Each table with editions has a view `_latest`, of all its rows, so that queries of the warehouse run here too.
    """
    with closing(sqlite3.connect(folder / name)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        for table in tables:
            _add(connection, table, folder / "data" / f"{table}.parquet", is_open=is_open)
        for table in tables:
            if "edition" in schemas()[table]["grain"] and table != "edition":
                connection.execute(f"CREATE VIEW {table}{LATEST} AS SELECT * FROM {table}")
            if table in FOR_PEOPLE:
                columns = policy().columns(table, is_open=is_open)
                connection.execute(f"CREATE VIEW {table}{KOREAN} AS {korean_view(table, columns)}")
        connection.commit()


def _add(connection: sqlite3.Connection, table: str, parquet: Path, *, is_open: bool) -> None:
    schema, columns = schemas()[table], policy().columns(table, is_open=is_open)
    lines = [
        f"{column['name']} {SQLITE.get(column['type'], 'REAL')}"
        + ("" if column.get("nullable") else " NOT NULL")
        for column in columns
    ]
    names = {column["name"] for column in columns}
    lines.append(f"PRIMARY KEY ({', '.join(schema['grain'])})")
    lines += [
        f"FOREIGN KEY ({', '.join(reference['columns'])}) REFERENCES {reference['table']} "
        f"({', '.join(reference['columns'])})"
        for reference in schema.get("references", ())
        if names.issuperset(reference["columns"])
    ]
    connection.execute(f"CREATE TABLE {table} ({', '.join(lines)}) WITHOUT ROWID")
    marks = ", ".join("?" * len(pq.read_schema(parquet).names))
    for _, rows in parquet_batches(parquet, BATCH_ROWS, as_real=True):
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
