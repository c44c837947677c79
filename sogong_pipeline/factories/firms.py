"""`factory_firm`: the rows of a register, each site with its plain name, legal dong, road and number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sogong_pipeline.factories.addresses import WAYS, sites_of
from sogong_pipeline.factories.forms import no_complex
from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.sql_engine import Engine

KEPT = (
    "firm_name",
    "complex_name",
    "centre_name",
    "road_address",
    "lot_address",
    "registration",
    "first_approved_on",
    "first_registered_on",
    "registered_on",
    "moved_in_on",
    "factory_number",
    "main_industry",
    "industry_codes",
    "industry_revision",
    "manufacturing_area",
    "declared_workers",
)
"""Columns of a register stored for a firm, in their order; null where a form lacks the column."""
DATES = ("first_approved_on", "first_registered_on", "registered_on", "moved_in_on")


def build_firms(registers: Sequence[tuple[str, Path]], workspace: Path) -> Built:
    """Write the firms of all registers in force as one table.

    Args:
        registers: version and rows (`reading.Register.rows`) of each.
        workspace: an empty folder to write in.

    Returns:
        `factory_firm` (sql/firms/factory_firm); among its facts the rows by the way their legal dong was read, each
        row counted once, by its first site.
    """
    ways: Counter[str] = Counter()
    parts = []
    for version, rows in registers:
        table, counted = _firms(pq.read_table(rows), workspace)
        versions = pa.array([version] * table.num_rows, pa.string())
        parts.append(table.add_column(0, "register_version", versions))
        ways += counted
    target = workspace / "factory_firm.parquet"
    pq.write_table(pa.concat_tables(parts), target, compression="zstd")
    return Built({"factory_firm": target}, {"rows": ways.total(), "ways": {way: ways[way] for way in WAYS}})


def _firms(read: pa.Table, workspace: Path) -> tuple[pa.Table, Counter[str]]:
    sited, ways = _sites(read)
    columns = pa.table({name: _column(read, name) for name in ("row_number", *KEPT)})
    with Engine(workspace) as engine:
        engine.connection.register("kept", columns)
        engine.connection.register("sited", sited)
        engine.connection.register("named", plain_names(engine, columns.column("firm_name")))
        table = engine.execute(
            f"""
            SELECT row_number, site, plain_name, sigungu_codes, legal_dong_codes, dong_way, emd_code, road,
                building_number, {", ".join(KEPT)}
            FROM kept JOIN sited USING (row_number) LEFT JOIN named ON named.name = kept.firm_name
            ORDER BY row_number, site
            """
        ).to_arrow_table()
    return table, ways


def plain_names(engine: Engine, names: pa.ChunkedArray) -> pa.Table:
    """Return distinct names with their join keys: `name`, `plain_name` (`factory_name` in sql/macros.sql)."""
    distinct = pc.unique(names).drop_null()
    table = pa.table({"name": distinct, "composed": pc.utf8_normalize(distinct, form="NFKC")})
    engine.connection.register("written", table)
    return engine.execute("SELECT name, factory_name(composed) AS plain_name FROM written").to_arrow_table()


def _column(read: pa.Table, name: str) -> pa.ChunkedArray | pa.Array:
    """Return a column as read, null where the form lacks it or a complex name denotes no complex."""
    if name not in read.column_names:
        return pa.nulls(read.num_rows, pa.date32() if name in DATES else pa.string())
    column = read.column(name)
    if name not in {"complex_name", "centre_name"}:
        return column
    blank = pc.is_in(column, value_set=pa.array(sorted(no_complex()), pa.string()))
    return pc.if_else(blank, pa.scalar(None, pa.string()), column)


def _sites(read: pa.Table) -> tuple[pa.Table, Counter[str]]:
    """Return the location of each row, a row per site, and the number of rows by way of reading."""
    count = read.num_rows

    def texts(name: str) -> list[str | None]:
        return read.column(name).to_pylist() if name in read.column_names else [None] * count

    rows: list[tuple[int, int, list[str], list[str], str, str | None, str | None, str | None]] = []
    ways: Counter[str] = Counter()
    regions = zip(texts("sido_name"), texts("sigungu_name"), strict=True)
    addresses = zip(
        read.column("row_number").to_pylist(),
        texts("road_address"),
        texts("lot_address"),
        regions,
        strict=True,
    )
    for number, road, lot, (sido, sigungu) in addresses:
        sites = sites_of(road, lot, f"{sido or ''} {sigungu or ''}".strip())
        ways[sites[0].way] += 1
        rows += [
            (
                number,
                at,
                list(site.sigungu_codes),
                list(site.legal_dong_codes),
                site.way,
                site.emd_code,
                site.road,
                site.number,
            )
            for at, site in enumerate(sites, start=1)
        ]
    schema = pa.schema(
        [
            ("row_number", pa.int32()),
            ("site", pa.int16()),
            ("sigungu_codes", pa.list_(pa.string())),
            ("legal_dong_codes", pa.list_(pa.string())),
            ("dong_way", pa.string()),
            ("emd_code", pa.string()),
            ("road", pa.string()),
            ("building_number", pa.string()),
        ]
    )
    columns = list(zip(*rows, strict=True))
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema), ways


def names_in(firms: Path) -> dict[tuple[str, str, str], int]:
    """Count the rows of registers that carry each name of a complex or centre.

    Args:
        firms: `factory_firm`; a row with several sites takes the sigungu of the first.

    Returns:
        Rows by name, today's sigungu code (blank where the address names none, or a divided one) and role.
    """
    columns = ["site", "sigungu_codes", "complex_name", "centre_name"]
    counted: Counter[tuple[str, str, str]] = Counter()
    for row in pq.read_table(firms, columns=columns, filters=[("site", "=", 1)]).to_pylist():
        sigungu = row["sigungu_codes"][0] if len(row["sigungu_codes"]) == 1 else ""
        for role in ("complex", "centre"):
            if name := row[f"{role}_name"]:
                counted[name, sigungu, role] += 1
    return dict(sorted(counted.items()))
