"""Counts in a lake: versions, what a refused load leaves, the tables in lake and warehouse, and pages that follow."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from sogong_pipeline.clusters.counts import COUNT_COLUMNS, Count, write_rows
from sogong_pipeline.clusters.in_lake import counts_in_force, current_clusters, read_clusters, read_shares
from sogong_pipeline.clusters.lists import centres
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.upkeep.clean import clean, removable
from sogong_pipeline.upkeep.remake import mend
from sogong_pipeline.upkeep.verify import verify
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
        ([count("강원특별자치도 강릉시 없는동", "10", 45)], "is not an 읍면동"),
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


def test_the_register_that_was_loaded_is_counted(pipeline: Installation, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="run `sogong factories load FILE` first"):
        pipeline.clusters.load_factories()
    rows = [
        {"register_version": "new", "site": site, "emd_code": "51150250", "complex_name": complex_name,
         "centre_name": None, "main_industry": industry, "industry_codes": "10213,10219", "industry_revision": "10",
         "declared_workers": workers}
        for site, complex_name, industry, workers in (
            (1, "주문진농공단지", "10213", "4"),
            (1, None, None, "1,200"),
            (2, None, "10213", "4"),
            (1, None, "47111", "2"),
        )
    ]  # fmt: skip
    old = {**rows[0], "register_version": "old"}

    def put(layer: str, key: str, facts: dict[str, object], name: str, table: pa.Table) -> None:
        def build(workspace: Path) -> Built:
            pq.write_table(table, workspace / f"{name}.parquet")
            return Built({name: workspace / f"{name}.parquet"}, facts)

        pipeline.lake.ensure(layer, (key,), inputs={"version": key}, recorded_at=pipeline.now(), build=build)

    empty = pa.table({"row_number": [1]})
    put(
        "registers",
        "0001-old",
        {"version": "old", "role": "register", "as_of": "2024-12-31"},
        "register",
        empty,
    )
    put(
        "registers",
        "0002-new",
        {"version": "new", "role": "register", "as_of": "2025-12-31"},
        "register",
        empty,
    )
    put(
        "registers",
        "0003-centres",
        {"version": "c", "role": "centres", "as_of": "2025-12-31"},
        "register",
        empty,
    )
    put("firms", "both", {}, "factory_firm", pa.Table.from_pylist([*rows, old]))
    _, is_new, messages = pipeline.clusters.load_factories()
    assert is_new
    assert messages == ["register new: 1 firms of no division of manufacturing"]
    (row,) = read_clusters(pipeline.clusters.build()[0])
    assert (row.source, row.reference_year, row.dong, row.division) == (
        "factory_register",
        2025,
        "주문진읍",
        "10",
    )
    assert (row.est_small, row.est_all, row.reaches, row.scope) == (1, 2, "unknown", "all_locations")


def official_list(path: Path, names: list[str]) -> Path:
    rows = [f"{number},{name},기관 {number},어딘가 {number}-1" for number, name in enumerate(names)]
    path.write_text("\n".join(["연번,센터명,운영기관,주소", *rows, ""]), encoding="cp949")
    return path


def test_an_official_list_is_kept_without_addresses_and_our_centres_follow_it(
    pipeline: Installation, tmp_path: Path
) -> None:
    steps = pipeline.clusters
    running = [one for one in centres() if one.kind in {"trade", "shared"} and one.until is None]
    gone = next(one for one in running if one.name.startswith("김해 도자"))
    names = [one.name for one in running if one is not gone]
    jinrye = count("경상남도 김해시 진례면", "23", 60, year=2025)
    steps.load([write(tmp_path / "a.csv", jinrye)])
    first, _ = steps.build()
    assert [row.centre_ids for row in read_clusters(first)] == [gone.centre_id]
    version, is_new, changes = steps.load_official(official_list(tmp_path / "x_20270131.csv", names))
    assert is_new
    assert ("gone", gone.name) in {(one.change, one.name) for one in changes}
    kept = pipeline.lake.partitions("centre_lists")[0]
    assert "어딘가" not in kept.path("centres").read_text(encoding="utf-8")
    assert kept.facts == {
        "version": version,
        "as_of": "2027-01-31",
        "file_name": "x_20270131.csv",
        "centres": 39,
    }
    assert steps.load_official(tmp_path / "x_20270131.csv") == (version, False, [])
    second, is_changed = steps.build()
    assert is_changed
    assert second.folder != first.folder
    pipeline.warehouse.load_clusters()
    query = text("SELECT until, status_as_of, operator FROM small_manufacturer_centre WHERE centre_id = :one")
    with pipeline.warehouse.engine.connect() as connection:
        assert connection.execute(query, {"one": gone.centre_id}).one() == (
            "2027-01-31", "2027-01-31", gone.operator
        )  # fmt: skip
        assert connection.execute(query, {"one": running[0].centre_id}).one()[2] == "기관 0"
    for file, said in (
        (official_list(tmp_path / "list.csv", names), "no day such as _20260731; give it as --as-of"),
        (official_list(tmp_path / "x_20261231.csv", names), "older than that of 2027-01-31"),
        (official_list(tmp_path / "x_20270731.csv", names[:5]), "it lists 5 centres of 39 that run"),
    ):
        with pytest.raises(RefusedError, match=said):
            steps.load_official(file)
    assert len(pipeline.lake.partitions("centre_lists")) == 1


def test_superseded_tables_may_go_and_damaged_ones_are_made_again(
    pipeline: Installation, tmp_path: Path
) -> None:
    steps = pipeline.clusters
    steps.load([write(tmp_path / "a.csv", count(TOWN, "10", 45))])
    first, _ = steps.build()
    assert removable(pipeline) == []
    steps.load([write(tmp_path / "b.csv", count(TOWN, "10", 39))])
    second, _ = steps.build()
    found = removable(pipeline)
    assert [one.name for one in found] == [first.folder]
    assert clean(pipeline, found) > 0
    assert [one.folder for one in pipeline.lake.partitions("clusters")] == [second.folder]
    assert len(pipeline.lake.partitions("counts")) == 2
    content = second.path("cluster").read_bytes()
    second.path("cluster").write_bytes(b"damaged")
    damage = [one for one in verify(pipeline.lake).damaged if one.file.parts[0] == "clusters"]
    assert damage
    mend(pipeline, damage)
    assert current_clusters(pipeline) == second
    assert second.path("cluster").read_bytes() == content
