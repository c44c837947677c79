"""A range through the command, killed in its midst with all its processes and begun again, ends as one left in peace.

`make soak` takes every month since 2015-11; `make test` a few on both sides of a change of the header. With
`--log-level=INFO` it tells how long each run took, and what it told.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from country.country import write_country
from country.portal.server import PortalServer
from sogong_pipeline.periods import parse_months
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.upkeep.verify import verify
from sogong_pipeline.warehouse.load import Warehouse
from tests import forks
from tests.conftest import NOW
from tests.warehouse.test_warehouse import dump

IS_SOAK = bool(os.environ.get("SOGONG_SOAK"))
RANGE, DISTRICTS = ("2015-11..2026-09", 150) if IS_SOAK else ("2021-08..2021-11", 5)
MONTHS = parse_months(RANGE)
KILLED_AT = MONTHS[len(MONTHS) // 2]


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[PortalServer]:
    """One that has every month of a country."""
    write_country(tmp_path / "country", months=MONTHS, districts=DISTRICTS, outside=0.5)
    with PortalServer(tmp_path / "country" / "files") as server:
        yield server


@dataclass(frozen=True)
class Range:
    """The command over all months, from one portal."""

    portal: str
    folder: Path

    def start(self, name: str) -> subprocess.Popen[str]:
        """Begin with two processes, or go on."""
        return subprocess.Popen(
            [Path(sys.executable).with_name("sogong"), *self._words("2")],
            env={**os.environ, **self._environment(name)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def finish(self, name: str, jobs: int) -> None:
        """Begin or go on, to the end; with one process it is forked, which saves its imports."""
        began = time.monotonic()
        if jobs == 1:
            process = forks.start(
                [self._words("1")], self.folder / f"{name}.progress", **self._environment(name)
            )
            process.join()
            status, told = process.exitcode, ""
        else:
            started = self.start(name)
            _, told = started.communicate()
            status = started.returncode
        assert status == 0, told
        logging.info("%s by %d processes: %.0f s\n%s", name, jobs, time.monotonic() - began, told)

    def _words(self, jobs: str) -> list[str]:
        return ["ingest", RANGE, "--from", self.portal, "--jobs", jobs]

    def _environment(self, name: str) -> dict[str, str]:
        return {"SOGONG_HOME": str(self.folder / name), "SOGONG_NOW": NOW}


@pytest.mark.slow
def test_a_range_that_was_killed_ends_as_one_left_in_peace(
    portal: PortalServer, tmp_path: Path, digest_tree: Callable[[Path], dict[str, str]]
) -> None:
    def state(name: str) -> dict[str, object]:
        pipeline = Installation(Settings(home=tmp_path / name, now=NOW))
        done = verify(pipeline.lake)
        assert (done.damaged, done.leftovers) == ([], [])
        assert pipeline.passed() == MONTHS
        home = pipeline.settings.home
        return digest_tree(home / "lake") | digest_tree(home / "reports") | dump(Warehouse(pipeline))

    months = Range(portal.url, tmp_path)
    for name in ("in_peace", "killed"):
        pipeline = Installation(Settings(home=tmp_path / name, now=NOW))
        pipeline.registry.load(tmp_path / "country" / "registry.csv")
    months.finish("in_peace", jobs=1)

    process, measured = months.start("killed"), tmp_path / "killed" / "lake" / "measured"
    while not (measured / str(KILLED_AT)).exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not (measured / str(MONTHS[-1])).exists()
    months.finish("killed", jobs=2 if IS_SOAK else 1)
    killed, in_peace = state("killed"), state("in_peace")
    assert [name for name in killed | in_peace if killed.get(name) != in_peace.get(name)] == []
