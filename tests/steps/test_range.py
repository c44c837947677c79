"""A range by several processes is the range by one, byte for byte; whatever dies, nothing is left at work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sogong_pipeline.cli.steps import ingest
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import parse_months
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.steps.range import ingest_range
from tests.conftest import NOW
from tests.steps.test_steps import load_registry, month_file

MONTHS = parse_months("2022-04..2022-06")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A month with a stopped file before a good one, a month without any, and one with a stopped one alone."""
    folder = tmp_path / "files"
    odd = {"billed_amount_krw": "1211930"}
    month_file(folder, "2022-04", **odd).rename(folder / "가상 사업장 내역_20220517.csv")
    month_file(folder, "2022-04")
    month_file(folder, "2022-06", **odd)
    return folder


@pytest.mark.slow
def test_several_processes_leave_what_one_leaves(
    files: Path, tmp_path: Path, digest_tree: Callable[[Path], dict[str, str]]
) -> None:
    told, trees = [], []
    for jobs in (1, 2):
        pipeline = Installation(Settings(home=tmp_path / f"by_{jobs}", now=NOW))
        load_registry(pipeline, tmp_path)
        outcomes = list(ingest_range(pipeline, MONTHS, str(files), jobs))
        assert [month for month, _ in outcomes] == MONTHS
        told.append(
            [
                (
                    str(outcome).replace(str(pipeline.settings.home), "")
                    if isinstance(outcome, RefusedError)
                    else [(state.vintage, state.is_new, state.measured is not None) for state in outcome]
                )
                for _, outcome in outcomes
            ]
        )
        trees.append(digest_tree(pipeline.settings.home))
    assert told[0] == told[1]
    assert trees[0] == trees[1]
    good, missing, stopped = told[0]
    assert [(is_new, is_measured) for _, is_new, is_measured in good] == [(True, True)]
    assert len(pipeline.lake.partitions("checked", "2022-04")) == 2
    assert "none of its 3 files holds 2022-05" in missing
    assert stopped.startswith("2022-06: the gate stopped ")
    again = [outcome for _, outcome in ingest_range(pipeline, MONTHS[:2], str(files), 1)]
    assert [state.is_new for state in again[0]] == [False]
    staged = pipeline.settings.home / "lake" / "staged"
    assert (
        digest_tree(staged).items()
        <= {name.removeprefix("lake/staged/"): digest for name, digest in trees[1].items()}.items()
    )


@pytest.mark.slow
def test_only_months_that_are_missing_are_forecast(
    pipeline: Installation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is in already passes in no time, which tells nothing about the rest."""
    monkeypatch.setenv("SOGONG_HOME", str(pipeline.settings.home))
    for month in parse_months("2022-01..2022-05"):
        month_file(tmp_path / "files", str(month))
    for month in parse_months("2022-01..2022-02"):
        pipeline.months.ingest(month, str(tmp_path / "files"))
    told = ingest("2022-01..2022-05", str(tmp_path / "files"), jobs=1)
    assert told["lines"][-1] == "5 of 5 months are in"
    # Whatever else imported Airflow in this process may have sent logs there, too.
    (forecast,) = [line for line in capsys.readouterr().err.splitlines() if " to go: " in line]
    assert forecast.startswith("1 to go: about ")


def test_no_job_is_no_number_of_jobs(pipeline: Installation) -> None:
    with pytest.raises(RefusedError, match=r"^jobs is 0; give 1 or more$"):
        next(ingest_range(pipeline, MONTHS, None, 0))


def _children(pid: int) -> set[int]:
    """The living children of a process, and theirs."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            child = int(stat.parent.name)
            found |= {child} | _children(child)
    return found


def _is_staging(pid: int) -> bool:
    return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()


def _until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def running(tmp_path: Path) -> Callable[[], subprocess.Popen[str]]:
    """Starts a range of twelve months and waits until a process stages them."""
    for month in parse_months("2022-01..2022-12"):
        month_file(tmp_path / "year", str(month), count=2_000)

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [
                *(Path(sys.executable).with_name("sogong"), "ingest", "2022-01..2022-12"),
                *("--from", tmp_path / "year", "--jobs", "2"),
            ],
            env={**os.environ, "SOGONG_HOME": str(tmp_path / "home"), "SOGONG_NOW": NOW},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        _until(lambda: any(map(_is_staging, _children(process.pid))))
        return process

    return start


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_nothing_goes_on_without_its_parent(running: Callable[[], subprocess.Popen[str]], how: int) -> None:
    process = running()
    children = _children(process.pid)
    process.send_signal(how)
    _, told = process.communicate(timeout=60)
    _until(lambda: not any(Path(f"/proc/{child}").exists() for child in children))
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert told == ("sogong: stopped; what was finished is kept, run the same command again to go on\n")


@pytest.mark.slow
def test_a_process_that_was_killed_is_one_line(running: Callable[[], subprocess.Popen[str]]) -> None:
    process = running()
    (stager,) = filter(_is_staging, _children(process.pid))
    os.kill(stager, signal.SIGKILL)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert told.endswith(
        "a process that staged months was killed, most likely for want of memory; run the same command again with "
        "--jobs 1\n"
    )
    assert told.count("\n") == 1
