"""Versions, their changelog, and that nothing planted goes out; one file, so that the town is built once."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Quarter
from sogong_pipeline.release.changes import schema_changes
from sogong_pipeline.release.policy import policy
from sogong_pipeline.release.source import source_of
from sogong_pipeline.steps.release import release
from sogong_pipeline.warehouse.tables import schemas
from tests.districts.test_registry import write
from tests.release.conftest import CORRECTED, FIRST, PLANTED, POINT, SECOND, Town
from tests.s3 import S3Server
from tests.steps.test_steps import QUARTER

pytestmark = pytest.mark.slow

NAMING = {"workplace_name", "workplace_id", "address", "operator", "firm_name", "decided_by", "confirmed_by"}
"""Columns that no released table may have."""
Digest = Callable[[Path], dict[str, str]]


def changes(folder: str) -> set[tuple[str, ...]]:
    with (Path(folder) / "changes.csv").open(encoding="utf-8", newline="") as file:
        return {(row["kind"], row["key"], row["what"]) for row in csv.DictReader(file)}


def test_a_correction_is_a_new_version_that_names_the_month_and_the_district_that_moved(town: Town) -> None:
    assert [one.version.version for one in (town.draft, town.corrected)] == ["2022.2.1", "2022.2.2"]
    assert changes(town.draft.folder) == set()
    assert changes(town.corrected.folder) == {
        ("file", str(CORRECTED), "vintage"),
        ("month", str(CORRECTED), "figures"),
        ("district", "D2", str(CORRECTED)),
    }
    text = (Path(town.corrected.folder) / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = text.split("## 2022.2.1")[0]
    assert "Districts whose figures moved: D2 (2022-05)." in newest
    assert "Look again: gyeonggi." in newest
    assert "D1" not in text
    assert "2022-04" not in text
    assert "First release of the quarter." in text


def test_decisions_make_it_final_and_are_all_that_changed(town: Town) -> None:
    assert [one.version.status for one in (town.draft, town.corrected, town.final)] == [
        "draft",
        "draft",
        "final",
    ]
    assert changes(town.final.folder) == {("status", "2022-Q2", "status"), ("decision", "D1", "2022-H1")}


def test_latest_and_the_index_follow_and_earlier_versions_stay(town: Town, digest_tree: Digest) -> None:
    quarter = town.root / "2022-Q2"
    assert digest_tree(quarter / "latest") == digest_tree(quarter / "2022.2.3")
    (listed,) = json.loads((town.root / "index.json").read_text(encoding="utf-8"))["quarters"].values()
    assert listed["latest"] == "2022.2.3"
    assert [(one["version"], one["status"]) for one in listed["versions"]] == [
        ("2022.2.1", "draft"),
        ("2022.2.2", "draft"),
        ("2022.2.3", "final"),
    ]
    assert listed["versions"][0]["edition"] == town.draft.version.edition
    before = digest_tree(town.root)
    again = release(town.installation, QUARTER)
    assert (again.is_new, again.version.version) == (False, "2022.2.3")
    assert digest_tree(town.root) == before


def test_another_run_gives_the_same_bytes_in_a_folder_and_in_a_bucket(
    town: Town, tmp_path: Path, s3: S3Server, digest_tree: Digest
) -> None:
    url = f"s3://{s3.new_bucket()}/open"
    assert release(town.installation, QUARTER, url).folder == f"{url}/2022-Q2/2022.2.1"
    release(town.installation, QUARTER, str(tmp_path))
    there = digest_tree(tmp_path)
    assert s3.files(url) == there
    # Released alone it is the first version; the figures are those of the third.
    data = {name: digest for name, digest in there.items() if name.startswith("2022-Q2/latest/data/")}
    assert list(data.values()) == list(digest_tree(Path(town.final.folder) / "data").values())
    package = tmp_path / "2022-Q2" / "2022.2.1" / "datapackage.json"
    said = json.loads(package.read_text(encoding="utf-8"))
    said["sogong"]["content"] = "another"
    package.write_text(json.dumps(said), encoding="utf-8")
    (package.parent / "data" / "fact_district_month.parquet").write_bytes(b"")
    with pytest.raises(RefusedError, match=r"fact_district_month\.parquet is not what its data package says"):
        release(town.installation, QUARTER, str(tmp_path))
    assert not (tmp_path / "2022-Q2" / "2022.2.2").exists()


def test_a_quarter_that_was_not_proposed_is_refused(town: Town) -> None:
    with pytest.raises(
        RefusedError, match="2021-Q4 was not proposed yet; run `sogong propose 2021-Q4` first"
    ):
        release(town.installation, Quarter(2021, 4))


def test_changes_of_the_schema_are_apart() -> None:
    def package(**types: str) -> dict[str, list[object]]:
        fields = [{"name": name, "type": kind} for name, kind in types.items()]
        return {"resources": [{"name": "fact", "schema": {"fields": fields}}]}

    found = schema_changes(package(a="string", b="integer"), package(b="number", c="date"))
    assert [(one.what, one.before, one.after) for one in found] == [
        ("a", "string", ""),
        ("b", "integer", "number"),
        ("c", "", "date"),
    ]


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Each file with all that is in it as text."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".parquet":
            yield name, str(pq.read_table(path).to_pydict())
        elif path.suffix == ".sqlite":
            with closing(sqlite3.connect(path)) as connection:
                yield name, "\n".join(connection.iterdump())
        if path.is_file():
            yield name, name + path.read_bytes().decode(errors="replace")


def planted(folder: Path) -> set[tuple[str, str]]:
    return {(name, word) for name, text in texts(folder) for word in (PLANTED, POINT) if word in text}


def test_no_planted_name_is_in_any_released_file(town: Town) -> None:
    assert any(
        PLANTED.encode() in path.read_bytes()
        for path in (town.installation.settings.home / "lake").rglob("*.csv")
    )
    assert planted(town.root) == set()


def test_an_open_registry_gives_out_names_and_coordinates_of_districts_and_nothing_else(
    town: Town, tmp_path: Path
) -> None:
    registry = write(tmp_path / "registry.csv", FIRST, SECOND)
    assert town.installation.registry.load(registry, is_open=True)[1] is True
    assert town.installation.registry.load(registry, is_open=True)[1] is False
    opened = release(town.installation, QUARTER, str(tmp_path / "open"))
    shown = {name for name, _ in planted(Path(opened.folder))}
    naming = {"district", "dim_district", "district_report"}
    assert shown == {
        "slices/office/gyeonggi.csv",
        f"sogong-{QUARTER}.sqlite",
        *(f"data/{table}.{suffix}" for table in naming for suffix in ("csv", "parquet")),
    }
    assert not any("상사" in text for _, text in texts(Path(opened.folder)))
    assert town.installation.registry.load(registry)[1] is True  # the last word counts
    assert source_of(town.installation, QUARTER).is_open is False


def test_every_table_of_the_warehouse_is_released_or_withheld_with_a_reason() -> None:
    published = {name for name, schema in schemas().items() if not schema.get("lake_only")}
    assert {*policy().tables} | {*policy().withheld} == published
    assert not {*policy().tables} & {*policy().withheld}
    for table in policy().tables:
        names = {column["name"] for column in policy().columns(table, is_open=True)}
        assert not names & NAMING, table
        assert names.issuperset(schemas()[table]["grain"])
    for columns in (policy().left_out, policy().closed):
        for table, left_out in columns.items():
            assert {*left_out} <= {column["name"] for column in schemas()[table]["columns"]}


def test_a_table_of_the_lake_alone_cannot_be_released() -> None:
    with pytest.raises(ValueError, match="workplace does not go out"):
        policy().columns("workplace", is_open=True)
