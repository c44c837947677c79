"""A lake of an earlier version: read, recognised as outdated, made again by one command; what is kept survives."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from sogong_pipeline.cli.main import app
from sogong_pipeline.councils.final import publish_final
from sogong_pipeline.lake.layers import named
from sogong_pipeline.periods import Quarter
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from tests.support.editions import proposals_of

STORED = Path(__file__).parents[1] / "data" / "lake-before-layers.tar.xz"
QUARTER = Quarter(2022, 2)
NOW = "2022-08-01T09:00:00+09:00"
Digests = Callable[[Path], dict[str, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with tarfile.open(STORED) as archive:
        archive.extractall(tmp_path / "home", filter="data")
    monkeypatch.setenv("SOGONG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOGONG_NOW", NOW)
    return tmp_path / "home"


def run(*arguments: str) -> dict[str, object]:
    done = CliRunner().invoke(app, [*arguments, "--json"])
    assert done.exit_code in {0, 3}, done.output
    answer: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return answer


def kept(lake: Path, digest_tree: Digests) -> dict[str, str]:
    """Every file of the layers that are kept for ever."""
    return {name: digest for name, digest in digest_tree(lake).items() if name.split("/")[0] in named("kept")}


def test_one_command_makes_it_again_and_touches_nothing_that_is_kept(
    home: Path, digest_tree: Digests
) -> None:
    lake = home / "lake"
    before = kept(lake, digest_tree)
    assert {name.split("/")[0] for name in before} >= {"raw", "registry", "sheets", "decisions"}
    installation = Installation(Settings())
    old = installation.edition(QUARTER)
    assert old is not None
    status = run("status")
    assert list(status["outdated"]) == ["2022-04", "2022-05", "2022-06"]  # type: ignore[call-overload]
    assert any("code of staged" in why for why in status["outdated"]["2022-04"])  # type: ignore[index]
    assert list(status["stale"]) == ["2022-Q2"]  # type: ignore[call-overload]

    (made,) = run("propose")["editions"]  # type: ignore[misc]
    assert made["new"]
    assert kept(lake, digest_tree) == before
    again = run("status")
    assert (again["outdated"], again["stale"]) == ({}, {})
    assert run("propose")["editions"] == []

    new = installation.edition(QUARTER)
    assert new is not None
    assert new.folder != old.folder
    was, now = (
        pq.read_table(one.path("fact_district_quarter")).drop_columns(["edition"]) for one in (old, new)
    )
    was = was.rename_columns(["departed" if name == "left" else name for name in was.column_names])
    assert now.select(was.column_names).equals(was)  # columns that came since say more, not otherwise
    was, now = (pq.read_table(proposals_of(installation, one).path("stage_proposal")) for one in (old, new))
    # A version follows from the bytes of its file; reasons are rows of stage_clause since.
    same = [name for name in was.column_names if name not in {"edition", "rule_set_version", "reasons"}]
    assert now.select(same).equals(was.select(same))


def test_final_reports_of_what_was_decided_then_can_still_be_written(home: Path) -> None:
    installation = Installation(Settings())
    run("propose")
    finals = publish_final(installation, QUARTER)
    assert finals.decided == ["gyeonggi"]
    page = (home / "reports" / "2022-Q2" / "final" / "gyeonggi.html").read_text(encoding="utf-8")
    assert "d7d1f8bffd0c" in page  # the edition that the council judged, not the one made since
