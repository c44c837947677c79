"""`datapackage.json` (Data Package v2): every table with its types, keys, units, words and hashes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sogong_pipeline.lake.partitions import sha256_of
from sogong_pipeline.release.policy import policy
from sogong_pipeline.release.versions import Version
from sogong_pipeline.warehouse.tables import SCHEMA_VERSION, schemas

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
FIELD_TYPES = {"text": "string", "integer": "integer", "boolean": "boolean", "date": "date"}
"""By type of a schema; decimals and reals are numbers."""
LICENCE = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0",
}


def package(
    version: Version, folder: Path, rows: Mapping[str, int], sources: list[dict[str, Any]], *, is_open: bool
) -> dict[str, Any]:
    """Describe a release.

    Args:
        version: its version and what it stands on.
        folder: the folder with its tables.
        rows: the number of rows by table.
        sources: the raw files.
        is_open: whether districts are named.
    """
    return {
        "$schema": PROFILE,
        "name": f"sogong-{str(version.quarter).lower()}",
        "title": f"밀집지역 참고 단계 {version.quarter}",
        "description": (
            "Reference stages (참고 단계) and measures of Korea's dense SME districts, of one quarter. "
            "They are computed from public files and are no official statistics; decided stages are the councils'."
        ),
        "version": version.version,
        "created": version.recorded_at,
        "licenses": [LICENCE],
        "sources": sources,
        "keywords": ["SME", "districts", "Korea", "밀집지역", "위기", "참고 단계"],
        "sogong": {
            "quarter": str(version.quarter),
            "edition": version.edition,
            "status": version.status,
            "content": version.content,
            "open": is_open,
            "simulated": version.is_simulated,
            "schema_version": SCHEMA_VERSION,
            "database": _file(folder, f"sogong-{version.quarter}.sqlite"),
            "slices": {
                "office": "slices/office/{office_code}.csv",
                "region": "slices/region/{region_code}.csv",
            },
        },
        "resources": [*_resources(folder, rows, is_open=is_open), *_others(folder)],
    }


def _resources(folder: Path, rows: Mapping[str, int], *, is_open: bool) -> Iterator[dict[str, Any]]:
    for table, count in rows.items():
        schema = schemas()[table]
        yield {
            "name": table,
            "title": schema["title_ko"],
            "description": " ".join(schema["description"].split()),
            "type": "table",
            **_file(folder, policy().address(table)),
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "rows": count,
            "parquet": _file(folder, f"data/{table}.parquet"),
            "schema": {
                "fields": [
                    _field(column, schema["grain"]) for column in policy().columns(table, is_open=is_open)
                ],
                "primaryKey": schema["grain"],
                "foreignKeys": list(_foreign_keys(table, rows, is_open=is_open)),
                "missingValues": [""],
            },
        }


def _field(column: Mapping[str, Any], grain: list[str]) -> dict[str, Any]:
    must = column["name"] in grain or (not column.get("nullable") and column["type"] != "text")
    more = {name: column[given] for name, given in FURTHER.items() if given in column}
    return {
        "name": column["name"],
        "type": FIELD_TYPES.get(column["type"], "number"),
        "title": column["title_ko"],
        "description": column["description"],
        **more,
        **({"decimals": int(column["type"][-1])} if column["type"].startswith("decimal") else {}),
        **({"constraints": {"required": True}} if must else {}),
    }


FURTHER = {"unit": "unit", "statusColumn": "status", "codes": "codes", "breaks": "breaks"}
"""By property of a field: the entry of schema.yaml that it is taken from."""


def _foreign_keys(table: str, rows: Mapping[str, int], *, is_open: bool) -> Iterator[dict[str, Any]]:
    names = {column["name"] for column in policy().columns(table, is_open=is_open)}
    for reference in schemas()[table].get("references", ()):
        columns = list(reference["columns"])
        if reference["table"] in rows and names.issuperset(columns):
            yield {"fields": columns, "reference": {"resource": reference["table"], "fields": columns}}


def _others(folder: Path) -> Iterator[dict[str, Any]]:
    """What is a table but none of the warehouse: the dictionary, the simulations of rule sets, codes."""
    for name, path in OTHERS.items():
        header = (folder / path).read_text(encoding="utf-8-sig").splitlines()[0].split(",")
        yield {
            "name": name,
            "type": "table",
            **_file(folder, path),
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": {"fields": [{"name": column, "type": "string"} for column in header]},
        }


OTHERS = {"dictionary": "dictionary.csv", "rule_evaluation": "rule_evaluation.csv"}


def _file(folder: Path, path: str) -> dict[str, Any]:
    file = folder / path
    return {"path": path, "bytes": file.stat().st_size, "hash": f"sha256:{sha256_of(file)}"}
