"""Build the cluster tables from the counts in force and the monthly small corporations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from sogong_pipeline.clusters.cells import Cell, gather
from sogong_pipeline.clusters.lists import Lists
from sogong_pipeline.clusters.loads import Load
from sogong_pipeline.clusters.proxy import Proxy
from sogong_pipeline.clusters.shares import Share, shares
from sogong_pipeline.clusters.table import Cluster, clusters, key_of
from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Month
from sogong_pipeline.sql_engine import SQL

TABLES = ("cluster", "cluster_share", "cluster_month")
TYPES: Mapping[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "decimal_1": pa.decimal128(14, 1),
    "decimal_2": pa.decimal128(12, 2),
}


def build_clusters(
    load: Load, months: Mapping[Month, Path], lists: Lists | None = None, *, workspace: Path
) -> Built:
    """Build the three cluster tables: judged dongs, shares, and monthly small corporations of the shown clusters.

    Args:
        load: counts and owners in force.
        months: `corporate_small_manufacturer` files by month; may be empty.
        lists: designations and centres; the shipped tables by default.
        workspace: empty folder for the output files.

    Returns:
        `cluster`, `cluster_share`, `cluster_month` (sql/clusters).
    """
    cells = gather(load.counts, load.owners)
    proxy = read_proxy(months) if months else None
    rows = clusters(cells, proxy, lists)
    files = {name: workspace / f"{name}.parquet" for name in TABLES}
    _write("cluster", map(_as_row, rows), files["cluster"])
    _write("cluster_share", map(_as_row, shares(cells)), files["cluster_share"])
    _write("cluster_month", _monthly(rows, cells, proxy), files["cluster_month"])
    return Built(
        files,
        {
            "rows": len(rows),
            "reaching": sum(row.reaches == "yes" for row in rows),
            "years": sorted({row.reference_year for row in rows}),
            "sources": sorted({row.source for row in rows}),
            "months": [str(month) for month in sorted(months)],
        },
    )


def read_proxy(months: Mapping[Month, Path]) -> Proxy:
    """Read the small corporations of several months."""
    return Proxy(
        {
            month: [
                (row["emd_code"], row["division"], row["corporations"])
                for row in pq.read_table(path).to_pylist()
            ]
            for month, path in months.items()
        }
    )


def is_shown(row: Cluster) -> bool:
    """Return True if a dong and division gets a card: it reaches or is near, is designated or has a centre."""
    return (
        row.reaches == "yes"
        or bool(row.near)
        or row.designated == "yes"
        or bool(row.centre_ids or row.complex_centre_ids)
    )


def newest_of_sources(rows: Iterable[Cluster]) -> list[Cluster]:
    """Return the rows of the newest year of each source and 시군구."""
    rows = list(rows)
    newest: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row.source, row.sigungu_today)
        newest[key] = max(newest.get(key, 0), row.reference_year)
    return [row for row in rows if row.reference_year == newest[row.source, row.sigungu_today]]


def _monthly(rows: Sequence[Cluster], cells: Iterable[Cell], proxy: Proxy | None) -> list[dict[str, Any]]:
    if proxy is None:
        return []
    places = {key_of(cell): cell.place for cell in cells}
    months_of_clusters = []
    for row in newest_of_sources(rows):
        seen = proxy.of(places[row.key], row.division) if is_shown(row) else None
        if seen:
            months_of_clusters += [
                {
                    "source": row.source,
                    "area_code": row.area_code,
                    "division": row.division,
                    "data_month": str(month),
                    "corporate_3_9": count,
                }
                for month, count in seen.series
            ]
    return sorted(months_of_clusters, key=lambda one: tuple(map(str, one.values()))[:4])


def _as_row(record: Cluster | Share) -> dict[str, Any]:
    """Return the columns of a record; `dataclasses.asdict` would copy every value deeply."""
    return {name: getattr(record, name) for name in record.__slots__}


def _write(table: str, rows: Iterable[Mapping[str, Any]], target: Path) -> None:
    pq.write_table(pa.Table.from_pylist(list(rows), schema=_schema(table)), target, compression="zstd")


@cache
def _schema(table: str) -> pa.Schema:
    columns = yaml.safe_load((SQL / "clusters" / table / "schema.yaml").read_text(encoding="utf-8"))[
        "columns"
    ]
    return pa.schema([(column["name"], TYPES[column["type"]]) for column in columns])
