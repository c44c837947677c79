"""What registers and learned places say of the workplaces of a month, and the place it gives them."""

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
from sogong_pipeline.sql_engine import Engine, query


@dataclass(frozen=True)
class Building:
    """A building that is a district, by its road and number; the sigungu code is today's."""

    district_id: str
    sigungu_code: str
    road: str
    building_number: str


@cache
def thresholds() -> dict[str, Any]:
    """When a place is learned; see learning.yaml."""
    text = resources.files(__package__).joinpath("learning.yaml").read_text(encoding="utf-8")
    values: dict[str, Any] = yaml.safe_load(text)
    return values


def write_claims(firms: Path, names: Iterable[Settled], buildings: Iterable[Building], target: Path) -> int:
    """Write what each site of the registers says.

    Args:
        firms: `factory_firm` of all registers in force, with `register_version`.
        names: what the names of complexes and centres were settled to.
        buildings: knowledge industry centres by road and number.
        target: the Parquet file to write, `factory_claim`.

    Returns:
        Its rows.
    """
    settled = [one for one in names if one.state == SETTLED]
    held = list(buildings)
    with Engine(target.parent) as engine:
        engine.view("factory_firm", firms)
        engine.connection.register(
            "settled_name",
            pa.table(
                {
                    "name": pa.array([one.name for one in settled], pa.string()),
                    "sigungu_code": pa.array([one.sigungu_code for one in settled], pa.string()),
                    "role": pa.array([one.role for one in settled], pa.string()),
                    "how": pa.array([one.how for one in settled], pa.string()),
                    "district_ids": pa.array(
                        [list(one.district_ids) for one in settled], pa.list_(pa.string())
                    ),
                }
            ),
        )
        engine.connection.register(
            "building",
            pa.table(
                {
                    column: pa.array([getattr(one, column) for one in held], pa.string())
                    for column in ("district_id", "sigungu_code", "road", "building_number")
                }
            ),
        )
        return engine.write(query("factories", "factory_claim"), target)


def join_month(workplace: Path, placed: Path, firms: Path, month: str, target: Path) -> int:
    """Write which rows of the registers the workplaces of a month are.

    Args:
        workplace: staged rows.
        placed: the same rows as addresses alone place them, with today's legal dong and `workplace_id`.
        firms: `factory_firm` of all registers in force, with `register_version`.
        month: the data month, 2026-09.
        target: the Parquet file to write, `joined_firm`.

    Returns:
        Its rows, one per workplace and row of a register.
    """
    names = pq.read_table(workplace, columns=["workplace_name"]).column("workplace_name")
    with Engine(target.parent) as engine:
        engine.view("workplace", workplace)
        engine.view("placed", placed)
        engine.view("factory_firm", firms)
        engine.connection.register("row_name", plain_names(engine, names))
        engine.variables({"data_month": month})
        return engine.write(query("factories", "joined_firm"), target)


def write_address_evidence(joined: Sequence[Path], claims: Path, target: Path) -> int:
    """Write what the registers say of each workplace at each address, over all months of a book.

    Args:
        joined: `joined_firm` of the months.
        claims: `factory_claim`.
        target: the Parquet file to write, `address_evidence`.

    Returns:
        Its rows.
    """
    with Engine(target.parent) as engine:
        engine.view("joined_firm", joined)
        engine.view("factory_claim", claims)
        return engine.write(query("factories", "address_evidence"), target)


def learn_places(address_evidence: Path, target: Path) -> int:
    """Write what joined workplaces teach about places.

    Args:
        address_evidence: `address_evidence` of the months of a book.
        target: the Parquet file to write, `learned_place`.

    Returns:
        Its rows.
    """
    with Engine(target.parent) as engine:
        engine.view("address_evidence", address_evidence)
        engine.variables(thresholds())
        return engine.write(query("factories", "learned_place"), target)


def weigh(workplace: Path, placed: Path, address_evidence: Path, learned_place: Path, target: Path) -> int:
    """Place the workplaces of a month by everything that is known.

    Args:
        workplace: staged rows.
        placed: the same rows as addresses alone place them (`district_member`).
        address_evidence: what registers say of workplaces at their addresses.
        learned_place: what joined workplaces teach about places.
        target: the Parquet file to write, `district_member`.

    Returns:
        Its rows, as many as `placed` has and in the same order.
    """
    with Engine(target.parent) as engine:
        engine.view("workplace", workplace)
        engine.view("placed", placed)
        engine.view("address_evidence", address_evidence)
        engine.view("learned_place", learned_place)
        engine.variables({**thresholds(), "has_register": True})
        return engine.write(query("factories", "weighed_member"), target)
