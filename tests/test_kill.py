"""`kill -9` at random moments: the next run ends in the lake and tables of an undisturbed one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sogong_pipeline.pipeline import Pipeline
from sogong_pipeline.settings import Settings
from sogong_pipeline.warehouse.load import Warehouse
from tests.conftest import NOW
from tests.districts.test_registry import ROW, write
from tests.steps.test_steps import month_file
from tests.warehouse.test_warehouse import dump

KILLS = 60 if os.environ.get("SOGONG_SOAK") else 3
SEED = 20261122

SCRIPT = """
import sys
from sogong_pipeline.cli import main
if __name__ == "__main__":
    for arguments in (["registry", "load", "{registry}"], ["ingest", "2022-04..2022-05", "--from", "{files}"],
                      ["propose", "2022-Q2"], ["publish", "2022-Q2", "--draft"]):
        sys.argv = ["sogong", *arguments]
        try:
            main()
        except SystemExit as done:
            if done.code:
                raise
"""


@pytest.mark.slow
def test_killed_at_any_moment_a_re_run_ends_the_same(
    tmp_path: Path, digest_tree: Callable[[Path], dict[str, str]]
) -> None:
    registry = write(tmp_path / "registry.csv", ROW)
    for month in ("2022-04", "2022-05"):
        month_file(tmp_path / "files", month)
    script = tmp_path / "everything.py"
    script.write_text(SCRIPT.format(registry=registry, files=tmp_path / "files"))

    def start(home: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, script],
            env={**os.environ, "SOGONG_HOME": str(home), "SOGONG_NOW": NOW},
            stdout=subprocess.DEVNULL,
        )

    def state(home: Path) -> tuple[object, ...]:
        trees = {name: digest_tree(home / name) for name in ("lake", "reports")}
        return trees, dump(Warehouse(Pipeline(Settings(home=home, now=NOW))))

    began = time.monotonic()
    assert start(tmp_path / "undisturbed").wait() == 0
    took = time.monotonic() - began
    expected = state(tmp_path / "undisturbed")

    moments = random.Random(SEED)  # noqa: S311 - a seed, so that a failure can be repeated
    for number in range(KILLS):
        home = tmp_path / f"killed{number}"
        process = start(home)
        moment = moments.uniform(0.2, 0.95) * took
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert start(home).wait() == 0
        assert state(home) == expected, f"killed after {moment:.2f} s of {took:.2f} s"
