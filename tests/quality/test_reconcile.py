"""A month's account: all agrees when nothing was touched; what is touched is named, and the advice mends it."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.periods import Month, parse_months
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.upkeep.reconcile import Account, landed, reconcile
from sogong_pipeline.warehouse.load import Warehouse
from tests.complexes import write_registry
from tests.conftest import COUNTRY_MONTHS, NOW
from tests.districts.test_registry import ROW, write
from tests.rows import lines, row

pytestmark = pytest.mark.slow

MONTH = Month(2022, 4)
OTHER = {**ROW, "district_id": "D2", "legal_dong_codes": "4159036032", "postal_codes": ""}
BOTH = {**ROW, "district_id": "D3", "legal_dong_codes": "4159036032|4159036099", "postal_codes": ""}


def published(folder: Path, month: Month = MONTH) -> Path:
    """Rows of every sort: in a district, claimed by two, outside, withdrawn, twice the same, broken."""
    values = {"data_month": str(month), "postal_code": "18577"}
    rows = [
        row(workplace_name=f"가상상사{index}", subscribers=str(index % 30), **values) for index in range(300)
    ]
    rows += [row(legal_dong_code="4159036032", departed=str(index), **values) for index in range(4)]
    rows += [row(legal_dong_code="1111010100", departed=str(index), **values) for index in range(6)]
    rows += [row(status="2", subscribers="3", **values), rows[0], row(billed_amount_krw="?", **values)]
    path = folder / f"가상 사업장 내역_{str(month.shift(1)).replace('-', '')}18.csv"
    path.write_bytes(lines(rows) + b'"open,quote\r\n\r\n')
    return path


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an installation with two months measured; every test works on a copy."""
    folder = tmp_path_factory.mktemp("measured")
    pipeline = Installation(Settings(home=folder / "home", now=NOW))
    pipeline.registry.load(write(folder / "registry.csv", ROW, OTHER, BOTH))
    for month in (MONTH, MONTH.shift(1)):
        pipeline.months.ingest(month, str(published(folder, month)))
    return folder / "home"


@pytest.fixture
def warehouse(pipeline: Installation, measured: Path) -> Warehouse:
    """Two months, measured and loaded."""
    return copied(measured, pipeline)


@pytest.fixture
def any_warehouse(any_pipeline: Installation, measured: Path) -> Warehouse:
    """The same on each database."""
    return copied(measured, any_pipeline)


def copied(home: Path, pipeline: Installation) -> Warehouse:
    shutil.copytree(home, pipeline.settings.home)
    target = Warehouse(pipeline)
    target.rebuild()
    return target


def account(warehouse: Warehouse, month: Month = MONTH) -> Account:
    return reconcile(warehouse.catalogue, warehouse, month)


def the(warehouse: Warehouse, step: str) -> Partition:
    """The only partition of a step in the lake."""
    lake = warehouse.catalogue.lake
    vintage = lake.children("raw", str(MONTH))[0]
    if step in {"raw", "staged"}:
        return lake.require(step, str(MONTH), vintage)
    return lake.partitions(step, str(MONTH), vintage)[0]


def tamper(partition: Partition, name: str, column: str, change: Callable[[Any], Any], row: int = 0) -> None:
    """Change one value of a Parquet file in the lake."""
    path = partition.path(name)
    rows = pq.read_table(path).to_pylist()
    rows[row][column] = change(rows[row][column])
    pq.write_table(pa.Table.from_pylist(rows, schema=pq.read_schema(path)), path)


def follow(advice: str, warehouse: Warehouse) -> None:
    """Do what a difference says, as a reader of the line would."""
    _, _, remedy = advice.rpartition("; ")
    for folder in re.findall(r"(?:delete|and) (/\S+)", remedy):
        shutil.rmtree(folder)
    (command,) = re.findall(r"`sogong (.+)`", remedy)
    match shlex.split(command):
        case ["ingest", month, "--from", file]:
            warehouse.catalogue.months.ingest(Month.parse(month), file)
        case ["warehouse", "rebuild"]:
            warehouse.rebuild()
        case other:
            raise AssertionError(other)


def test_an_untouched_month_agrees_and_every_part_is_there(warehouse: Warehouse) -> None:
    found = account(warehouse)
    assert found.differences == ()
    assert found.file is not None
    assert (found.file.rows, found.file.kept.rows, found.file.quarantined) == (314, 311, 3)
    assert (found.file.kept.workplaces, found.file.kept.workers) == (300, 10 * sum(range(30)) + 5 * 10)
    assert found.parts is not None
    assert (found.parts.districts, found.parts.ambiguous, found.parts.unassigned) == (290, 4, 6)


@pytest.mark.parametrize(
    ("step", "name", "column", "row", "told"),
    [
        ("staged", "workplace", "subscribers", 5, "the staged rows: workers 4,401, the file has 4,400"),
        (
            "staged",
            "workplace",
            "billed_amount_krw",
            5,
            "the staged rows: billed_amount_krw 363,576,001, the",
        ),
        ("staged", "workplace", "status", 5, "the staged rows: workplaces 299, the file has 300"),
        (
            "measured",
            "fact_region_month",
            "workers",
            0,
            "the measured nation: workers 4,401, the file has 4,400",
        ),
        (
            "measured",
            "fact_region_month",
            "billed_amount_krw",
            0,
            "the measured nation: billed_amount_krw 363,",
        ),
        (
            "measured",
            "fact_region_month",
            "matched_workplaces",
            0,
            "the measured nation has 291 workplaces in di",
        ),
        (
            "measured",
            "fact_region_month",
            "ambiguous_workplaces",
            0,
            "the measured nation has 300 workplaces, di",
        ),
        (
            "measured",
            "fact_district_month",
            "workplaces",
            0,
            "the measured nation has 290 workplaces in distri",
        ),
    ],
)
def test_a_changed_file_of_the_lake_is_named_and_the_advice_mends_it(
    warehouse: Warehouse, step: str, name: str, column: str, row: int, told: str
) -> None:
    tamper(the(warehouse, step), name, column, lambda value: value + 1, row)
    differences = account(warehouse).differences
    assert differences[0].startswith(told), differences
    follow(differences[0], warehouse)
    assert account(warehouse).differences == ()


def test_a_row_that_vanished_from_quarantine_is_named_and_the_advice_mends_it(warehouse: Warehouse) -> None:
    path = the(warehouse, "staged").path("quarantine")
    pq.write_table(pq.read_table(path).slice(1), path)
    differences = account(warehouse).differences
    assert "the staged rows: rows 311, the file has 312" in differences[0]
    assert any("the manifest of staging: quarantined_rows 3, the file has 2" in told for told in differences)
    follow(differences[0], warehouse)
    assert account(warehouse).differences == ()


def test_a_manifest_that_counts_otherwise_is_named(warehouse: Warehouse) -> None:
    manifest = the(warehouse, "staged").path("workplace").with_name("manifest.json")
    manifest.write_text(manifest.read_text().replace('"rows": 314', '"rows": 315'))
    assert (
        account(warehouse)
        .differences[0]
        .startswith("the manifest of staging: rows 315, the file has 314; delete ")
    )


ANOTHER_DISTRICT = "UPDATE fact_district_month SET district_id = 'D0' WHERE district_id = 'D1'"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE fact_district_month SET workers = workers + 1 WHERE district_id = 'D1'",
            "warehouse fact_district_month: 1 of 3 rows differ, D1 2022-04 has workers 4351, the lake has 4350; run ",
        ),
        (
            "DELETE FROM fact_region_month WHERE region_code = '00'",
            "warehouse fact_region_month: 1 of 3 rows differ, 00 2022-04 is missing; run ",
        ),
        (
            ANOTHER_DISTRICT,
            "warehouse fact_district_month: 2 of 3 rows differ, D0 2022-04 is not in the lake; run ",
        ),
        (
            "UPDATE source_file SET quarantined_rows = 0",
            "warehouse source_file: 1 of 1 rows differ, 2022-04 ",
        ),
        ("DROP TABLE source_file", "warehouse source_file: 1 of 1 rows differ, 2022-04 "),
    ],
)
def test_a_changed_row_of_the_warehouse_is_named_and_the_advice_mends_it(
    any_warehouse: Warehouse, statement: str, told: str
) -> None:
    warehouse = any_warehouse
    if warehouse.engine.dialect.name == "postgresql":
        statement = statement.replace("DROP TABLE source_file", "DROP TABLE source_file CASCADE")  # its views
        if statement == ANOTHER_DISTRICT:  # SQLite declares the key, PostgreSQL enforces it
            with pytest.raises(IntegrityError), warehouse.engine.begin() as connection:
                connection.execute(text(statement))
            assert account(warehouse).differences == ()
            return
    with warehouse.engine.begin() as connection:
        connection.execute(text(statement))
    (difference,) = account(warehouse).differences
    assert difference.startswith(told)
    follow(difference, warehouse)
    assert account(warehouse).differences == ()


@pytest.mark.parametrize("damage", [(b",17,", b",71,"), ("가입자수".encode("cp949"), b"?")])
def test_of_bytes_that_rotted_nothing_else_is_said(warehouse: Warehouse, damage: tuple[bytes, bytes]) -> None:
    path = the(warehouse, "raw").path("file")
    good = path.read_bytes()
    path.write_bytes(good.replace(*damage))
    found = account(warehouse)
    assert found.differences == (
        f"{path} is not what was received; restore it from the backup, then reconcile again",
    )
    assert (found.file, found.parts) == (None, None)
    path.unlink()
    assert account(warehouse).differences == found.differences
    path.write_bytes(good)
    assert account(warehouse).differences == ()


def test_a_month_that_was_only_landed_is_told(pipeline: Installation, tmp_path: Path) -> None:
    for _ in pipeline.months.fetch(MONTH, str(published(tmp_path))):
        pass
    target = Warehouse(pipeline)
    (difference,) = account(target).differences
    assert difference.startswith("the file was never staged; run `sogong ingest 2022-04 --from ")
    follow(difference, target)
    target.load_month(MONTH)
    assert account(target).differences == ()


def test_a_month_without_a_registry_or_behind_the_gate_is_compared_as_far_as_it_came(
    pipeline: Installation, tmp_path: Path
) -> None:
    pipeline.months.ingest(MONTH, str(published(tmp_path)))
    bad = tmp_path / "bad.csv"
    bad.write_bytes(lines([row(data_month="2022-05", subscribers="0", billed_amount_krw="0")]))
    with pytest.raises(RefusedError, match="the gate stopped"):
        pipeline.months.ingest(MONTH.shift(1), str(bad))
    target = Warehouse(pipeline)
    for month in landed(pipeline):
        target.load_month(month)
        assert account(target, month).differences == ()
        assert account(target, month).parts is None
    assert landed(pipeline) == [MONTH, MONTH.shift(1)]


def test_a_lake_in_a_bucket_is_compared_too(lake_url: str, tmp_path: Path) -> None:
    pipeline = Installation(Settings(home=tmp_path / "home", now=NOW, lake_url=lake_url))
    pipeline.months.ingest(MONTH, str(published(tmp_path)))
    target = Warehouse(pipeline)
    target.load_month(MONTH)
    assert account(target).differences == ()
    with target.engine.begin() as connection:
        connection.execute(text("UPDATE source_file SET rows = 1"))
    (difference,) = account(target).differences
    assert difference.endswith(" has rows 1, the lake has 314; run `sogong warehouse rebuild`")


def test_a_month_that_is_not_in_is_refused(pipeline: Installation) -> None:
    (pipeline.settings.home / "lake" / "raw" / str(MONTH) / "000000000000").mkdir(
        parents=True
    )  # what a killed run leaves
    assert landed(pipeline) == []
    with pytest.raises(RefusedError, match=r"^2022-04 is not in; run `sogong ingest 2022-04`$"):
        account(Warehouse(pipeline))


def test_every_month_of_a_country_agrees(ingested: Installation) -> None:
    target = Warehouse(ingested)
    target.rebuild()
    for month in parse_months(COUNTRY_MONTHS)[::8]:
        assert account(target, month).differences == ()


@pytest.mark.real_data
def test_25000_real_rows_agree(pipeline: Installation, test_data: Path, tmp_path: Path) -> None:
    write_registry(test_data, tmp_path / "complexes.csv", month=str(MONTH))
    pipeline.registry.load(tmp_path / "complexes.csv", as_of=MONTH.first_day)
    pipeline.months.ingest(MONTH, str(test_data / "nps" / "nps_2022-04_first25000.cp949.csv"))
    target = Warehouse(pipeline)
    target.rebuild()
    found = account(target)
    assert found.differences == ()
    assert found.file is not None
    assert found.file.rows == 25_000
    assert found.file.kept.workers > 1_000_000
    assert found.parts is not None
    assert found.parts.districts > 500


def test_the_command_says_one_line_a_month_and_ends_with_its_status(warehouse: Warehouse) -> None:
    home = warehouse.catalogue.settings.home

    def sogong(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [Path(sys.executable).with_name("sogong"), "reconcile", *arguments],
            env={
                **os.environ,
                "SOGONG_HOME": str(home),
                "SOGONG_NOW": NOW,
                "COLUMNS": "200",
            },
            capture_output=True,
            text=True,
            check=False,
        )

    done = sogong()
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        *(
            f"{month}       314 rows = 311 staged + 3 quarantined; 300 workplaces, 4,400 workers, 363,576,000 won; "
            "290 in districts + 4 ambiguous + 6 elsewhere"
            for month in ("2022-04", "2022-05")
        ),
        "2 months agree, from the files to the warehouse",
    ]
    tamper(the(warehouse, "measured"), "fact_region_month", "workers", lambda value: value - 1)
    told = sogong()
    assert told.returncode == 1
    assert told.stdout.splitlines()[1].startswith(
        "2022-04  differs: the measured nation: workers 4,399, the file has 4,400; delete "
    )
    assert told.stdout.splitlines()[-1] == "1 of 2 months differ"
    assert sogong("2022-05").returncode == 0
    answer = json.loads(sogong("2022-04..2022-05", "--json").stdout)
    assert answer["differing"] == 1
    assert [
        (month["rows"], month["staged_rows"], month["quarantined_rows"]) for month in answer["months"]
    ] == [(314, 311, 3)] * 2
    assert [len(month["differences"]) for month in answer["months"]] == [2, 0]
    missing = sogong("2022-06")
    assert (missing.returncode, missing.stderr) == (
        1,
        "sogong: 2022-06 is not in; run `sogong ingest 2022-06`\n",
    )
    the(warehouse, "raw").path("file").write_bytes(b"rotten")
    assert sogong().stdout.startswith("2022-04  not counted: ")
    shutil.rmtree(home)
    assert sogong().stderr.startswith("sogong: there is no lake in ")
