"""Evidence from registers: districts named at workplaces' addresses, and places learned from joined workplaces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from sogong_pipeline.factories.firms import plain_names
from sogong_pipeline.factories.names import SETTLED, Settled
from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Month
from sogong_pipeline.regions.crosswalk import divided_codes, today_of_codes, today_of_names
from sogong_pipeline.sql_engine import Engine, query


@dataclass(frozen=True)
class Building:
    """A building that forms a district, by its road and number; the sigungu code is today's."""

    district_id: str
    sigungu_code: str
    road: str
    building_number: str


@cache
def thresholds() -> dict[str, Any]:
    """Return the thresholds for learning a place; see learning.yaml."""
    text = resources.files(__package__).joinpath("learning.yaml").read_text(encoding="utf-8")
    values: dict[str, Any] = yaml.safe_load(text)
    return values


def join_month(workplace: Path, trace: Path, firms: Path, month: Month, workspace: Path) -> Built:
    """Join the workplaces of a month to rows of the registers.

    Args:
        workplace: staged rows (sql/staged/workplace).
        trace: their identifiers (sql/traced/workplace_trace).
        firms: `factory_firm` of all registers in force.
        month: the data month.
        workspace: an empty folder to write in.

    Returns:
        `joined_firm` (sql/joined/joined_firm): one row per workplace and site of a register's row.
    """
    names = pq.read_table(workplace, columns=["workplace_name"]).column("workplace_name")
    target = workspace / "joined_firm.parquet"
    with Engine(workspace) as engine:
        engine.view("workplace", workplace)
        engine.view("workplace_trace", trace)
        engine.view("factory_firm", firms)
        for name, table in dong_tables().items():
            engine.connection.register(name, table)
        engine.connection.register("row_name", plain_names(engine, names))
        engine.variables({"data_month": str(month)})
        rows = engine.write(query("joined", "joined_firm"), target)
    return Built({"joined_firm": target}, {"rows": rows})


def dong_tables() -> dict[str, pa.Table]:
    """Return published codes and names of legal dongs, from which today's code is derived."""
    return {"dong_today": today_of_codes(), "dong_divided": divided_codes(), "name_today": today_of_names()}


def write_claims(
    firms: Path, names: Iterable[Settled], buildings: Iterable[Building], target: Path, workspace: Path
) -> int:
    """Write the district claim of each site of the registers; return the number of rows.

    Args:
        firms: `factory_firm` of all registers in force.
        names: settled names of complexes and centres.
        buildings: knowledge industry centres by road and number.
        target: the Parquet file to write, `factory_claim`.
        workspace: a folder for spilled data.
    """
    settled = [one for one in names if one.state == SETTLED]
    with Engine(workspace) as engine:
        engine.view("factory_firm", firms)
        engine.connection.register("settled_name", name_table(settled))
        engine.connection.register("building", _texts(BUILDING, list(buildings)))
        return engine.write(query("book", "factory_claim"), target)


BUILDING = ("district_id", "sigungu_code", "road", "building_number")


def name_table(names: Sequence[Settled]) -> pa.Table:
    """Return `factory_name` (sql/book/factory_name): the result for each name, in the order given."""
    table = _texts(("name", "sigungu_code", "role", "state", "how", "reason"), names)
    ids = pa.array([list(one.district_ids) for one in names], pa.list_(pa.string()))
    firms = pa.array([one.firms for one in names], pa.int32())
    return table.append_column("firms", firms).append_column("district_ids", ids)


def _texts(columns: Sequence[str], rows: Sequence[object]) -> pa.Table:
    return pa.table({name: pa.array([getattr(row, name) for row in rows], pa.string()) for name in columns})


def write_address_evidence(joined: Sequence[Path], claims: Path, target: Path, workspace: Path) -> int:
    """Write the registers' evidence on each workplace at each address, over all months of a book.

    Args:
        joined: `joined_firm` of the months.
        claims: `factory_claim`.
        target: the Parquet file to write, `address_evidence`.
        workspace: a folder for spilled data.

    Returns:
        The number of rows.
    """
    with Engine(workspace) as engine:
        engine.view("joined_firm", joined)
        engine.view("factory_claim", claims)
        return engine.write(query("book", "address_evidence"), target)


def learn_places(address_evidence: Path, target: Path, workspace: Path) -> int:
    """Write the places learned from joined workplaces; return the number of rows.

    Args:
        address_evidence: `address_evidence` of the months of a book.
        target: the Parquet file to write, `learned_place`.
        workspace: a folder for spilled data.
    """
    with Engine(workspace) as engine:
        engine.view("address_evidence", address_evidence)
        engine.variables(thresholds())
        return engine.write(query("book", "learned_place"), target)
