"""The list of programmes: ties stated by a source, and no others beside a district."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sogong_pipeline.cli.main import app
from sogong_pipeline.programmes.programme import REAL, outdated, programmes, tied, untied


def test_every_entry_has_a_source_a_year_and_a_tie() -> None:
    every = programmes()
    assert len({one.id for one in every}) == len(every) == 31
    for one in every:
        assert one.source, one.id
        assert one.last_year >= 2020, one.id
        assert set(one.stages) <= {"good", "caution", "severe"}


@pytest.mark.real_data
def test_the_facts_are_those_gathered(test_data: Path) -> None:
    with (test_data / "plans" / "programmes.csv").open(encoding="utf-8") as file:
        gathered = {row["id"]: row for row in csv.DictReader(file)}
    own = {one.id: one for one in programmes()}
    assert own.keys() == gathered.keys()
    for name, row in gathered.items():
        one = own[name]
        assert (one.name, one.gives, one.year, one.source) == (
            row["name"], row["gives"], row["year"], row["source"],
        )  # fmt: skip
        real = row["tie_to_stage"] in {"law", "ENTRANCE", "local", "centre"} and row["stage"] != "not read"
        assert (one.tie_to_stage in REAL) == real, name


def test_only_real_ties_stand_beside_a_district() -> None:
    caution = [one.id for one in tied("caution", "44")]
    assert caution == ["decree30", "act26", "cn_caution", "scaleup23", "su_cn23"]
    assert "su_cn23" not in {one.id for one in tied("severe", "44")}
    assert {one.id for one in tied("severe", "11")} == {"act26", "decree30", "scaleup23"}
    for stage in ("caution", "severe"):
        for sido in ("11", "12", "43", "44", "47", "48", "51"):
            assert all(one.tie_to_stage in REAL for one in tied(stage, sido))
    apart = {one.id for one in untied("11")}
    assert apart == {"voucher26", "smart23", "convert20", "fund26"}
    assert "smart25" in {one.id for one in untied("47")}


def test_check_names_what_is_old(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    today = dt.date(2026, 11, 1)
    old = outdated(today)
    assert all(one.last_year < 2025 for one in old)
    assert "act26" not in {one.id for one in old}
    assert "scaleup23" in {one.id for one in old}
    monkeypatch.setenv("SOGONG_HOME", str(tmp_path))
    monkeypatch.setenv("SOGONG_NOW", "2026-11-01T09:00:00+09:00")
    done = CliRunner().invoke(app, ["programmes", "check"])
    assert done.exit_code == 3
    assert f"31 entries, {len(old)} to look at again" in done.output
    monkeypatch.setenv("SOGONG_NOW", "2020-11-01T09:00:00+09:00")
    assert CliRunner().invoke(app, ["programmes", "check"]).exit_code == 0
