"""What a version has that the one before had not: corrected months, moved districts, stages, decisions, schema."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import sha256_of
from sogong_pipeline.lake.store import Store
from sogong_pipeline.sql_engine import Engine

Kind = Literal["file", "month", "district", "stage", "decision", "status", "schema"]
COMPARED = ("fact_district_month", "fact_region_month", "stage_proposal", "stage_decision", "source_file")
"""The tables whose rows are compared. What follows from them, such as ratios to the nation, is not named again."""
NOT_COMPARED = {"edition"}
"""Columns that differ in every row of another edition."""


@dataclass(frozen=True, order=True)
class Change:
    """One change: of what kind, of which month, district or table, in what, from what to what."""

    kind: Kind
    key: str
    what: str
    before: str = ""
    after: str = ""


def changes(
    place: Store, previous: Mapping[str, Any], folder: Path, status: str, workspace: Path
) -> list[Change]:
    """Compare a new release of a quarter with the one before.

    Args:
        place: where the earlier version lies.
        previous: its data package.
        folder: the new release.
        status: draft or final, of the new one.
        workspace: an empty folder to write in.

    Raises:
        RefusedError: when a file of the earlier version is missing or damaged.
    """
    before = previous["sogong"]["status"]
    found: list[Change] = []
    if before != status:
        found.append(Change("status", previous["sogong"]["quarter"], "status", before, status))
    with Engine(workspace) as engine:
        for table in COMPARED:
            old = _fetched(place, previous, table, workspace)
            if old is None:
                return sorted(found)  # a table came or went: the changes of the schema say so
            engine.view(f"old_{table}", old)
            engine.view(f"new_{table}", folder / "data" / f"{table}.parquet")
        found += [*_files(engine), *_moved(engine), *_stages(engine), *_decisions(engine)]
    return sorted(found)


def schema_changes(previous: Mapping[str, Any], package: Mapping[str, Any]) -> list[Change]:
    """Tables and columns that came, went, or have another type, between two data packages."""
    old, new = _types(previous), _types(package)
    return [
        Change("schema", table, column, old.get((table, column), ""), new.get((table, column), ""))
        for table, column in sorted({*old, *new})
        if old.get((table, column)) != new.get((table, column))
    ]


def as_csv(found: Sequence[Change]) -> str:
    """The changes as CSV."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("kind", "key", "what", "before", "after"))
    writer.writerows(map(astuple, found))
    return text.getvalue()


def _types(package: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (resource["name"], field["name"]): field["type"]
        for resource in package["resources"]
        for field in resource["schema"]["fields"]
    }


def _fetched(place: Store, package: Mapping[str, Any], table: str, workspace: Path) -> Path | None:
    """A table of an earlier version, copied here; None where it had none."""
    described = next((one for one in package["resources"] if one["name"] == table), None)
    if described is None:
        return None
    name = PurePosixPath(package["sogong"]["quarter"], package["version"], described["parquet"]["path"])
    target = workspace / f"{table}.parquet"
    target.write_bytes(place.read_bytes(name) or b"")
    if f"sha256:{sha256_of(target)}" != described["parquet"]["hash"]:
        raise RefusedError(
            f"{place.address}/{name} is not what its data package says; restore it from a copy, or release to "
            "another place with --out"
        )
    return target


def _files(engine: Engine) -> Iterator[Change]:
    rows = engine.rows(
        """
        SELECT coalesce(n.data_month, o.data_month) AS data_month, o.vintage AS old, n.vintage AS new
        FROM (SELECT * FROM new_source_file WHERE is_in_force) AS n
        FULL JOIN (SELECT * FROM old_source_file WHERE is_in_force) AS o ON o.data_month = n.data_month
        WHERE n.vintage IS DISTINCT FROM o.vintage
        """
    )
    for row in rows:
        yield Change("file", row["data_month"], "vintage", row["old"] or "", row["new"] or "")


def _moved(engine: Engine) -> Iterator[Change]:
    """Months whose figures are others, and districts with the months in which theirs are."""
    districts = _differing(engine, "fact_district_month", "district_id, data_month")
    regions = _differing(engine, "fact_region_month", "data_month")
    months = {row["data_month"] for row in (*districts, *regions)}
    for month in months:
        yield Change("month", month, "figures")
    by_district: dict[str, list[str]] = {}
    for row in districts:
        by_district.setdefault(row["district_id"], []).append(row["data_month"])
    for district, moved in by_district.items():
        yield Change("district", district, "|".join(sorted(moved)))


def _differing(engine: Engine, table: str, keys: str) -> list[dict[str, Any]]:
    """The keys of rows that one version has and the other has not, over the columns that both have."""
    shared = [name for name in _columns(engine, f"new_{table}") if name in _columns(engine, f"old_{table}")]
    names = ", ".join(name for name in shared if name not in NOT_COMPARED)
    new, old = (f"SELECT {names} FROM {version}_{table}" for version in ("new", "old"))
    return engine.rows(
        f"SELECT DISTINCT {keys} FROM (({new} EXCEPT {old}) UNION ALL ({old} EXCEPT {new})) ORDER BY ALL"
    )


def _columns(engine: Engine, view: str) -> list[str]:
    return [row["column_name"] for row in engine.rows(f"DESCRIBE {view}")]


def _stages(engine: Engine) -> Iterator[Change]:
    rows = engine.rows(
        """
        SELECT coalesce(n.district_id, o.district_id) AS district_id, coalesce(n.rule_set, o.rule_set) AS rule_set,
            o.stage AS old, n.stage AS new
        FROM new_stage_proposal AS n
        FULL JOIN old_stage_proposal AS o ON o.district_id = n.district_id AND o.rule_set = n.rule_set
        WHERE n.stage IS DISTINCT FROM o.stage
        """
    )
    for row in rows:
        yield Change("stage", row["district_id"], row["rule_set"], row["old"] or "", row["new"] or "")


def _decisions(engine: Engine) -> Iterator[Change]:
    rows = engine.rows(
        """
        SELECT n.district_id, n.period, n.proposed_stage, n.decided_stage
        FROM new_stage_decision AS n
        ANTI JOIN old_stage_decision AS o
            ON o.district_id = n.district_id AND o.period = n.period AND o.record_number = n.record_number
        """
    )
    for row in rows:
        yield Change(
            "decision", row["district_id"], row["period"], row["proposed_stage"], row["decided_stage"]
        )
