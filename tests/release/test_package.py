"""A script that knows `datapackage.json` alone reads, checks and adds up everything with pandas and DuckDB."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from sogong_pipeline.release.dictionary_page import dictionary_page, warehouse_tables
from sogong_pipeline.release.graph import graph
from sogong_pipeline.warehouse.tables import schemas
from tests.release.conftest import Town

pytestmark = pytest.mark.slow

PANDAS = {"string": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean", "date": "string"}


@pytest.fixture(scope="module")
def folder(town: Town) -> Path:
    return town.versions[1]


@pytest.fixture(scope="module")
def package(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def tables(folder: Path, package: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """Every resource as its description has it."""
    return {
        resource["name"]: pd.read_csv(
            folder / resource["path"],
            encoding=resource["encoding"],
            dtype={field["name"]: PANDAS[field["type"]] for field in resource["schema"]["fields"]},
            keep_default_na=False,
            na_values=resource["schema"].get("missingValues", [""]),
        )
        for resource in package["resources"]
    }


def test_hashes_sizes_columns_types_and_keys_are_those_described(
    folder: Path, package: dict[str, Any], tables: dict[str, pd.DataFrame]
) -> None:
    said = package["sogong"]
    files = [*package["resources"], *(one["parquet"] for one in package["resources"] if "parquet" in one)]
    for file in (*files, said["database"]):
        data = (folder / file["path"]).read_bytes()
        assert (len(data), f"sha256:{hashlib.sha256(data).hexdigest()}") == (file["bytes"], file["hash"])
    for resource in package["resources"]:
        table, schema = tables[resource["name"]], resource["schema"]
        assert list(table) == [field["name"] for field in schema["fields"]], resource["name"]
        required = [field["name"] for field in schema["fields"] if field.get("constraints")]
        assert not table[required].isna().to_numpy().any(), resource["name"]
        if "primaryKey" in schema:
            assert not table.duplicated(schema["primaryKey"]).any(), resource["name"]
            assert len(table) == resource["rows"]
        for key in schema.get("foreignKeys", ()):
            there = tables[key["reference"]["resource"]].set_index(key["reference"]["fields"]).index
            given = table.dropna(subset=key["fields"]).set_index(key["fields"]).index
            assert given.isin(there).all(), (resource["name"], key)


def test_duckdb_reads_the_same_rows_from_both_formats(folder: Path, package: dict[str, Any]) -> None:
    with duckdb.connect() as connection:
        for resource in package["resources"]:
            if "parquet" not in resource:
                continue
            parquet = connection.read_parquet(str(folder / resource["parquet"]["path"]))
            types = dict(zip(parquet.columns, map(str, parquet.types), strict=True))
            csv = connection.read_csv(str(folder / resource["path"]), dtype=types, header=True, sep=",")
            assert csv.columns == parquet.columns
            texts = [name for name, kind in types.items() if kind == "VARCHAR"]
            alike = ", ".join(f"nullif({name}, '')" if name in texts else name for name in types)
            left, right = (one.project(alike) for one in (csv, parquet))
            assert left.except_(right).fetchall() == right.except_(left).fetchall() == [], resource["name"]


def test_frictionless_validates_it(folder: Path) -> None:
    from frictionless import validate

    report = validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["name", "type", "message"])[:5]
    assert report.stats["tasks"] >= 40


def test_sums_hold_on_the_released_files(tables: dict[str, pd.DataFrame]) -> None:
    region, office, district = (tables[f"fact_{area}_month"] for area in ("region", "office", "district"))
    nation = region[region["region_code"] == "00"].set_index("data_month")
    assert list(nation["workplaces"]) == [73, 75, 76]
    parts = ["matched_workplaces", "ambiguous_workplaces", "unassigned_workplaces"]
    assert (nation["workplaces"] == nation[parts].sum(axis=1)).all()
    assert (nation["unassigned_workplaces"] == 5).all()
    for measure in ("workplaces", "workers", "billed_amount_krw"):
        own = office[(office["office_code"] == "gyeonggi") & (office["place"] == "districts")]
        summed = district.groupby("data_month")[measure].sum()
        assert own.set_index("data_month")[measure].to_dict() == summed.to_dict()
    assert (district.groupby("data_month")["workplaces"].sum() == nation["matched_workplaces"]).all()


def test_contributions_add_up_to_the_published_change(tables: dict[str, pd.DataFrame]) -> None:
    contribution, facts = tables["contribution"], tables["fact_district_quarter"]
    of_year = contribution[(contribution["level"] == "district") & (contribution["base"] == "year")]
    assert not of_year.empty
    summed = of_year.groupby(["area", "breakdown"])["workers_change"].sum()
    for (area, _), change in summed.items():
        published = facts.loc[facts["district_id"] == area, "workers_change_year"].item()
        assert change == pytest.approx(published, abs=1e-9)


def test_queries_of_the_release_run_and_its_views_are_korean(folder: Path, package: dict[str, Any]) -> None:
    queries = (folder / "examples" / "queries.sql").read_text(encoding="utf-8")
    readme = (folder / "README.md").read_text(encoding="utf-8")
    own = re.findall(r"```sql\n(.*?)```", readme, re.DOTALL)
    with closing(sqlite3.connect(folder / package["sogong"]["database"]["path"])) as connection:
        for query in [*queries.split(";")[:-1], *own]:
            connection.execute(query).fetchall()
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        cursor = connection.execute('SELECT * FROM district_report_ko ORDER BY "밀집지역 번호"')
        names = [column[0] for column in cursor.description]
        assert {"참고 단계", "종사자 수"} <= set(names)
        assert "지역명" not in names
        assert len(cursor.fetchall()) == 2


def test_slices_lie_where_codes_say_and_hold_what_the_tables_hold(
    folder: Path, package: dict[str, Any], tables: dict[str, pd.DataFrame]
) -> None:
    places = package["sogong"]["slices"]
    office = pd.read_csv(folder / places["office"].format(office_code="gyeonggi"))
    assert list(office["밀집지역 번호"]) == ["D1", "D2"]
    assert office["종사자 수"].to_list() == tables["district_report"]["workers"].to_list()
    nation = pd.read_csv(folder / places["region"].format(region_code="00"))
    assert nation["사업장 수"].to_list() == [73, 75, 76]


def test_checksums_are_those_that_sha256sum_reads(folder: Path) -> None:
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {line[66:]: line[:64] for line in lines}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert listed.keys() == there - {"SHA256SUMS"}
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_the_dictionary_page_has_every_column_and_needs_no_network(folder: Path) -> None:
    page = dictionary_page(warehouse_tables())
    for name, columns in warehouse_tables().items():
        assert f'<section id="{name}">' in page
        assert all(f"<code>{column['name']}</code>" in page for column in columns)
    assert not re.findall(r"(?:src|href)=\"(?!#)", page)
    keys = [len(one.get("references", ())) for name, one in schemas().items() if name in warehouse_tables()]
    drawn = graph(list(warehouse_tables()))
    assert sum(line.is_key for line in drawn.lines) == sum(keys)
    assert len({(box.x, box.y) for box in drawn.boxes}) == len(warehouse_tables())
    released = (folder / "dictionary.html").read_text(encoding="utf-8")
    assert "confirmed_by" in page
    assert "confirmed_by" not in released
