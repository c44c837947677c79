"""The command line as a user runs it: exit status, one line per refusal, JSON, and nothing changed by a refusal."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from country.portal.server import PortalServer
from tests.conftest import NOW
from tests.districts.test_registry import ROW, write
from tests.rows import lines, row
from tests.steps.test_steps import month_file

pytestmark = pytest.mark.slow  # each runs the command in a process of its own
ON_TIME = "2022-07-28T09:00:00+09:00"
"""The last day on which 2022-06 may come in."""
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def sogong(tmp_path: Path) -> Run:
    """Runs `sogong` in a home of its own."""

    def run(*arguments: str | Path, now: str = NOW) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [Path(sys.executable).with_name("sogong"), *map(str, arguments)],
            env={**os.environ, "SOGONG_HOME": str(tmp_path / "home"), "SOGONG_NOW": now, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_from_a_portal_to_the_reports_and_once_more(
    sogong: Run, tmp_path: Path, digest_tree: Callable[[Path], dict[str, str]]
) -> None:
    home = tmp_path / "home"
    registry = write(tmp_path / "registry.csv", {**ROW, "source": "simulated:law1:seed1"})
    for month in ("2022-04", "2022-05"):
        month_file(tmp_path / "published", month)

    def everything(address: str) -> list[subprocess.CompletedProcess[str]]:
        return [
            sogong("registry", "load", registry),
            sogong("ingest", "2022-04..2022-05", "--from", address, "--json"),
            sogong("propose", "2022-Q2"),
            sogong("publish", "2022-Q2", "--draft"),
        ]

    with PortalServer(tmp_path / "published") as portal:
        first = everything(portal.url)
        assert [done.returncode for done in first] == [0, 0, 0, 0], [done.stderr for done in first]
        tree = digest_tree(home / "lake") | digest_tree(home / "reports")
        again = everything(portal.url)
    assert [done.returncode for done in again] == [0, 0, 0, 0]
    assert digest_tree(home / "lake") | digest_tree(home / "reports") == tree
    months = json.loads(first[1].stdout)["months"]
    assert [(month["month"], month["rows"], month["new"]) for month in months] == [
        ("2022-04", 40, True),
        ("2022-05", 40, True),
    ]
    assert [month["new"] for month in json.loads(again[1].stdout)["months"]] == [False, False]
    assert "1 undetermined" in first[2].stdout
    page = (home / "reports" / "2022-Q2" / "draft" / "gyeonggi.html").read_text(encoding="utf-8")
    assert "가상산단" in page
    assert "시연" in page
    written = Counter(path.suffix for path in (home / "reports" / "2022-Q2" / "draft").iterdir())
    assert written == {".html": 14, ".pdf": 14}

    status = sogong("status", "--json", now=ON_TIME)
    assert status.returncode == 0
    assert json.loads(status.stdout)["months"] == ["2022-04", "2022-05"]
    late = sogong("status", now=ON_TIME.replace("-28T", "-29T"))
    assert late.returncode == 3
    assert "late      2022-06\n" in late.stdout
    # It may never come: at that moment its quarter is there all the same, as partial, and nothing waits to be done.
    assert "proposed  2022-Q2\n" in late.stdout
    assert "stale" not in late.stdout
    with contextlib.closing(sqlite3.connect(home / "warehouse.sqlite")) as warehouse:
        facts = "SELECT months, status FROM fact_district_quarter_latest WHERE quarter = '2022-Q2'"
        assert warehouse.execute(facts).fetchall() == [(2, "partial")]
    assert "3개월 중 2개월" in page
    assert re.search(
        r"^forecast  0\.\d{3} GB a month, \d+\.\d\d GB for twelve more$", late.stdout, re.MULTILINE
    )
    assert sogong("ingest", "2022-04", "--from", month_file(tmp_path, "2022-04", count=44)).returncode == 0
    stale = sogong("status", now=ON_TIME)
    assert stale.returncode == 3
    assert "stale     2022-Q2: 2022-04:" in stale.stdout
    dry_run = sogong("propose", "--dry-run", "--json")
    assert list(json.loads(dry_run.stdout)["quarters"]) == ["2022-Q2"]


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("half.csv", lines([row(), row()])[:-30], "the file stops in the middle of its last line"),
        ("page.csv", b"<html><body>error</body></html>", "this is a web page, not a CSV file"),
        ("empty.csv", b"", "the file is empty"),
        ("other.csv", lines([row(data_month="2022-05")]), "the file holds 2022-05, not 2022-04"),
        (
            "layout.csv",
            "이름,주소\n가,나\n".encode("cp949"),
            "the header lacks 22 of 22 columns: 자료생성년월",
        ),
    ],
)
def test_a_bad_file_is_one_line_and_changes_nothing(
    sogong: Run,
    tmp_path: Path,
    digest_tree: Callable[[Path], dict[str, str]],
    name: str,
    body: bytes,
    message: str,
) -> None:
    (tmp_path / name).write_bytes(body)
    before = digest_tree(tmp_path)
    done = sogong("ingest", "2022-04", "--from", tmp_path / name)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"sogong: {name}: {message}")
    assert done.stderr.count("\n") == 1
    assert digest_tree(tmp_path) == before


def test_a_bad_registry_is_one_line_and_the_one_in_force_stays(sogong: Run, tmp_path: Path) -> None:
    assert sogong("registry", "load", write(tmp_path / "good.csv", ROW)).returncode == 0
    done = sogong("registry", "load", write(tmp_path / "bad.csv", ROW, ROW))
    assert done.returncode == 1
    assert done.stderr.startswith("sogong: bad.csv: row 3: district_id 'D1' (row 2 is valid from")
    assert done.stderr.count("\n") == 1
    assert len(list((tmp_path / "home" / "lake" / "registry").iterdir())) == 1


def test_usage_refusals_and_json_errors_have_their_status(sogong: Run, tmp_path: Path) -> None:
    assert sogong("ingest").returncode == 2
    assert sogong("nonsense").returncode == 2
    assert sogong("propose", "2026-Q5").stderr == "sogong: '2026-Q5' is not a quarter; write it as 2026-Q3\n"
    refused = sogong("publish", "2026-Q3", "--draft", "--json")
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["error"].startswith("there is no lake in ")
    assert sogong("registry", "load", write(tmp_path / "registry.csv", ROW)).returncode == 0
    refused = sogong("publish", "2026-Q3", "--draft", "--json")
    assert json.loads(refused.stdout) == {
        "error": "2026-Q3 was not proposed yet; run `sogong propose 2026-Q3` first"
    }
    nowhere = sogong("ingest", "2022-04", "--from", tmp_path / "nowhere")
    assert nowhere.stderr.endswith("nowhere: there is no such file or folder\n")


def test_what_nobody_foresaw_is_one_line_too_and_says_how_to_see_more(sogong: Run, tmp_path: Path) -> None:
    broken = tmp_path / "home" / "lake" / "registry" / "0001-abc"
    broken.mkdir(parents=True)
    (broken / "manifest.json").write_text("{")
    done = sogong("status")
    assert done.returncode == 1
    assert done.stderr.startswith("sogong: JSONDecodeError: ")
    assert done.stderr.endswith("; SOGONG_DEBUG=1 shows where\n")
    assert done.stderr.count("\n") == 1


def test_nothing_to_propose_is_refused(sogong: Run) -> None:
    assert sogong("propose").stderr.startswith("sogong: there is no lake in ")


def test_a_month_missing_from_a_range_is_told_and_the_others_are_in(sogong: Run, tmp_path: Path) -> None:
    month_file(tmp_path / "files", "2022-04")
    done = sogong("ingest", "2022-04..2022-05", "--from", tmp_path / "files")
    assert done.returncode == 1
    assert "refused 2022-05: " in done.stdout
    assert "1 of 2 months are in" in done.stdout


def test_a_disk_that_cannot_be_written_is_one_line(sogong: Run, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    done = sogong("ingest", "2022-04", "--from", month_file(tmp_path, "2022-04"))
    assert done.returncode == 1
    assert done.stderr.startswith("sogong: ")
    assert done.stderr.count("\n") == 1


def test_a_range_stops_at_the_first_outage_and_says_where_to_go_on(sogong: Run, tmp_path: Path) -> None:
    """Nobody listens there: 39 months would each wait for as long as the first."""
    month_file(tmp_path / "files", "2022-04")
    assert sogong("ingest", "2022-04", "--from", tmp_path / "files").returncode == 0
    with PortalServer(tmp_path / "files") as portal:
        address = portal.url
    for jobs in ("1", "2"):
        done = sogong("ingest", "2022-05..2025-07", "--from", address, "--jobs", jobs)
        assert done.returncode == 1
        assert done.stdout.count("refused ") == 1, done.stdout
        assert "refused 2022-05: portal unreachable: " in done.stdout
        assert (
            "39 months to go; when the source answers again, go on with "
            f"`sogong ingest 2022-05..2025-07 --from {address}`" in done.stdout
        )
        assert done.stdout.endswith("0 of 39 months are in\n")


def test_a_closed_pipe_is_silent_and_a_full_one_is_one_line(sogong: Run, tmp_path: Path) -> None:
    assert sogong("registry", "load", write(tmp_path / "registry.csv", ROW)).returncode == 0
    environment = {**os.environ, "SOGONG_HOME": str(tmp_path / "home"), "SOGONG_NOW": NOW}
    command = [Path(sys.executable).with_name("sogong"), "status"]
    for flags in ([], ["--json"]):
        reading, writing = os.pipe()
        os.close(reading)
        closed = subprocess.run(
            [*command, *flags],
            env=environment,
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        os.close(writing)
        assert (closed.returncode, closed.stderr) == (141, "")
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [*command, *flags],
                env=environment,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert done.returncode == 1
        assert done.stderr.startswith("sogong: standard output: No space left on device; ")
        assert done.stderr.count("\n") == 1
