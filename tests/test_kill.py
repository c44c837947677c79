"""`kill -9` at random moments: the next run ends in the lake, reports, decisions and tables of an undisturbed one.

`make soak` kills a hundred times, and before every single change of the disk besides.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.upkeep.verify import verify
from sogong_pipeline.warehouse.load import Warehouse
from tests import forks
from tests.conftest import NOW
from tests.councils.officer import fill
from tests.districts.test_registry import ROW, write
from tests.steps.test_steps import month_file
from tests.warehouse.test_warehouse import dump

IS_SOAK = bool(os.environ.get("SOGONG_SOAK"))
SEED = 20261122
PERIOD = "2022-H1"
KILLS = 100 if IS_SOAK else 5
CHANGES = range(1, 1_000) if IS_SOAK else (20, 35, 86)
"""After how many changes of the disk, the last in the middle of recording decisions; the soak goes on to the end."""
Digest = Callable[[Path], dict[str, str]]


@dataclass(frozen=True)
class Installations:
    """Identical installations, with the state and duration of an undisturbed one."""

    folder: Path
    commands: forks.Commands
    digest: Digest
    expected: tuple[object, ...] = ()
    took: float = 0.0

    @classmethod
    def below(cls, folder: Path, digest: Digest) -> Installations:
        """One district, a month that is corrected, proposed, published and decided on."""
        registry = write(folder / "registry.csv", ROW)
        commands = (
            ("registry", "load", registry),
            ("ingest", "2022-04", "--from", month_file(folder / "first", "2022-04")),
            ("ingest", "2022-04", "--from", month_file(folder / "corrected", "2022-04", count=41)),
            ("propose", "2022-Q2"),
            ("publish", "2022-Q2", "--draft"),
            ("decide", "sheets", PERIOD),
        )
        issued = cls(folder, commands, digest)
        issued.finish(
            "issued"
        )  # every installation's sheets are the same, so one officer fills in for all of them
        sheet = folder / "issued" / "reports" / PERIOD / "gyeonggi.xlsx"
        returned = fill(sheet, folder / "returned.xlsx")
        decide = ("decide", "record", returned, "--by", "이확인"), ("publish", "2022-Q2")
        alike = cls(folder, (*commands, *decide), digest)
        took = alike.finish("undisturbed")
        return replace(alike, expected=alike.state("undisturbed"), took=took)

    def start(self, name: str, last_change: int = 0) -> forks.ForkServerProcess:
        """Begin, or continue with the command at which it ended."""
        return forks.start(
            self.commands,
            self.folder / f"{name}.progress",
            last_change=last_change,
            SOGONG_HOME=str(self.folder / name),
            SOGONG_NOW=NOW,
        )

    def finish(self, name: str) -> float:
        """Complete one run, and return its duration in seconds."""
        began = time.monotonic()
        process = self.start(name)
        process.join()
        assert process.exitcode == 0
        return time.monotonic() - began

    def state(self, name: str) -> tuple[object, ...]:
        """Return the complete state of one, workspaces included; a whole lake or none."""
        home = self.folder / name
        pipeline = Installation(Settings(home=home, now=NOW))
        done = verify(pipeline.lake)
        assert (done.damaged, done.leftovers) == ([], [])
        return self.digest(home / "lake"), self.digest(home / "reports"), dump(Warehouse(pipeline))


@pytest.fixture(scope="module")
def installations(tmp_path_factory: pytest.TempPathFactory, digest_tree: Digest) -> Installations:
    return Installations.below(tmp_path_factory.mktemp("installations"), digest_tree)


@pytest.mark.slow
def test_killed_at_any_moment_a_re_run_ends_the_same(installations: Installations) -> None:
    took = installations.took
    moments = random.Random(SEED)  # noqa: S311 - a seed, so that a failure can be repeated
    killed = tries = 0
    while killed < KILLS:
        name, tries, began = f"moment{tries}", tries + 1, time.monotonic()
        process = installations.start(name)
        moment = moments.uniform(0.02, 0.98) * took
        process.join(moment)
        process.kill()
        process.join()
        if process.exitcode == 0:  # the machine has less to do than before: it was at its end already
            took = time.monotonic() - began
            continue
        assert process.exitcode == -signal.SIGKILL
        killed += 1
        installations.finish(name)
        assert installations.state(name) == installations.expected, (
            f"killed after {moment:.3f} of {took:.3f} s"
        )


@pytest.mark.slow
def test_killed_between_any_two_changes_of_the_disk_a_re_run_ends_the_same(
    installations: Installations,
) -> None:
    """Every state a killed run can leave, since between two changes nothing that has a name changes."""
    killed = []
    for changes in CHANGES:
        name = f"changes{changes}"
        process = installations.start(name, last_change=changes)
        process.join()
        installations.finish(name)
        assert installations.state(name) == installations.expected, f"killed after {changes} changes"
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
        killed.append(changes)
    assert len(killed) >= min(len(CHANGES), 50)
