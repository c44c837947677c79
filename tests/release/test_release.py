"""Versions, their changelog, and that nothing planted goes out; one file, so that the town is built once."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Quarter
from sogong_pipeline.release.changes import schema_changes
from sogong_pipeline.steps.release import release
from tests.release.conftest import CORRECTED, Town
from tests.s3 import S3Server
from tests.steps.test_steps import QUARTER

pytestmark = pytest.mark.slow

Digest = Callable[[Path], dict[str, str]]


def changes(folder: Path) -> set[tuple[str, ...]]:
    with (folder / "changes.csv").open(encoding="utf-8", newline="") as file:
        return {(row["kind"], row["key"], row["what"]) for row in csv.DictReader(file)}


def test_a_correction_is_a_new_version_that_names_the_month_and_the_district_that_moved(town: Town) -> None:
    draft, corrected, _ = town.versions
    assert changes(draft) == set()
    assert changes(corrected) == {
        ("file", str(CORRECTED), "vintage"),
        ("month", str(CORRECTED), "figures"),
        ("district", "D2", str(CORRECTED)),
    }
    text = (corrected / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = text.split("## 2022.2.1")[0]
    assert "Districts whose figures moved: D2 (2022-05)." in newest
    assert "Look again: gyeonggi." in newest
    assert "D1" not in text
    assert "2022-04" not in text
    assert "First release of the quarter." in text


def test_decisions_make_it_final_and_are_all_that_changed(town: Town) -> None:
    final = town.versions[-1]
    assert changes(final) == {
        ("status", "2022-Q2", "status"),
        ("decision", "D1", "2022-H1"),
        ("decision", "D2", "2022-H1"),
    }


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
    assert len({one["edition"] for one in listed["versions"]}) == 2  # a decision makes no other facts
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
    assert list(data.values()) == list(digest_tree(town.versions[-1] / "data").values())
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
