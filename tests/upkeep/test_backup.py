"""A lost lake is restored from its backup, with all derived data."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sogong_pipeline.councils.issue import issue_sheets, write_sheets
from sogong_pipeline.councils.record import record
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.periods import Month
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.load import Warehouse
from tests.conftest import NOW
from tests.councils.officer import fill
from tests.districts.test_registry import ROW
from tests.s3 import S3Server
from tests.steps.test_steps import QUARTER, load_registry, month_file
from tests.upkeep.test_verify import sogong
from tests.warehouse.test_warehouse import dump

pytestmark = pytest.mark.slow

PERIOD = HalfYear.parse("2022-H1")
Files = Callable[[Settings], dict[str, str]]


@pytest.fixture
def pipeline(any_lake: Settings, tmp_path: Path) -> Installation:
    """Two months, one corrected and one withdrawn, two registries, two editions, a decision and its correction."""
    pipeline = Installation(any_lake)
    load_registry(pipeline, tmp_path)
    good = month_file(tmp_path / "good", "2022-04")
    pipeline.months.ingest(Month(2022, 4), str(good))
    pipeline.quarters.propose(QUARTER)
    pipeline.months.ingest(Month(2022, 4), str(month_file(tmp_path / "bad", "2022-04", count=39)))
    pipeline.months.ingest(Month(2022, 4), str(good))
    load_registry(pipeline, tmp_path, name="다른 이름")
    pipeline.months.ingest(Month(2022, 5), str(month_file(tmp_path / "good", "2022-05")))
    pipeline.quarters.propose(QUARTER)
    warehouse = Warehouse(pipeline)
    warehouse.load_quarter(QUARTER)
    issue, _ = issue_sheets(pipeline, PERIOD)
    (sheet,) = Path(write_sheets(pipeline, issue).folder).glob("*.xlsx")
    record(warehouse, fill(sheet, tmp_path / "returned.xlsx"), "이확인")
    decided = {ROW["district_id"]: ("심각", "옮겨 적으며 틀림")}
    record(warehouse, fill(sheet, tmp_path / "mended.xlsx", decided, kind="정정"), "이확인")
    return pipeline


def lose_everything(settings: Settings, request: pytest.FixtureRequest) -> None:
    shutil.rmtree(settings.home)
    if settings.lake_url:
        server: S3Server = request.getfixturevalue("s3")
        bucket, _, prefix = settings.lake_url.removeprefix("s3://").partition("/")
        for name in server.files(settings.lake_url):
            server.client.delete_object(Bucket=bucket, Key=f"{prefix}/{name}")


def test_a_lost_lake_comes_back_from_its_backup(
    pipeline: Installation, tmp_path: Path, lake_files: Files, request: pytest.FixtureRequest
) -> None:
    settings, folder = pipeline.settings, tmp_path / "backup"
    warehouse = Warehouse(pipeline)
    warehouse.rebuild()
    lake, tables = lake_files(settings), dump(warehouse)
    assert sogong(settings, "backup", folder).exit_code == 0
    lose_everything(settings, request)

    assert sogong(settings, "restore", folder).exit_code == 0
    restored = lake_files(settings)
    expected = {
        name for name in lake if name.split("/")[0] in {"raw", "registry", "sheets", "decisions", "editions"}
    }
    assert {name: restored.get(name) for name in expected} == {name: lake[name] for name in expected}
    returned = [name for name in expected if name.startswith("decisions/") and "/sheet-" in name]
    assert len(returned) == 2
    assert set(restored) <= set(lake)  # what was matched against the first registry is rebuilt on demand
    assert {name: lake[name] for name in restored} == restored
    assert sogong(settings, "warehouse", "rebuild").exit_code == 0
    again = Installation(settings)
    assert dump(Warehouse(again)) == tables
    assert len(tables["stage_decision"]) == 2
    file = tmp_path / "returned.xlsx"
    assert not record(Warehouse(again), file, "이확인").is_new  # known, so never twice
    for command in ("verify", "reconcile"):
        assert sogong(settings, command).exit_code == 0
    assert again.quarters.stale(QUARTER) == []
    assert again.vintages(Month(2022, 4)) == pipeline.vintages(Month(2022, 4))


def test_a_second_backup_copies_what_is_new_and_heals_what_is_damaged_in_it(
    pipeline: Installation, tmp_path: Path, digest_tree: Callable[[Path], dict[str, str]]
) -> None:
    settings, folder = pipeline.settings, tmp_path / "backup"
    first = json.loads(sogong(settings, "backup", folder, "--json").stdout)
    whole = digest_tree(folder)
    copied_file = next(path for path in folder.rglob("file-*"))
    copied_file.write_bytes(b"rotten")
    again = json.loads(sogong(settings, "backup", folder, "--json").stdout)
    assert first["files"] > 4
    assert (again["files"], again["partitions"]) == (1, first["partitions"])
    assert digest_tree(folder) == whole


def test_what_is_damaged_in_the_lake_never_replaces_what_is_whole_in_the_backup(tmp_path: Path) -> None:
    pipeline, folder = Installation(Settings(home=tmp_path / "home", now=NOW)), tmp_path / "backup"
    settings = pipeline.settings
    pipeline.months.ingest(Month(2022, 4), str(month_file(tmp_path, "2022-04")))
    raw = pipeline.lake.partitions("raw", "2022-04")[0].path("file")
    whole = raw.read_bytes()
    assert sogong(settings, "backup", folder).exit_code == 0
    log = raw.parent.parent / "current"
    marks = log.read_text()
    raw.write_bytes(b"damaged")
    log.write_text("0123")
    assert sogong(settings, "verify").exit_code == 1
    again = sogong(settings, "backup", folder)
    assert again.exit_code == 1
    assert (
        f"raw/2022-04/current: is inconsistent with that in {folder}, which was not changed" in again.output
    )
    other = sogong(settings, "backup", tmp_path / "other")
    assert other.exit_code == 1
    assert "is not the bytes its manifest names; see `sogong verify`" in other.output
    assert not list((tmp_path / "other").rglob("manifest.json"))
    assert sogong(settings, "restore", folder).exit_code == 0
    assert (raw.read_bytes(), log.read_text()) == (whole, marks)
    assert sogong(settings, "verify").exit_code == 0


def test_no_backup_and_a_backup_into_the_lake_itself_are_refused(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", now=NOW)
    nothing = sogong(settings, "restore", tmp_path)
    assert (nothing.exit_code, nothing.output) == (
        1,
        f"sogong: {tmp_path} holds no backup; give the folder `sogong backup` wrote to\n",
    )
    inside = sogong(settings, "backup", settings.home / "lake")
    assert inside.exit_code == 1
    assert "name a folder on another disk" in inside.output
