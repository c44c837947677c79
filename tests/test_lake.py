from __future__ import annotations

from pathlib import Path

import pytest

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake import Built, Lake


def build_of(text: str, calls: list[str]):
    def build(workspace: Path) -> Built:
        calls.append(text)
        (workspace / "data.txt").write_text(text)
        return Built({"data": workspace / "data.txt"}, {"length": len(text)})

    return build


def ensure(lake: Lake, text: str, calls: list[str], **inputs: str):
    return lake.ensure("step", ("2026-09",), inputs=inputs, recorded_at="now", build=build_of(text, calls))


def test_same_inputs_are_built_once(tmp_path: Path) -> None:
    lake, calls = Lake(tmp_path), []
    first, was_built = ensure(lake, "a", calls, raw="1")
    again, was_built_again = ensure(lake, "b", calls, raw="1")
    assert (was_built, was_built_again, calls) == (True, False, ["a"])
    assert again.path("data").read_text() == "a"
    assert again.digest == first.digest


def test_new_inputs_replace_the_partition_and_leave_nothing_behind(tmp_path: Path) -> None:
    lake, calls = Lake(tmp_path), []
    ensure(lake, "a", calls, raw="1")
    replaced, _ = ensure(lake, "b", calls, raw="2")
    assert replaced.path("data").read_text() == "b"
    assert sorted(path.name for path in replaced.folder.iterdir()) == sorted(
        [replaced.path("data").name, "manifest.json"]
    )


def test_a_failed_build_leaves_the_last_good_state(tmp_path: Path) -> None:
    lake, calls = Lake(tmp_path), []
    ensure(lake, "a", calls, raw="1")

    def fail(workspace: Path) -> Built:
        (workspace / "half").write_text("half")
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        lake.ensure("step", ("2026-09",), inputs={"raw": "2"}, recorded_at="now", build=fail)
    kept = lake.require("step", "2026-09")
    assert kept.path("data").read_text() == "a"
    assert not any((tmp_path / ".work").iterdir())


def test_data_without_a_manifest_does_not_exist(tmp_path: Path) -> None:
    lake, calls = Lake(tmp_path), []
    folder = tmp_path / "step" / "2026-09"
    folder.mkdir(parents=True)
    (folder / "data-0123.txt").write_text("left by a killed run")
    assert lake.find("step", "2026-09") is None
    assert lake.partitions("step") == []
    with pytest.raises(RefusedError, match="step of 2026-09 is not in the lake"):
        lake.require("step", "2026-09")
    ensure(lake, "a", calls, raw="1")
    assert not (folder / "data-0123.txt").exists()


def test_a_killed_run_leaves_a_workspace_that_the_next_one_removes_and_one_in_use_stays(
    tmp_path: Path,
) -> None:
    lake = Lake(tmp_path)
    killed = tmp_path / ".work" / "killed"
    killed.mkdir(parents=True)
    (killed / "half").write_text("half")
    with lake.workspace() as first:
        assert not killed.exists()
        with lake.workspace() as second:
            assert first.exists()
            assert second.exists()
    assert not any((tmp_path / ".work").iterdir())


def test_the_current_child_is_remembered(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert lake.current("editions", "2026-Q3") is None
    lake.set_current("abc", "editions", "2026-Q3")
    assert lake.current("editions", "2026-Q3") == "abc"
