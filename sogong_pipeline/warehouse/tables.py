"""Tables built from `sql/*/*/schema.yaml`: columns, comments, primary and foreign keys, names of the lake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    ForeignKeyConstraint,
    MetaData,
    Numeric,
    Table,
    Text,
)

from sogong_pipeline.sql_engine import SQL

SCHEMA_VERSION = 2
"""Version, raised when a column is renamed or removed; docs/schema-releases.md lists the changes."""
TYPES: dict[str, Any] = {
    "text": Text(),
    "integer": BigInteger(),
    "boolean": Boolean(),
    "date": Date(),
    "decimal_1": Numeric(14, 1),
    "decimal_2": Numeric(12, 2),
    "decimal_6": Numeric(18, 6),
    "real": Double(),
}


@cache
def schemas() -> dict[str, dict[str, Any]]:
    """Return every published table's schema by name, including those of the lake alone."""
    groups = _read(SQL / "measured" / "columns.yaml")
    paths = sorted(SQL.glob("*/*/schema.yaml"))
    by_path = [(path, _read(path)) for path in paths]
    for path, schema in by_path:
        schema["columns"] = [
            column
            for entry in schema["columns"]
            for column in (groups[entry["use"]] if "use" in entry else [entry])
        ]
        schema["layer"] = path.parent.parent.name
    return {schema["table"]: schema for _, schema in by_path}


def _read(path: Path) -> dict[str, Any]:
    """Read one of the shipped files; by C, because each command reads a hundred of them."""
    content: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return content


@cache
def adjustments() -> dict[str, dict[str, Any]]:
    """Return the treatment of breaks of the series: `kinds` of breaks, and `profiles` that columns name."""
    return _read(SQL / "adjustments.yaml")


@cache
def metadata() -> MetaData:
    """Return the warehouse's tables with keys, and with Korean titles and English descriptions as comments.

    Foreign keys are checked at the end of a transaction, so that the rows of a dimension can be replaced. SQLite
    declares them without enforcing them; there the rows of a table lie in the order of its primary key, without a
    second index.
    """
    target = MetaData()
    for name, schema in schemas().items():
        if not schema.get("lake_only") and not schema.get("view"):
            Table(
                name,
                target,
                *(_column(column, schema["grain"]) for column in schema["columns"]),
                *(_foreign_key(reference) for reference in schema.get("references", ())),
                comment=f"{schema['title_ko']}. {' '.join(schema['description'].split())}",
                sqlite_with_rowid=False,
            )
    return target


def _column(column: dict[str, Any], grain: list[str]) -> Column[Any]:
    unit = f" [{column['unit']}]" if "unit" in column else ""
    return Column(
        column["name"],
        TYPES[column["type"]],
        primary_key=column["name"] in grain,
        nullable=bool(column.get("nullable", False)),
        comment=f"{column['title_ko']}. {column['description']}{unit}",
    )


def _foreign_key(reference: dict[str, Any]) -> ForeignKeyConstraint:
    columns, table = reference["columns"], reference["table"]
    return ForeignKeyConstraint(
        columns, [f"{table}.{column}" for column in columns], deferrable=True, initially="DEFERRED"
    )


def tables_of(layer: str) -> tuple[str, ...]:
    """Return the tables of the warehouse that a layer of the lake fills."""
    return tuple(
        name
        for name, schema in schemas().items()
        if schema["layer"] == layer and not schema.get("lake_only") and not schema.get("view")
    )


@cache
def lake_names(table: str) -> dict[str, str]:
    """Return the lake's name of each column of a table: its own, or the one it had in files of the first version."""
    return {column["name"]: column.get("lake_name", column["name"]) for column in schemas()[table]["columns"]}


def renamed(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Rename the fields of a lake row to the columns of the warehouse."""
    names = {lake: name for name, lake in lake_names(table).items()}
    return {names.get(name, name): value for name, value in row.items()}


def in_lake_names(table: str, columns: Iterable[str]) -> list[str]:
    """Return columns of the warehouse under the names of the lake."""
    names = lake_names(table)
    return [names[column] for column in columns]
