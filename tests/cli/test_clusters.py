"""The commands of clusters: what they say, in words and for machines, and their status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sogong_pipeline.cli.main import app
from sogong_pipeline.clusters.lists import centres
from tests.clusters.test_workbooks import COUNTS, WONJU
from tests.clusters.workbooks import write_table3


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOGONG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOGONG_NOW", "2026-11-30T09:00:00+09:00")


def call(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["clusters", *map(str, words)])
    return done.exit_code, done.output


def test_from_a_workbook_to_the_tables(tmp_path: Path) -> None:
    book = write_table3(tmp_path / "원주.xlsx", "강원특별자치도 원주시", WONJU, COUNTS)
    counts = tmp_path / "counts.csv"
    status, output = call("convert", book, "--from", "workbook3", "--out", counts)
    assert (status, "0 remarks" in output) == (0, True)
    assert "2026-11-30" in counts.read_text(encoding="utf-8")
    status, output = call("load", counts)
    assert status == 0
    assert "9 dongs and divisions of 2023, 2 reach the number" in output
    status, output = call("load", counts, "--json")
    said = json.loads(output)
    assert (said["new"], said["changed"], said["rows"], said["reaching"]) == (False, False, 9, 2)
    assert call("load")[0] == 0
    status, output = call("diff")
    assert (
        "added    2023 local_government_table3 강원특별자치도 원주시 문막읍 10 1-4 establishments  - -> 30"
        in output
    )


def test_what_is_refused_is_one_line_and_writes_nothing(tmp_path: Path) -> None:
    book = write_table3(tmp_path / "book.xlsx", "강원특별자치도 강릉시", WONJU, COUNTS)
    status, output = call("convert", book, "--from", "workbook3", "--out", tmp_path / "out.csv")
    assert status == 1
    assert len(output.strip().splitlines()) == 1
    assert not (tmp_path / "out.csv").exists()
    assert call("convert", book, "--from", "workbook3", "--out", tmp_path / "out.csv", "--ksic", "12")[0] == 1
    none = "no count of small manufacturers is loaded"
    for words, told in (("load", none), ("diff", none), ("publish", "there is no lake in")):
        status, output = call(words)
        assert status == 1
        assert told in output
    status, output = call("load", "--factories")
    assert (status, "no register of factories is loaded" in output) == (1, True)


def test_two_files_of_one_place_are_refused(tmp_path: Path) -> None:
    book = write_table3(tmp_path / "a.xlsx", "강원특별자치도 원주시", WONJU, COUNTS)
    again = write_table3(tmp_path / "b.xlsx", "강원특별자치도 원주시", WONJU, COUNTS)
    status, output = call("convert", book, again, "--from", "workbook3", "--out", tmp_path / "out.csv")
    assert (status, "is in two of the files" in output) == (1, True)


def test_the_official_list_is_compared(tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    names = [one.name for one in centres() if one.kind in {"trade", "shared"} and one.until is None]
    listed.write_text("센터명\n" + "\n".join(names[1:]) + "\n", encoding="cp949")
    status, output = call("diff", "--official", listed)
    assert status == 0
    assert f"gone     {names[0]}" in output
    assert "39 centres in list.csv, 1 difference to ours" in output


def test_the_official_list_is_loaded(tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    names = [one.name for one in centres() if one.kind in {"trade", "shared"} and one.until is None]
    listed.write_text("센터명\n" + "\n".join(names[1:]) + "\n", encoding="cp949")
    status, output = call("load", "--official", listed)
    assert (status, "give it as --as-of" in output) == (1, True)
    status, output = call("load", "--official", listed, "--as-of", "2027-01-31")
    assert status == 0
    assert f"gone     {names[0]}" in output
    assert "loaded; no count of small manufacturers is loaded yet" in output
    assert "0 differences to ours" in call("diff", "--official", listed)[1]
    book = write_table3(tmp_path / "book.xlsx", "강원특별자치도 원주시", WONJU, COUNTS)
    assert call("convert", book, "--from", "workbook3", "--out", tmp_path / "counts.csv")[0] == 0
    status, output = call("load", tmp_path / "counts.csv", "--official", listed, "--as-of", "2027-01-31")
    assert (status, "in force already" in output, "2 reach the number" in output) == (0, True, True)
