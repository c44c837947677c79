"""Two machines with separate homes run one month at once in one lake: the result is that of a single run."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sogong_pipeline.lake.partitions import Built, Lake
from sogong_pipeline.lake.store import FolderStore, open_lake, write_atomically
from sogong_pipeline.periods import Month
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.upkeep.verify import verify
from tests.conftest import NOW
from tests.lake.test_partitions import build_of
from tests.steps.test_steps import month_file

RUN = """
import sys
from sogong_pipeline.periods import Month
from sogong_pipeline.periods import Month
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.settings import Settings

pipeline = Installation(Settings())
print("ready", flush=True)
sys.stdin.readline()
print([(state.vintage, state.is_new) for state in pipeline.months.ingest(Month(2022, 4), sys.argv[1])])
"""


def shared(settings: Settings, home: Path) -> Settings:
    """Another machine's settings for the same lake; a folder is mounted into its home."""
    home.mkdir(parents=True)
    if not settings.lake_url:
        (settings.home / "lake").mkdir(parents=True, exist_ok=True)
        (home / "lake").symlink_to(settings.home / "lake")
    return Settings(home=home, now=NOW, lake_url=settings.lake_url)


@pytest.mark.slow
def test_two_machines_ingest_one_month_at_once(
    any_lake: Settings, tmp_path: Path, lake_files: Callable[[Settings], dict[str, str]]
) -> None:
    file = month_file(tmp_path, "2022-04", count=400)
    machines = [any_lake, shared(any_lake, tmp_path / "another machine")]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", RUN, file],
            env={
                **os.environ,
                "SOGONG_HOME": str(machine.home),
                "SOGONG_LAKE_URL": machine.lake_url,
                "SOGONG_NOW": NOW,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for machine in machines
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    outputs = [process.communicate("go\n", timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert outputs[0].partition(",")[0] == outputs[1].partition(",")[0]

    alone = Settings(home=tmp_path / "alone", now=NOW)
    Installation(alone).months.ingest(Month(2022, 4), str(file))
    assert lake_files(any_lake) == lake_files(alone)
    assert not any(
        (machine.home / ".work").exists() and any((machine.home / ".work").iterdir()) for machine in machines
    )


def test_of_two_runs_that_build_the_same_at_once_one_makes_it(any_lake: Settings, tmp_path: Path) -> None:
    """Both miss the partition, both build; the second detects the first one's partition and keeps it."""
    lakes = [Lake(open_lake(each)) for each in (any_lake, shared(any_lake, tmp_path / "another machine"))]
    both = threading.Barrier(2, timeout=60)

    def run(lake: Lake) -> tuple[str, bool]:
        def build(folder: Path) -> Built:
            both.wait()
            return build_of("a", [])(folder)

        partition, is_new = lake.ensure("staged", ("2026-09", "v"), inputs={}, recorded_at=NOW, build=build)
        return partition.path("data").read_text(), is_new

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(run, lakes))
    assert [text for text, _ in done] == ["a", "a"]
    if not any_lake.lake_url:  # a bucket has no lock, so both put the same bytes there
        assert sorted(is_new for _, is_new in done) == [False, True]
    assert verify(lakes[0]).damaged == []


def test_runs_that_put_different_things_under_one_key_leave_one_whole(tmp_path: Path) -> None:
    """Two versions of the code, say; without the lock one's manifest names what the other has deleted."""
    lakes = [Lake(FolderStore(tmp_path)) for _ in range(2)]

    def run(number: int) -> None:
        for turn in range(40):
            lakes[number].ensure(
                "staged",
                ("2026-09", "v"),
                inputs={"by": f"{number} {turn}"},
                recorded_at=NOW,
                build=build_of(f"{number} {turn}", []),
            )

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    done = verify(lakes[0])
    assert (done.manifests, done.files, done.damaged, done.leftovers) == (1, 1, [], [])


def test_many_writers_of_one_text_leave_a_whole_one(tmp_path: Path) -> None:
    texts = {f"{number}" * 20_000 for number in range(4)}

    def write(text: str) -> None:
        for _ in range(25):
            write_atomically(tmp_path / "manifest.json", text)
            assert (tmp_path / "manifest.json").read_text() in texts

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, texts))
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]
