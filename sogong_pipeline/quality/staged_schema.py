"""Whether a staged month has the columns and types that its schema promises to every query."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from sogong_pipeline.sql_engine import SQL

IS_TYPE = {"text": pa.types.is_string, "integer": pa.types.is_integer, "date": pa.types.is_date}


def columns_amiss(staged: Path) -> list[str]:
    """What differs from sql/staged/workplace/schema.yaml, a few words per column; nothing when all is well."""
    promised = _promised()
    found = pq.read_schema(staged)
    return [
        *(f"{name} is missing" for name in promised if name not in found.names),
        *(f"{name} is not in the schema" for name in found.names if name not in promised),
        *(
            f"{name} is {found.field(name).type}, not {kind}"
            for name, kind in promised.items()
            if name in found.names and not IS_TYPE[kind](found.field(name).type)
        ),
    ]


@cache
def _promised() -> dict[str, str]:
    """The type of each column by its name."""
    schema = yaml.safe_load((SQL / "staged" / "workplace" / "schema.yaml").read_text(encoding="utf-8"))
    return {column["name"]: column["type"] for column in schema["columns"]}
