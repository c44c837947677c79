"""Tables made from `sql/*/*/schema.yaml`: columns, comments, keys and the views of the latest edition."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml
from sqlalchemy import BigInteger, Boolean, Column, Date, Double, MetaData, Numeric, Table, Text

from sogong_pipeline.sql_engine import SQL

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
    """Every published table's schema by name, those of the lake alone included."""
    groups = yaml.safe_load((SQL / "measured" / "columns.yaml").read_text(encoding="utf-8"))
    paths = sorted(SQL.glob("*/*/schema.yaml"))
    found = [(path, yaml.safe_load(path.read_text(encoding="utf-8"))) for path in paths]
    for path, schema in found:
        schema["columns"] = [
            column
            for entry in schema["columns"]
            for column in (groups[entry["use"]] if "use" in entry else [entry])
        ]
        schema["layer"] = path.parent.parent.name
    return {schema["table"]: schema for _, schema in found}


@cache
def adjustments() -> dict[str, dict[str, Any]]:
    """How measures meet breaks of the series: `kinds` of breaks, and `profiles` that columns name."""
    told: dict[str, dict[str, Any]] = yaml.safe_load((SQL / "adjustments.yaml").read_text(encoding="utf-8"))
    return told


@cache
def metadata() -> MetaData:
    """The warehouse's tables with their Korean titles and English meanings as comments."""
    target = MetaData()
    for name, schema in schemas().items():
        if not schema.get("lake_only") and not schema.get("view"):
            Table(
                name,
                target,
                *(_column(column, schema["grain"]) for column in schema["columns"]),
                comment=f"{schema['title_ko']}. {' '.join(schema['description'].split())}",
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


def tables_of(layer: str) -> tuple[str, ...]:
    """The tables of the warehouse that a layer of the lake fills."""
    return tuple(
        name
        for name, schema in schemas().items()
        if schema["layer"] == layer and not schema.get("lake_only") and not schema.get("view")
    )


def latest_views() -> dict[str, str]:
    """For every table that carries editions, the SELECT of its `_latest` view."""
    return {
        f"{name}_latest": (
            f"SELECT {name}.* FROM {name} JOIN edition "
            f"ON edition.quarter = {name}.quarter AND edition.edition = {name}.edition WHERE edition.is_latest"
        )
        for name, schema in schemas().items()
        if "edition" in schema["grain"] and name != "edition" and not schema.get("lake_only")
    }


def views() -> dict[str, str]:
    """The SELECT of every view, those that others read first."""
    own = [
        path for path in sorted(SQL.glob("*/*/query.sql")) if schemas().get(path.parent.name, {}).get("view")
    ]
    return {**latest_views(), **{path.parent.name: path.read_text(encoding="utf-8") for path in own}}
