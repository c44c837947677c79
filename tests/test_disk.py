"""Full disk, read-only disk, clock set back: no partial result is visible, and a re-run gives the same result."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sogong_pipeline.districts.loaded import registry_in_force
from sogong_pipeline.errors import LaterError
from sogong_pipeline.nps.portal.memory import Memory
from sogong_pipeline.nps.portal.rate_limit import RateLimiter, RequestLimits
from sogong_pipeline.periods import Month
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.upkeep.verify import verify
from sogong_pipeline.warehouse.load import Warehouse
from tests.conftest import NOW
from tests.districts.test_registry import ROW, write
from tests.steps.test_steps import QUARTER, load_registry, month_file

pytestmark = pytest.mark.slow

Digest = Callable[[Path], dict[str, str]]
UNWRITABLE = (
    "Read-only file system; let this user write there and run the same command again: nothing is half kept"
)
FULL = (
    "No space left on device; make room there (`sogong status` says what is used, `sogong clean` what may go) and run "
    "the same command again: nothing is half kept",
    "database or disk is full; correct that or SOGONG_WAREHOUSE_URL, then run `sogong warehouse rebuild`",
    "disk I/O error; correct that or SOGONG_WAREHOUSE_URL, then run `sogong warehouse rebuild`",
)
STATES = {
    "ro": (UNWRITABLE,),
    "0": FULL[:1],
    "4096": FULL[:1],
    "100000": FULL,
    "250000": FULL,
    "400000": FULL,
}
"""By the state of the disk, the bytes left on it mostly, the possible messages: SQLite words its own."""


@pytest.fixture(scope="module")
def private_mounts() -> list[str]:
    """Return the words before a command that give it disks of its own."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    words = ["unshare", *user, "--mount", "--propagation", "private"]
    tried = subprocess.run([*words, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"this system lets nobody mount a small disk: {tried.stderr.strip()}")
    return words


def test_a_full_disk_and_one_that_cannot_be_written_are_told_and_a_re_run_ends_the_same(
    private_mounts: list[str], tmp_path: Path, digest_tree: Digest
) -> None:
    commands = [
        ["registry", "load", str(write(tmp_path / "registry.csv", ROW))],
        ["ingest", "2022-04", "--from", str(month_file(tmp_path / "files", "2022-04"))],
        ["propose", "2022-Q2"],
    ]
    home = tmp_path / "disk"
    home.mkdir()
    done = subprocess.run(
        [*private_mounts, sys.executable, "-m", "tests.disks", home, *STATES, json.dumps(commands)],
        env={**os.environ, "SOGONG_NOW": NOW},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    expected = Installation(Settings(home=tmp_path / "undisturbed", now=NOW))
    load_registry(expected, tmp_path)
    expected.months.ingest(Month(2022, 4), str(tmp_path / "files"))
    expected.quarters.propose(QUARTER)
    states = [json.loads(line) for line in done.stdout.splitlines()]
    assert [state["state"] for state in states] == list(STATES)
    for state in states:
        assert (state["status"], state["then"]) == (1, 0), state
        assert any(line in state["told"] for line in STATES[state["state"]]), state
        assert state["told"].count("\n") == 1
        assert state["told"].startswith(
            (f"sogong: {home}", "sogong: the disk", f"sogong: sqlite:///{home}")
        ), state
        # What a manifest names is whole; bytes of a registry or a month that came too early for theirs are not seen.
        assert {problem.partition(":")[0] for problem in state["damaged"]} <= {"no manifest names it"}
        assert state["lake"] == digest_tree(tmp_path / "undisturbed" / "lake")


def test_a_clock_that_was_set_back_changes_the_recorded_time_and_nothing_else(tmp_path: Path) -> None:
    def at(now: str) -> Installation:
        return Installation(Settings(home=tmp_path / "home", now=now))

    month, later, earlier = Month(2022, 4), "2026-10-20T09:00:00+09:00", "2019-01-01T00:00:00+09:00"
    load_registry(at(later), tmp_path)
    (first,) = at(later).months.ingest(month, str(month_file(tmp_path / "first", "2022-04")))
    edition, _ = at(later).quarters.propose(QUARTER)

    (again,) = at(earlier).months.ingest(month, str(month_file(tmp_path / "first", "2022-04")))
    assert (again.vintage, again.is_new) == (first.vintage, False)
    assert at(earlier).quarters.propose(QUARTER) == (edition, False)
    (second,) = at(earlier).months.ingest(month, str(month_file(tmp_path / "second", "2022-04", count=41)))
    load_registry(at(earlier), tmp_path, name="다른 이름")
    pipeline = at(earlier)
    assert pipeline.vintage_of(month) == second.vintage
    assert pipeline.vintages(month) == [second.vintage, first.vintage]
    newer, is_new = pipeline.quarters.propose(QUARTER)
    assert is_new
    assert pipeline.edition(QUARTER) == newer
    registry = registry_in_force(pipeline)
    assert registry is not None
    assert {district.name for district in registry.districts} == {"다른 이름"}
    Warehouse(pipeline).rebuild()
    assert verify(pipeline.lake).damaged == []


def test_a_clock_that_was_set_back_keeps_nobody_from_the_portal(tmp_path: Path) -> None:
    """A remembered request in the future neither stops the next one nor makes it wait long."""
    waits: list[float] = []
    future = RateLimiter("portal", Memory(tmp_path), RequestLimits(), clock=lambda: 2e9, sleep=waits.append)
    with future.slot():
        future.back_off(3600)
    now = RateLimiter("portal", Memory(tmp_path), RequestLimits(), clock=lambda: 1.7e9, sleep=waits.append)
    with now.slot():
        pass
    assert waits == [0, RequestLimits().pause_seconds]
    with pytest.raises(LaterError, match="asked to be left alone until"), future.slot():
        pass
