"""Removable parts of a lake are deleted, measured, and rebuilt on demand; everything else stays."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from sogong_pipeline.periods import Month
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from tests.conftest import NOW
from tests.districts.test_registry import ROW
from tests.steps.test_steps import QUARTER, load_registry, month_file
from tests.upkeep.test_verify import sogong

pytestmark = pytest.mark.slow

Digest = Callable[[Path], dict[str, str]]
PLACE = {"postal_codes": "18578"}


def test_what_nothing_is_made_from_goes_and_is_made_again_the_same(
    tmp_path: Path, digest_tree: Digest
) -> None:
    """A registry that judged a quarter is replaced by another, and returns."""
    pipeline = Installation(Settings(home=tmp_path / "home", now=NOW))
    lake = pipeline.settings.home / "lake"
    file = month_file(tmp_path, "2022-04")
    load_registry(pipeline, tmp_path)
    pipeline.months.ingest(Month(2022, 4), str(file))
    first, _ = pipeline.quarters.propose(QUARTER)
    assert json.loads(sogong(pipeline.settings, "clean", "--json").stdout)["removable"] == {}
    load_registry(pipeline, tmp_path, **{**ROW, **PLACE})
    pipeline.months.measure_in_force(Month(2022, 4))  # never proposed
    load_registry(pipeline, tmp_path, **{**ROW, "name": "셋째"})
    pipeline.quarters.propose(QUARTER)
    before, size = digest_tree(lake), sum(file.stat().st_size for file in lake.rglob("*") if file.is_file())

    report = json.loads(sogong(pipeline.settings, "clean", "--json").stdout)
    gone = set(report["removable"])
    assert digest_tree(lake) == before  # a dry run so far
    assert {name.split("/")[0] for name in gone} == {"matched", "measured"}
    assert len([name for name in gone if name.startswith("matched/")]) == 2
    assert (
        len([name for name in gone if name.startswith("measured/")]) == 1
    )  # the first belongs to an edition
    done = json.loads(sogong(pipeline.settings, "clean", "--delete", "--json").stdout)
    after = digest_tree(lake)
    freed = size - sum(file.stat().st_size for file in lake.rglob("*") if file.is_file())
    assert done["freed_bytes"] == report["bytes"] == freed > 0
    assert {name: before[name] for name in after} == after
    assert {str(PurePosixPath(name).parent) for name in set(before) - set(after)} == gone
    assert sogong(pipeline.settings, "verify").exit_code == 0

    load_registry(pipeline, tmp_path)
    assert pipeline.quarters.propose(QUARTER) == (first, False)  # an edition needs none of the deleted files
    load_registry(pipeline, tmp_path, **{**ROW, **PLACE})
    pipeline.months.measure_in_force(Month(2022, 4))
    again = digest_tree(lake)
    assert {name: again[name] for name in before if name in again and "current" not in name} == {
        name: before[name] for name in before if name in again and "current" not in name
    }
    assert {name.split("/")[0] for name in again if name not in after} >= {"matched", "measured"}


def test_what_killed_runs_left_goes_and_only_that(
    pipeline: Installation, tmp_path: Path, digest_tree: Digest
) -> None:
    lake = pipeline.settings.home / "lake"
    load_registry(pipeline, tmp_path)
    pipeline.months.ingest(Month(2022, 4), str(month_file(tmp_path, "2022-04")))
    before = digest_tree(lake)
    staged = lake / "staged" / "2022-04"
    left = [
        staged / "0123456789ab" / "workplace-0123.parquet",
        next(staged.iterdir()) / "workplace-4567.parquet",
        lake / "editions" / "2022-Q1" / "0123456789ab" / ".manifest.json.part",
    ]
    retained = [
        lake / "raw" / "2022-03" / "0123456789ab" / "file-0123456789ab.csv",
        lake / "decisions" / "1.json",
    ]
    for file in (*left, *retained):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("left")
    report = json.loads(sogong(pipeline.settings, "clean", "--delete", "--json").stdout)
    assert set(report["removable"]) == {str(file.relative_to(lake)) for file in left}
    assert report["freed_bytes"] == 4 * len(left)
    assert set(digest_tree(lake)) == {*before, *(str(file.relative_to(lake)) for file in retained)}
    assert not left[0].parent.exists()


def test_the_next_run_of_a_month_sweeps_what_a_killed_one_left_of_it(
    pipeline: Installation, tmp_path: Path
) -> None:
    left = pipeline.settings.home / "lake" / "staged" / "2022-04" / "0123456789ab" / "workplace-0123.parquet"
    left.parent.mkdir(parents=True)
    left.write_text("left")
    os.utime(left, (0, 0))
    pipeline.months.ingest(Month(2022, 4), str(month_file(tmp_path, "2022-04")))
    assert not left.parent.exists()
