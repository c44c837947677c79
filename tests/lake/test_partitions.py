"""What a lake promises, in a folder and in a bucket alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import Built, Lake
from sogong_pipeline.lake.store import open_lake
from sogong_pipeline.settings import Settings

MONTHLY = ("raw", "staged", "checked", "revised", "traced", "matched", "moved", "measured")
Files = Callable[[], list[str]]


@pytest.fixture
def lake(any_lake: Settings) -> Lake:
    return Lake(open_lake(any_lake))


@pytest.fixture
def files(any_lake: Settings, lake_files: Callable[[Settings], dict[str, str]]) -> Files:
    return lambda: sorted(lake_files(any_lake))


def build_of(text: str, calls: list[str]) -> Callable[[Path], Built]:
    def build(workspace: Path) -> Built:
        calls.append(text)
        (workspace / "data.txt").write_text(text)
        return Built({"data": workspace / "data.txt"}, {"length": len(text)})

    return build


def ensure(lake: Lake, text: str, calls: list[str], **inputs: str):
    return lake.ensure("step", ("2026-09",), inputs=inputs, recorded_at="now", build=build_of(text, calls))


def test_same_inputs_are_built_once(lake: Lake) -> None:
    calls: list[str] = []
    first, was_built = ensure(lake, "a", calls, raw="1")
    again, was_built_again = ensure(lake, "b", calls, raw="1")
    assert (was_built, was_built_again, calls) == (True, False, ["a"])
    assert again.path("data").read_text() == "a"
    assert again == first
    assert again.digest == first.digest


def test_new_inputs_replace_the_partition_and_leave_nothing_behind(lake: Lake, files: Files) -> None:
    calls: list[str] = []
    ensure(lake, "a", calls, raw="1")
    replaced, _ = ensure(lake, "b", calls, raw="2")
    assert lake.require("step", "2026-09").path("data").read_text() == "b"
    assert files() == [f"step/2026-09/{replaced.path('data').name}", "step/2026-09/manifest.json"]
    assert sum(size for _, size in lake.store.sizes()) > 1


def test_a_failed_build_leaves_the_last_good_state(lake: Lake) -> None:
    calls: list[str] = []
    ensure(lake, "a", calls, raw="1")

    def fail(workspace: Path) -> Built:
        (workspace / "half").write_text("half")
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        lake.ensure("step", ("2026-09",), inputs={"raw": "2"}, recorded_at="now", build=fail)
    kept = lake.require("step", "2026-09")
    assert kept.path("data").read_text() == "a"
    assert not any(lake.store.scratch.iterdir())


def test_data_without_a_manifest_does_not_exist(lake: Lake, files: Files) -> None:
    with lake.workspace() as workspace:
        (workspace / "half").write_text("left by a killed run")
        lake.store.put(workspace / "half", PurePosixPath("step/2026-09/data-0123.txt"))
    assert lake.children("step") == ["2026-09"]
    assert lake.find("step", "2026-09") is None
    assert lake.partitions("step") == []
    with pytest.raises(
        RefusedError, match=r"step of 2026-09 is not in the lake; restore lake/step from the backup"
    ):
        lake.require("step", "2026-09")
    ensure(lake, "a", [], raw="1")
    assert len(files()) == 2
    assert "step/2026-09/data-0123.txt" not in files()


@pytest.mark.parametrize(
    ("step", "key", "remedy"),
    [
        *((step, ("2026-09", "abc"), "run `sogong ingest 2026-09` first") for step in MONTHLY),
        ("editions", ("2026-Q3", "abc"), "run `sogong propose 2026-Q3` first"),
        ("proposals", ("2026-Q3", "abc", "ref_5_10", "1"), "run `sogong propose 2026-Q3` first"),
        ("registry", ("0001-abc",), "run `sogong registry load FILE` first"),
        ("sheets", ("2026-H2", "abc"), "run `sogong decide sheets 2026-H2` first"),
        ("received", ("2026-H2", "B1", "abc"), "restore lake/received from the backup"),
    ],
)
def test_a_missing_partition_names_the_command_that_makes_it(
    lake: Lake, step: str, key: tuple[str, ...], remedy: str
) -> None:
    with pytest.raises(RefusedError, match=rf"^{step} of {' '.join(key)} is not in the lake; {remedy}$"):
        lake.require(step, *key)


def test_a_killed_run_leaves_a_workspace_that_the_next_one_removes_and_one_in_use_stays(lake: Lake) -> None:
    killed = lake.store.scratch / "killed"
    killed.mkdir(parents=True)
    (killed / "half").write_text("half")
    with lake.workspace() as first:
        assert not killed.exists()
        with lake.workspace() as second:
            assert first.exists()
            assert second.exists()
    assert not any(lake.store.scratch.iterdir())


def test_a_workspace_that_another_run_swept_before_it_was_locked_is_made_again(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    made: list[Path] = []
    real = tempfile.mkdtemp

    def swept_once(**where: Path) -> str:
        folder = Path(real(**where))
        made.append(folder)
        if len(made) == 1:
            folder.rmdir()
        return str(folder)

    monkeypatch.setattr(tempfile, "mkdtemp", swept_once)
    with lake.workspace() as folder:
        assert folder == made[1]
        assert folder.exists()


def test_the_current_child_is_remembered(lake: Lake, files: Files) -> None:
    assert lake.current("editions", "2026-Q3") is None
    for child in ("abc", "def", "def"):
        lake.set_current(child, "editions", "2026-Q3", recorded_at="2026-10-20T09:00:00+09:00")
        assert lake.current("editions", "2026-Q3") == child
    assert files() == ["editions/2026-Q3/current"]
    assert lake.children("editions") == ["2026-Q3"]
    assert lake.children("editions", "2026-Q3") == []
