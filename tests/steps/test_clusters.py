"""Counts in a lake: versions, what a refused load leaves, the tables in lake and warehouse, and pages that follow."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from sogong_pipeline.clusters.counts import COUNT_COLUMNS, Count, write_rows
from sogong_pipeline.clusters.in_lake import counts_in_force, current_clusters, read_clusters, read_shares
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.tables import schemas
from tests.clusters.rows import count

TOWN, OTHER = "강원특별자치도 강릉시 주문진읍", "강원특별자치도 원주시 문막읍"


def write(path: Path, *rows: Count) -> Path:
    path.write_text(write_rows(rows, COUNT_COLUMNS), encoding="utf-8")
    return path


def test_every_load_is_kept_and_the_last_of_a_place_counts(pipeline: Installation, tmp_path: Path) -> None:
    steps = pipeline.clusters
    first, is_new, _ = steps.load([write(tmp_path / "a.csv", count(TOWN, "10", 45), count(OTHER, "25", 3))])
    assert is_new
    second, is_new, _ = steps.load([write(tmp_path / "b.csv", count(TOWN, "10", 39))])
    assert is_new
    assert steps.load([tmp_path / "b.csv"])[:2] == (second, False)
    assert [one["version"] for one in steps.loaded()] == [first, second]
    assert {row.establishments for row in counts_in_force(pipeline).counts} == {39, 3}
    assert {row.establishments for row in counts_in_force(pipeline, first).counts} == {45, 3}
    kept = pipeline.lake.partitions("counts")[0]
    assert kept.path("given0").read_bytes() == (tmp_path / "a.csv").read_bytes()
    with pytest.raises(RefusedError, match="counts 123 are not in the lake"):
        counts_in_force(pipeline, "123")


def test_a_refused_load_changes_nothing(pipeline: Installation, tmp_path: Path) -> None:
    pipeline.clusters.load([write(tmp_path / "a.csv", count(TOWN, "10", 45))])
    for rows, said in (
        ([count("강원특별자치도 강릉시 없는동", "10", 45)], "is no 읍면동"),
        ([count(TOWN, "10", 45), count(TOWN, "10", 45, size="1-4", ksic_revision="11")], "is in KSIC 11"),
    ):
        with pytest.raises(RefusedError, match=said):
            pipeline.clusters.load([write(tmp_path / "b.csv", *rows)])
    with pytest.raises(RefusedError, match="is in two of the files"):
        pipeline.clusters.load([tmp_path / "a.csv", write(tmp_path / "c.csv", count(TOWN, "10", 45))])
    assert len(pipeline.clusters.loaded()) == 1


def test_the_tables_have_the_columns_of_their_schemas(pipeline: Installation, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="no count of small manufacturers is loaded"):
        pipeline.clusters.build()
    pipeline.clusters.load(
        [write(tmp_path / "a.csv", count(TOWN, "10", 45, workers=120), count(OTHER, "25", None))]
    )
    built, is_changed = pipeline.clusters.build()
    assert is_changed
    for table in ("cluster", "cluster_share", "cluster_month"):
        names = [column["name"] for column in schemas()[table]["columns"]]
        assert pq.read_schema(built.path(table)).names == names
        nullable = {column["name"] for column in schemas()[table]["columns"] if column.get("nullable")}
        for row in pq.read_table(built.path(table)).to_pylist():
            assert {name for name, value in row.items() if value is None} <= nullable
    assert {row.dong: row.reaches for row in read_clusters(built)} == {"주문진읍": "yes", "문막읍": "unknown"}
    assert {row.level for row in read_shares(built)} == {"nation", "sido", "sigungu"}
    again, is_changed = pipeline.clusters.build()
    assert (again.digest, is_changed) == (built.digest, False)
    assert current_clusters(pipeline) == again


def test_the_warehouse_has_what_the_lake_has(pipeline: Installation, tmp_path: Path) -> None:
    pipeline.clusters.load([write(tmp_path / "a.csv", count(TOWN, "10", 45, workers=120))])
    pipeline.clusters.build()
    pipeline.warehouse.load_clusters()
    with pipeline.warehouse.engine.connect() as connection:
        (row,) = connection.execute(text("SELECT dong, est_small, workers_small, reaches FROM cluster")).all()
        assert tuple(row) == ("주문진읍", 45, 120, "yes")
        counts = {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()
            for table in ("cluster_share", "cluster_designation", "small_manufacturer_centre")
        }
    assert counts == {"cluster_share": 6, "cluster_designation": 42, "small_manufacturer_centre": 61}
    pipeline.warehouse.rebuild()
    with pipeline.warehouse.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM cluster")).scalar() == 1
