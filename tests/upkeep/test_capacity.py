from __future__ import annotations

from pathlib import PurePosixPath
from typing import NamedTuple

import pytest

from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.upkeep import capacity as module
from sogong_pipeline.upkeep.capacity import Outlook, room


class Disk(NamedTuple):
    free: int


def put(pipeline: Installation, name: str, size: int) -> None:
    """Write a file of a given size to the lake."""
    file = pipeline.lake.store.scratch / "file"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x" * size)
    pipeline.lake.store.put(file, PurePosixPath(name))


def test_a_month_to_come_is_like_those_of_the_last_year(
    any_lake: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = Installation(any_lake)
    pipeline.settings.home.mkdir(exist_ok=True)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda folder: Disk(free=folder.exists() * 7_000))
    assert (room(pipeline).a_month, room(pipeline).a_year) == (0, 0)
    put(pipeline, "raw/2021-12/aaa/file-1.csv", 90_000)  # longer ago than a year
    for month in range(1, 13):
        put(pipeline, f"raw/2022-{month:02d}/aaa/file-1.csv", 100)
        for layer in ("staged", "checked", "revised", "traced", "matched", "moved", "measured"):
            put(pipeline, f"{layer}/2022-{month:02d}/aaa/rows-1.parquet", 20)
    put(pipeline, "raw/2022-12/bbb/file-2.csv", 120)  # a correction
    for quarter in range(1, 5):
        put(pipeline, f"editions/2022-Q{quarter}/aaa/stage_proposal-1.parquet", 30)
    put(pipeline, "registry/0001-aaa/registry-1.csv", 5_000)  # no month brings another
    (pipeline.settings.home / "warehouse.sqlite").write_bytes(b"x" * 13 * 40)

    measured = room(pipeline)
    lake = 90_000 + 12 * (100 + 7 * 20) + 120 + 4 * 30 + 5_000
    copies = lake if any_lake.lake_url else 0
    assert measured.lake == lake
    assert measured.home == lake + 13 * 40
    assert measured.a_month == (100 + 7 * 20 + 10) + 10 + (13 * 40 + copies) // 13
    assert (measured.a_year, measured.free) == (12 * measured.a_month, 7_000)


def test_the_rest_of_a_range_takes_what_the_months_before_took(
    pipeline: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds, free = iter([100.0, 106.0, 118.0, 119.0]), iter([3_000_000_000, 49_000_000])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(seconds))
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: Disk(free=next(free)))
    outlook = Outlook(pipeline, 4)
    put(pipeline, "raw/2022-01/aaa/file-1.csv", 10_000_000)
    assert outlook.after_month() == ""  # the imports are in it
    assert outlook.after_month() == "2 to go: about 0.2 min and 0.02 GB, of 3.0 GB free"
    put(pipeline, "raw/2022-01/bbb/file-2.csv", 40_000_000)
    assert outlook.after_month() == "1 to go: about 0.1 min and 0.05 GB, but the disk has only 0.0 GB free"
    assert outlook.after_month() == ""
