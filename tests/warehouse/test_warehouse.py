from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import Connection, MetaData, inspect, text

from sogong_pipeline.districts.loaded import registry_in_force
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.orphans import MANIFEST
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.fit import left_out
from sogong_pipeline.warehouse.load import Warehouse
from sogong_pipeline.warehouse.tables import in_lake_names, metadata, schemas
from sogong_pipeline.warehouse.views import latest_views, views
from tests.steps.test_steps import QUARTER, load_registry, month_file
from tests.support.editions import proposals_of

pytestmark = pytest.mark.slow


@pytest.fixture
def pipeline(any_pipeline: Installation) -> Installation:
    """Every test here runs on each database."""
    return any_pipeline


@pytest.fixture(scope="session")
def two_months(
    filled_once: Callable[[str, Callable[[Installation], object]], Installation],
    tmp_path_factory: pytest.TempPathFactory,
) -> Installation:
    """One district over two of a quarter's months, proposed; to be copied from."""
    folder = tmp_path_factory.mktemp("two")

    def fill(pipeline: Installation) -> None:
        load_registry(pipeline, folder)
        for month in QUARTER.months[:2]:
            pipeline.months.ingest(month, str(month_file(folder, str(month))))
        pipeline.quarters.propose(QUARTER)

    return filled_once("two months", fill)


@pytest.fixture
def warehouse(pipeline: Installation, two_months: Installation) -> Warehouse:
    """The two months and their quarter in the lake, loaded."""
    home = pipeline.settings.home
    shutil.copytree(two_months.settings.home / "lake", home / "lake", copy_function=os.link)
    target = Warehouse(pipeline)
    for month in QUARTER.months[:2]:
        target.load_month(month)
    target.load_reference()
    target.load_quarter(QUARTER)
    return target


def dump(warehouse: Warehouse) -> dict[str, list[tuple[str, ...]]]:
    """The canonical export: every table's and view's rows as typed text, in an order no collation decides."""
    tables = dict(metadata().tables)
    for view in latest_views():
        if (table := tables.get(view.removesuffix("_latest"))) is not None:
            tables[view] = table.to_metadata(MetaData(), name=view)
    with warehouse.engine.connect() as connection:
        return {
            name: sorted(tuple(map(repr, row)) for row in connection.execute(table.select()))
            for name, table in tables.items()
        }


def test_every_table_has_rows_and_a_source_file_accounts_for_its_rows(warehouse: Warehouse) -> None:
    tables = dump(warehouse)
    empty = {name for name, rows in tables.items() if not rows}
    # Each month has one file, and no council met; tests/quality/test_revision.py and tests/councils have more.
    without_counts = {"cluster", "cluster_share", "cluster_month"}  # tests/steps/test_clusters.py loads some
    # Nothing is there to be compared with, so no rule judges, and no month is held.
    without_bases = {"contribution", "placebo_cut", "stage_clause", "stage_evidence"}
    without_bases |= {f"{name}_latest" for name in without_bases}
    assert empty == {"month_hold", "month_revision", "stage_decision"} | without_counts | without_bases
    with warehouse.engine.connect() as connection:
        assert (
            connection.execute(
                text("SELECT count(*) FROM source_file WHERE rows = staged_rows + quarantined_rows")
            ).scalar()
            == 2
        )


def test_loading_again_doubles_nothing(warehouse: Warehouse) -> None:
    before = dump(warehouse)
    for month in QUARTER.months[:2]:
        warehouse.load_month(month)
    warehouse.load_reference()
    warehouse.load_quarter(QUARTER)
    assert dump(warehouse) == before


def test_a_rebuild_restores_everything_from_the_lake(warehouse: Warehouse) -> None:
    before = dump(warehouse)
    with warehouse.engine.begin() as connection:
        connection.execute(text("DELETE FROM stage_proposal"))
    assert dump(warehouse) != before
    warehouse.rebuild()
    assert dump(warehouse) == before


def test_the_latest_views_show_the_newest_edition_only(
    warehouse: Warehouse, pipeline: Installation, tmp_path: Path
) -> None:
    first = pipeline.edition(QUARTER)
    pipeline.months.ingest(Month(2022, 4), str(month_file(tmp_path, "2022-04", count=45)))
    second, _ = pipeline.quarters.propose(QUARTER)
    warehouse.load_quarter(QUARTER)
    assert first is not None
    with warehouse.engine.connect() as connection:
        assert _editions(connection, "stage_proposal") == {first.folder.name, second.folder.name}
        assert _editions(connection, "stage_proposal_latest") == {second.folder.name}
        assert _editions(connection, "fact_district_quarter_latest") == {second.folder.name}


def _editions(connection: Connection, table: str) -> set[str]:
    return set(connection.execute(text(f"SELECT edition FROM {table}")).scalars())


def test_a_quarter_proposed_under_a_new_registry_brings_its_months_along(
    warehouse: Warehouse, pipeline: Installation, tmp_path: Path
) -> None:
    load_registry(pipeline, tmp_path, district_id="D9")
    pipeline.quarters.propose(QUARTER)
    warehouse.load_quarter(QUARTER)
    with warehouse.engine.connect() as connection:
        assert set(connection.execute(text("SELECT district_id FROM fact_district_month")).scalars()) == {
            "D9"
        }


def test_readers_see_the_old_rows_until_all_new_ones_are_there(
    warehouse: Warehouse, pipeline: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader in another connection looks before the first and after the last row of every table."""
    from sogong_pipeline.warehouse import load

    original, before, seen = load._add_file, dump(warehouse), []

    def watched(connection: Connection, name: str, path: Path) -> None:
        seen.append(dump(warehouse) == before)
        original(connection, name, path)
        seen.append(dump(warehouse) == before)

    monkeypatch.setattr(load, "_add_file", watched)
    pipeline.months.ingest(Month(2022, 4), str(month_file(tmp_path, "2022-04", count=45)))
    pipeline.quarters.propose(QUARTER)
    warehouse.load_quarter(QUARTER)
    assert len(seen) > 10
    assert all(seen)
    assert dump(warehouse) != before


def test_a_half_loaded_quarter_is_rolled_back(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    from sogong_pipeline.warehouse import load

    before = dump(warehouse)
    original = load._add_file

    def break_down(connection: Connection, name: str, path: Path) -> None:
        original(connection, name, path)
        raise OSError("disk")

    monkeypatch.setattr(load, "_add_file", break_down)
    with pytest.raises(OSError, match="disk"):
        warehouse.load_quarter(Quarter.parse("2022-Q2"))
    assert dump(warehouse) == before


def test_a_rebuild_that_breaks_leaves_the_old_content(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sogong_pipeline.warehouse import load

    before = dump(warehouse)

    def break_down(connection: Connection, name: str, path: Path) -> None:
        raise OSError("disk")

    monkeypatch.setattr(load, "_add_file", break_down)
    with pytest.raises(OSError, match="disk"):
        warehouse.rebuild()
    assert dump(warehouse) == before


def test_a_rebuild_gives_tables_of_an_older_version_their_columns(warehouse: Warehouse) -> None:
    before = dump(warehouse)
    with warehouse.database.writing() as connection:
        for view in reversed(views()):
            connection.execute(text(f"DROP VIEW {view}"))
        connection.execute(text("ALTER TABLE stage_proposal DROP COLUMN reason_ko"))
    with pytest.raises(RefusedError, match=r"reason_ko.*earlier version.*`sogong warehouse rebuild`"):
        warehouse.load_quarter(QUARTER)
    warehouse.rebuild()
    assert dump(warehouse) == before


def test_a_rebuild_leaves_out_what_an_earlier_version_made_and_says_what_makes_it_again(
    warehouse: Warehouse, pipeline: Installation, tmp_path: Path
) -> None:
    before, (first, second, _) = dump(warehouse), QUARTER.months
    edition = pipeline.edition(QUARTER)
    checked = pipeline.lake.find("checked", str(second), str(pipeline.vintage_of(second)))
    assert edition is not None
    assert checked is not None
    table = pq.read_table(checked.path("quality_check"))
    checked.path("quality_check").unlink()
    pq.write_table(table.drop_columns(["severity"]), checked.path("quality_check"))
    for made in (edition, checked):
        manifest = {**made.manifest, "inputs": {}}
        manifest["files"].pop("establishment_flow", None)
        pipeline.lake.store.write(made.folder / MANIFEST, json.dumps(manifest))

    warehouse.rebuild()
    assert list(left_out(pipeline)) == [
        f"made by an earlier version, in part left out: {second}; `sogong ingest` them again",
        f"made by an earlier version, in part left out: {QUARTER}; run `sogong propose`",
    ]
    rows = dump(warehouse)
    assert rows["establishment_flow"] == rows["establishment_flow_latest"] == []
    assert repr(str(first)) in {row[1] for row in rows["quality_check"]}
    assert repr(str(second)) not in {row[1] for row in rows["quality_check"]}
    lost = ("establishment_flow", "establishment_flow_latest", "quality_check")
    assert {name for name in before if rows[name] != before[name]} == set(lost)

    assert list(pipeline.quarters.changed()) == [QUARTER]
    pipeline.quarters.propose(QUARTER)
    pipeline.months.ingest(second, str(month_file(tmp_path, str(second))))
    warehouse.rebuild()
    assert list(left_out(pipeline)) == []
    assert {name: rows for name, rows in dump(warehouse).items() if name in lost} == {
        name: rows for name, rows in before.items() if name in lost
    }


def test_writers_take_turns(warehouse: Warehouse) -> None:
    """Two that replace the same period at once: the second waits, neither fails, nothing is doubled."""
    before = dump(warehouse)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(warehouse.load_quarter, QUARTER) for _ in range(6)]:
            done.result()
    assert dump(warehouse) == before


def test_tables_are_what_the_schemas_say(warehouse: Warehouse) -> None:
    inspector = inspect(warehouse.engine)
    published = {name for name, schema in schemas().items() if not schema.get("lake_only")}
    assert set(inspector.get_table_names()) | set(inspector.get_view_names()) == published | set(views())
    assert set(inspector.get_view_names()) == set(views())
    for name in published:
        assert [column["name"] for column in inspector.get_columns(name)] == [
            column["name"] for column in schemas()[name]["columns"]
        ]


def test_every_column_says_what_it_means_in_both_languages() -> None:
    for name, schema in schemas().items():
        assert {"table", "title", "title_ko", "description", "grain", "columns"} <= set(schema), name
        for column in schema["columns"]:
            assert column["title_ko"], (name, column)
            if column["name"].endswith(("_pct", "_krw", "_points")):
                assert "unit" in column, (name, column)


def test_parquet_files_have_the_columns_of_their_schema(pipeline: Installation, warehouse: Warehouse) -> None:
    import pyarrow.parquet as pq

    edition = pipeline.edition(QUARTER)
    assert edition is not None
    month, vintage = "2022-04", pipeline.vintage_of(Month(2022, 4))
    assert vintage is not None
    registry = registry_in_force(pipeline)
    assert registry is not None
    version = registry.on(QUARTER.last_day).version
    partitions = [
        edition,
        proposals_of(pipeline, edition),
        pipeline.lake.require("staged", month, vintage),
        pipeline.lake.require("traced", month, vintage, "first"),
        pipeline.lake.require("matched", month, vintage, version),
        pipeline.lake.require("measured", month, vintage, version),
        pipeline.lake.require("checked", month, vintage),
    ]
    seen = set()
    for partition in partitions:
        for name in partition.manifest["files"]:
            if name in schemas():
                seen.add(name)
                columns = [column["name"] for column in schemas()[name]["columns"]]
                assert pq.read_schema(partition.path(name)).names == in_lake_names(name, columns), name
    assert len(seen) == 31
