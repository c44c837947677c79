"""The tables of a release in DuckDB, under the names and types of the warehouse, and as Parquet and CSV."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.quality.holds import holds
from sogong_pipeline.release.policy import policy
from sogong_pipeline.release.source import Source
from sogong_pipeline.sql_engine import Engine, query
from sogong_pipeline.stages.rules import DEFAULT
from sogong_pipeline.warehouse import rows as rows_of
from sogong_pipeline.warehouse.fit import MONTH_TABLES, PROPOSAL_TABLES, QUARTER_TABLES, fits
from sogong_pipeline.warehouse.labels import label
from sogong_pipeline.warehouse.tables import lake_names, renamed, schemas
from sogong_pipeline.warehouse.views import LATEST

TYPES: dict[str, tuple[str, pa.DataType]] = {
    "text": ("VARCHAR", pa.string()),
    "integer": ("BIGINT", pa.int64()),
    "boolean": ("BOOLEAN", pa.bool_()),
    "date": ("DATE", pa.date32()),
    "decimal_1": ("DECIMAL(14, 1)", pa.decimal128(14, 1)),
    "decimal_2": ("DECIMAL(12, 2)", pa.decimal128(12, 2)),
    "decimal_6": ("DECIMAL(18, 6)", pa.decimal128(18, 6)),
    "real": ("DOUBLE", pa.float64()),
}
"""By type of a schema: DuckDB's and Arrow's."""
VIEWS = ("stage_history", "stage_current", "district_report", "stage_moves")
"""Views that go out as tables, those that others read first."""
NEVER = "SELECT {columns} WHERE false"


def fill(engine: Engine, source: Source, room: Path) -> None:
    """Make every table of the policy in the engine, with all its columns.

    `stage_proposal_latest` holds the earlier quarters too, because the moves of stages need them.

    Args:
        engine: an empty one.
        source: what the release is made from.
        room: a folder to write in.

    Raises:
        RefusedError: when a month is no longer measured in the lake.
    """
    for name, rows in _reference(source):
        _from_rows(engine, name, rows, room)
    for table in MONTH_TABLES:
        _from_files(engine, table, source.measured(table))
    for name, rows in _operations(source):
        _from_rows(engine, name, rows, room)
    _from_files(engine, "quality_check", list(source.checks()))
    revised = (one for month in source.months for one in source.catalogue.revisions(month))
    _from_files(
        engine,
        "month_revision",
        [one.path("month_revision") for one in revised if fits(one, "month_revision")],
    )
    for table in QUARTER_TABLES:
        _from_files(engine, table, [source.edition.path(table)])
    for table in PROPOSAL_TABLES:
        _from_files(engine, table, [one.path(table) for one in source.judged.values() if fits(one, table)])
    _from_files(engine, "stage_decision", [one.path("decision") for one in source.decisions()])
    engine.execute("DELETE FROM stage_decision WHERE quarter > $1", [str(source.quarter)])
    _from_files(engine, "stage_proposal", list(source.proposals_until()), f"stage_proposal{LATEST}")
    engine.execute(f"CREATE VIEW fact_district_quarter{LATEST} AS SELECT * FROM fact_district_quarter")
    for name in VIEWS:
        select = query(schemas()[name]["layer"], name)
        engine.table(name, f"SELECT {', '.join(_casts(name))} FROM ({select})")
    engine.execute("DELETE FROM stage_moves WHERE quarter <> $1", [str(source.quarter)])


def write_table(engine: Engine, table: str, folder: Path, *, is_open: bool) -> int:
    """Write what goes out of a table as `data/<table>.parquet` and as CSV, in the order of its key.

    Args:
        engine: where `fill` has been.
        table: the table.
        folder: the folder of the release.
        is_open: whether districts may be named.

    Returns:
        The number of rows.
    """
    names = ", ".join(column["name"] for column in policy().columns(table, is_open=is_open))
    select = f"SELECT {names} FROM {table} ORDER BY {', '.join(schemas()[table]['grain'])}"
    rows: pa.Table = engine.execute(select).to_arrow_table()
    parquet = folder / "data" / f"{table}.parquet"
    parquet.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, parquet, compression="zstd")
    write_csv(engine, select, folder / policy().address(table))
    return int(rows.num_rows)


def write_csv(engine: Engine, select: str, path: Path) -> None:
    """Write rows as CSV in UTF-8 with a mark of order, by which spreadsheets know it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = path.with_suffix(".part")
    quoted = str(plain).replace("'", "''")
    engine.execute(f"COPY ({select}) TO '{quoted}' (FORMAT csv, HEADER true)")
    path.write_bytes(codecs.BOM_UTF8 + plain.read_bytes())
    plain.unlink()


def _reference(source: Source) -> Iterator[tuple[str, Iterable[dict[str, Any]]]]:
    yield "dim_office", rows_of.dim_office()
    yield "dim_region", rows_of.dim_region()
    yield "dim_industry", rows_of.dim_industry()
    yield "dim_industry_code", rows_of.dim_industry_code()
    yield "dim_status", rows_of.dim_status()
    yield "label", label()
    yield "series_break", rows_of.series_break()
    yield "district", rows_of.district(source.registries)
    yield "dim_district", rows_of.dim_district(source.registry)
    yield "dim_quarter", [rows_of.dim_quarter(source.quarter, list(source.months))]


def _operations(source: Source) -> Iterator[tuple[str, Iterable[dict[str, Any]]]]:
    lake, quarter = source.catalogue.lake, str(source.quarter)
    editions = lake.partitions("editions", quarter)
    yield (
        "edition",
        [
            rows_of.edition_row(
                one,
                source.catalogue.proposals(one, DEFAULT),
                is_latest=one.folder == source.edition.folder,
            )
            for one in editions
        ],
    )
    yield (
        "edition_in_force",
        rows_of.in_force({"quarter": quarter}, "edition", lake.turns("editions", quarter)),
    )
    yield (
        "source_file",
        [rows_of.source_file(raw, staged, is_in_force=used) for raw, staged, used in source.files()],
    )
    yield (
        "file_in_force",
        [
            row
            for month in source.months
            for row in rows_of.in_force(
                {"data_month": str(month)}, "vintage", lake.turns("checked", str(month))
            )
        ],
    )
    yield (
        "month_hold",
        [
            asdict(entry)
            for month in source.months
            for vintage in lake.children("raw", str(month))
            for entry in holds(source.catalogue, month, vintage)
        ],
    )


def _from_rows(engine: Engine, table: str, rows: Iterable[dict[str, Any]], room: Path) -> None:
    """Make a table of rows under the names of the lake, by way of a file: DuckDB imports pandas to take them itself."""
    columns = schemas()[table]["columns"]
    schema = pa.schema([(column["name"], TYPES[column["type"]][1]) for column in columns])
    path = room / f"{table}.parquet"
    pq.write_table(pa.Table.from_pylist([renamed(table, row) for row in rows], schema), path)
    engine.view("given_rows", path)
    engine.table(table, f"SELECT {', '.join(_casts(table))} FROM given_rows")


def _from_files(engine: Engine, table: str, paths: Sequence[Path], name: str = "") -> None:
    """Make a table of Parquet files of the lake, none of which it may be."""
    if not paths:
        select = NEVER.format(
            columns=", ".join(
                f"CAST(NULL AS {TYPES[column['type']][0]}) AS {column['name']}"
                for column in schemas()[table]["columns"]
            )
        )
        engine.table(name or table, select)
        return
    engine.connection.read_parquet([str(path) for path in paths], union_by_name=True).create_view(
        "given_files", replace=True
    )
    engine.table(name or table, f"SELECT {', '.join(_casts(table, lake_names(table)))} FROM given_files")


def _casts(table: str, names: dict[str, str] | None = None) -> Iterator[str]:
    """The columns of a table in their types, from the names that a source has for them."""
    for column in schemas()[table]["columns"]:
        own = (names or {}).get(column["name"], column["name"])
        yield f'CAST("{own}" AS {TYPES[column["type"]][0]}) AS {column["name"]}'
