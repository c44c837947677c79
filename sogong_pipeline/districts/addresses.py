"""The address book of a month: its distinct addresses in today's regions, and the address of every row.

Nothing of it depends on districts, so it is made once, however many registries place the month.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from sogong_pipeline.districts.columns import (
    Numbers,
    coded,
    codes,
    combined,
    in_order,
    read_coded,
    taken,
    write_rows,
)
from sogong_pipeline.factories.evidence import dong_tables
from sogong_pipeline.industries.divisions import rule_table
from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Month
from sogong_pipeline.regions.crosswalk import sigungu_on
from sogong_pipeline.regions.reference import regions
from sogong_pipeline.sql_engine import Engine, query

ADDRESS, OF_ROWS = "address", "workplace_address"
WRITTEN = ("legal_dong_code", "lot_address", "road_address", "postal_code")
"""The columns of a row that are its address."""


@dataclass(frozen=True)
class Addresses:
    """The address book of a month as files: `address` and `workplace_address` (sql/addresses)."""

    address: Path
    workplace_address: Path


def list_addresses(workplace: Path, month: Month, workspace: Path) -> Built:
    """List the distinct addresses of a staged month.

    Args:
        workplace: staged rows (sql/staged/workplace).
        month: the data month, for the regions of its time.
        workspace: an empty folder to write in.

    Returns:
        `address`, one row per distinct address, and `workplace_address`, one row per staged row in its order.
    """
    files = {table: workspace / f"{table}.parquet" for table in (ADDRESS, OF_ROWS)}
    rows = read_coded(
        workplace, ("row_number", *WRITTEN, "sido_code", "industry_code", "status", "subscribers")
    )
    first, address = in_order(*combined([codes(rows[name]) for name in WRITTEN]))
    with Engine(workspace) as engine:
        places = _places(engine, rows, first, month)
        engine.connection.register(
            "written", pa.table({name: taken(rows[name], first).cast(pa.string()) for name in WRITTEN})
        )
        keys = engine.execute(query("addresses", "address_key")).to_arrow_table()
        table = {
            "address_number": pa.array(np.arange(len(first)), pa.int32()),
            "address_key": keys["address_key"],
            "rows": np.bincount(address, minlength=len(first)),
            **places,
            **{name: taken(rows[name], first) for name in ("postal_code", "lot_address", "road_address")},
            "road": _roads(rows["road_address"], first),
        }
        write_rows(pa.table(table), files[ADDRESS])
        of_rows = {
            "row_number": rows["row_number"],
            "address_number": pa.array(address, pa.int32()),
            "sido_code": _sidos(places["sigungu_code_today"], address, rows["sido_code"]),
            "division": _divisions(engine, rows["industry_code"]),
            **_sizes(engine, rows),
        }
    count = write_rows(pa.table(of_rows), files[OF_ROWS])
    return Built(files, {"rows": count, "addresses": len(first)})


def _places(engine: Engine, rows: pa.Table, first: Numbers, month: Month) -> dict[str, pa.DictionaryArray]:
    """Where each address lies, from the columns that tell it, in today's regions and those of the month."""
    names = ("legal_dong_code", "lot_address")
    columns = [taken(rows[name], first) for name in names]
    distinct, place = combined([codes(column) for column in columns])
    written = {
        name: taken(column, distinct).cast(pa.string()) for name, column in zip(names, columns, strict=True)
    }
    for name, table in {
        **dong_tables(),
        "sigungu_then": sigungu_on(month.last_day),
        "region": _regions(),
        "industry_rule": rule_table(),
        "written": pa.table({"place_number": np.arange(len(distinct)), **written}),
    }.items():
        engine.connection.register(name, table)
    located = engine.execute(query("addresses", "place")).to_arrow_table()
    return {name: taken(located[name], place) for name in located.column_names}


def _roads(published: pa.ChunkedArray, first: Numbers) -> pa.DictionaryArray:
    """The road of each address: the last word."""
    roads = [text.rsplit(" ", 1)[-1] for text in coded(published).dictionary.to_pylist()]
    return taken(pa.array([*roads, None], pa.string()), codes(published)[first])


def _sidos(today: pa.DictionaryArray, address: Numbers, published: pa.ChunkedArray) -> pa.DictionaryArray:
    """Today's 시도 of each row: of its address, else of the code it has itself, which stays where it is unknown."""
    of_places, of_codes = today, coded(published)
    successors = dict(zip(*(_regions()[name].to_pylist() for name in _regions().column_names), strict=True))
    first, case = combined([codes(of_places)[address], codes(of_codes)])
    places = taken(of_places, address[first]).to_pylist()
    sidos = [
        place[:2] if place else successors.get(code) or code
        for place, code in zip(places, taken(of_codes, first).to_pylist(), strict=True)
    ]
    return taken(pa.array(sidos, pa.string()), case)


def _divisions(engine: Engine, published: pa.ChunkedArray) -> pa.DictionaryArray:
    """The division of each row."""
    industries = coded(published).dictionary.to_pylist()
    table = {
        "industry_number": np.arange(len(industries) + 1),
        "industry_code": pa.array([*industries, None], pa.string()),
    }
    engine.connection.register("industry", pa.table(table))
    divisions = engine.execute(query("addresses", "row_trade")).to_arrow_table()
    return taken(divisions["division"], codes(published))


def _sizes(engine: Engine, rows: pa.Table) -> dict[str, pa.Array]:
    """The size band of each row, and whether it is counted."""
    counts = [rows[name].combine_chunks() for name in ("status", "subscribers")]
    first, size = combined([codes(column) for column in counts])
    status, subscribers = (column.take(pa.array(first)) for column in counts)
    table = {"size_number": np.arange(len(first)), "status": status, "subscribers": subscribers}
    engine.connection.register("size", pa.table(table))
    sizes = engine.execute(query("addresses", "row_size")).to_arrow_table()
    counted = sizes["is_counted"].combine_chunks().take(pa.array(size))
    return {"size_band": taken(sizes["size_band"], size), "is_counted": counted}


@cache
def _regions() -> pa.Table:
    """Old and living codes of 시도 and 시군구 with today's code where the change was one to one."""
    return pa.table(
        {
            "region_code": pa.array([region.region_code for region in regions()], pa.string()),
            "successor_code": pa.array([region.successor_code for region in regions()], pa.string()),
        }
    )
