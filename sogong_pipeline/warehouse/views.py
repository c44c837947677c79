"""Views of the warehouse: latest editions, views written as SQL, Korean headings, former column names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql

from sogong_pipeline.sql_engine import SQL
from sogong_pipeline.warehouse.tables import SCHEMA_VERSION, schemas

LATEST, KOREAN, BEFORE = "_latest", "_ko", f"_v{SCHEMA_VERSION - 1}"
FOR_PEOPLE = (
    "change_confidence",
    "contribution",
    "dim_district",
    "district_report",
    "establishment_flow",
    "establishment_flow_long",
    "fact_district_month",
    "fact_district_quarter",
    "fact_office_month",
    "fact_office_quarter",
    "fact_region_month",
    "fact_region_quarter",
    "stage_clause",
    "stage_current",
    "stage_history",
    "stage_moves",
    "stage_proposal",
)
"""Other relations with Korean headings and Korean words for codes; of tables with editions, the latest."""


@cache
def views() -> dict[str, str]:
    """Return the SELECT of every view by name, dependencies first."""
    own = {
        path.parent.name: path.read_text(encoding="utf-8")
        for path in sorted(SQL.glob("*/*/query.sql"))
        if schemas().get(path.parent.name, {}).get("view")
    }
    latest = latest_views()
    of_tables = {name: select for name, select in latest.items() if name.removesuffix(LATEST) not in own}
    of_views = {name: select for name, select in latest.items() if name.removesuffix(LATEST) in own}
    return {**of_tables, **own, **of_views, **korean_views(), **views_before()}


def latest_views() -> dict[str, str]:
    """Return the SELECT of the `_latest` view for every table that carries editions."""
    return {
        f"{name}{LATEST}": (
            f"SELECT {name}.* FROM {name} JOIN edition "
            f"ON edition.quarter = {name}.quarter AND edition.edition = {name}.edition WHERE edition.is_latest"
        )
        for name, schema in schemas().items()
        if _has_editions(name, schema)
    }


def korean_views() -> dict[str, str]:
    """Return the SELECT of every `_ko` view: Korean headings, codes in Korean words."""
    return {
        f"{name}{KOREAN}": korean_view(
            f"{name}{LATEST}" if _has_editions(name, schemas()[name]) else name, schemas()[name]["columns"]
        )
        for name in FOR_PEOPLE
    }


def views_before() -> dict[str, str]:
    """Return the SELECT with former column names, for every table and view whose columns were renamed."""
    return dict(_views_before())


def _views_before() -> Iterator[tuple[str, str]]:
    for name, schema in schemas().items():
        if schema.get("lake_only") or not any("was" in column for column in schema["columns"]):
            continue
        columns = ", ".join(
            f"{column['name']} AS {quoted(column['was'])}" if "was" in column else column["name"]
            for column in schema["columns"]
        )
        for source in (name, f"{name}{LATEST}") if _has_editions(name, schema) else (name,):
            yield f"{source}{BEFORE}", f"SELECT {columns} FROM {source}"


def _has_editions(name: str, schema: dict[str, Any]) -> bool:
    return "edition" in schema["grain"] and name != "edition" and not schema.get("lake_only")


def korean_view(source: str, columns: Iterable[Mapping[str, Any]]) -> str:
    """Return the SELECT of columns of a table or view under Korean headings, their codes in Korean words."""
    shown = ", ".join(f"{_in_words(column)} AS {quoted(column['title_ko'])}" for column in columns)
    return f"SELECT {shown} FROM {source} AS shown"


def _in_words(column: Mapping[str, Any]) -> str:
    """Return a column, or the Korean word of its code; the code itself without a word."""
    name = f"shown.{column['name']}"
    if "codes" not in column:
        return name
    word = f"SELECT label_ko FROM label WHERE code_set = '{column['codes']}' AND code = {name}"
    return f"coalesce(({word}), {name})"


def quoted(name: str) -> str:
    """Quote a name as an identifier for both databases."""
    return postgresql.dialect().identifier_preparer.quote_identifier(name)  # type: ignore[no-untyped-call]
