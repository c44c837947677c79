"""`dictionary.html`: every table and column in Korean and English, searched without a network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from sogong_pipeline.release.graph import graph
from sogong_pipeline.release.policy import policy
from sogong_pipeline.warehouse.tables import schemas


def dictionary_page(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Write the page.

    Args:
        tables: the columns of each table, as its schema describes them.
    """
    style, script = _part("dictionary.css"), _part("dictionary.js")
    return _template().render(
        tables=[
            {
                "name": name,
                "title": schemas()[name]["title"],
                "title_ko": schemas()[name]["title_ko"],
                "description": " ".join(schemas()[name]["description"].split()),
                "columns": [{**one, "is_key": one["name"] in schemas()[name]["grain"]} for one in columns],
            }
            for name, columns in tables.items()
        ],
        columns=f"{sum(map(len, tables.values())):,}",
        graph=graph(list(tables)),
        style=Markup(style),  # noqa: S704 - ours
        script=Markup(script),  # noqa: S704 - ours
        style_digest=_digest(style),
        script_digest=_digest(script),
    )


def released_tables(*, is_open: bool) -> dict[str, list[dict[str, Any]]]:
    """The tables of a release with the columns that go out."""
    return {table: policy().columns(table, is_open=is_open) for table in policy().tables}


def warehouse_tables() -> dict[str, list[dict[str, Any]]]:
    """Every table and view of the warehouse with all its columns."""
    return {name: schema["columns"] for name, schema in schemas().items() if not schema.get("lake_only")}


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _part(name: str) -> str:
    return (files("sogong_pipeline.release") / "templates" / name).read_text(encoding="utf-8")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    return environment.from_string(_part("dictionary.html.j2"))
