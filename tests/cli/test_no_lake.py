"""A wrong home is not an empty success: commands that need a lake say that there is none, and change nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sogong_pipeline.cli.main import app
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from tests.conftest import NOW
from tests.steps.test_steps import QUARTER, load_registry, month_file
from tests.warehouse.test_warehouse import dump

pytestmark = pytest.mark.slow


def sogong(*arguments: str | Path, **environment: str) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)), env={"SOGONG_NOW": NOW, **environment})


def fill(pipeline: Installation, folder: Path) -> None:
    load_registry(pipeline, folder)
    pipeline.months.ingest(QUARTER.months[0], str(month_file(folder, str(QUARTER.months[0]))))
    pipeline.quarters.propose(QUARTER)


NEEDS_A_LAKE = (
    "warehouse rebuild", "backup B", "verify", "clean", "status", "reconcile", "propose 2022-Q2", "publish 2022-Q2",
    "bulletin 2022-04", "quality 2022-04", "board", "month accept 2022-04 --by a --reason because",
    "decide sheets 2022-H1", "registry list", "district explain D1", "clusters publish",
    "evaluate rows 2022-04", "evaluate chance 2022-Q2", "trend 2022-Q2", "plan 2022-H1", "release 2022-Q2",
    "survey draw 2022-Q2",
)  # fmt: skip


def test_a_returned_sheet_gets_no_letter_in_a_wrong_home(tmp_path: Path) -> None:
    """The letter would say that its sheet was never sent."""
    sheet = tmp_path / "returned.xlsx"
    sheet.write_bytes(b"PK")
    for group in ("decide", "survey", "programmes"):
        done = sogong(group, "record", sheet, SOGONG_HOME=str(tmp_path / "hmoe"))
        assert (done.exit_code, done.output.split(";")[0]) == (
            1,
            f"sogong: there is no lake in {tmp_path}/hmoe/lake",
        )
    assert list(tmp_path.iterdir()) == [sheet]


@pytest.mark.parametrize("command", [words.split() for words in NEEDS_A_LAKE], ids=NEEDS_A_LAKE)
def test_a_home_without_a_lake_is_one_line_and_stays_as_it_is(
    tmp_path: Path, command: list[str], digest_tree: Callable[[Path], dict[str, str]]
) -> None:
    wrong = tmp_path / "hmoe"
    given = [str(tmp_path / "backup") if word == "B" else word for word in command]
    done = sogong(*given, SOGONG_HOME=str(wrong))
    assert done.exit_code == 1
    (line,) = done.output.splitlines()
    assert line.startswith(f"sogong: there is no lake in {wrong}/lake; correct SOGONG_HOME (now {wrong})")
    assert "`sogong registry load FILE`" in line
    assert list(tmp_path.iterdir()) == []


def test_a_bucket_without_a_lake_is_told_as_well(lake_url: str, tmp_path: Path) -> None:
    done = sogong("status", SOGONG_HOME=str(tmp_path), SOGONG_LAKE_URL=lake_url)
    assert done.exit_code == 1
    assert done.output.startswith(f"sogong: there is no lake in {lake_url}")


def test_a_home_that_is_set_but_empty_is_the_documented_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    fill(Installation(Settings(home=Path(".sogong"), now=NOW)), tmp_path)
    done = sogong("status", SOGONG_HOME="", SOGONG_ANSWER_HOURS="", SOGONG_COUNCILS="")
    assert done.exit_code == 3, done.output
    assert "months    2022-04..2022-04, 1 in" in done.output
    assert not (tmp_path / "lake").exists()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("SOGONG_ANSWER_HOURS", "three", "should be a valid number"),
        ("SOGONG_ANSWER_HOURS", "0", "should be greater than 0"),
        ("SOGONG_NOW", "yesterday", "should be a valid datetime"),
    ],
)
def test_a_setting_that_cannot_be_read_is_one_line_with_its_remedy(
    name: str, value: str, reason: str
) -> None:
    done = sogong("status", **{name: value})
    assert done.exit_code == 1
    (line,) = done.output.splitlines()
    assert line.startswith(f"sogong: {name} is '{value}', which cannot be read: ")
    assert reason in line
    assert "correct or unset it" in line


def test_a_rebuild_from_a_wrong_home_leaves_a_teams_postgresql_as_it_is(
    tmp_path: Path, postgres_url: str
) -> None:
    own = Installation(Settings(home=tmp_path / "home", now=NOW, warehouse_url=postgres_url))
    fill(own, tmp_path)
    own.warehouse.rebuild()
    before = dump(own.warehouse)

    # Another lake: the same month, and no edition.
    other = Installation(Settings(home=tmp_path / "other", now=NOW))
    load_registry(other, tmp_path)
    other.months.ingest(QUARTER.months[0], str(month_file(tmp_path, str(QUARTER.months[0]))))
    there = {"SOGONG_HOME": str(tmp_path / "other"), "SOGONG_WAREHOUSE_URL": postgres_url}
    done = sogong("warehouse", "rebuild", **there)
    assert done.exit_code == 1
    (line,) = done.output.splitlines()
    edition = own.current_edition(QUARTER)
    assert f"lacks: 1 edition ({QUARTER} {edition}); correct SOGONG_HOME" in line
    assert line.endswith("`sogong warehouse rebuild --even-if-smaller`")
    assert dump(own.warehouse) == before

    # A home with nothing in it, and one that does not exist.
    for home in (tmp_path / "empty", tmp_path / "none"):
        done = sogong("warehouse", "rebuild", "--even-if-smaller", **{**there, "SOGONG_HOME": str(home)})
        assert done.exit_code == 1
        assert dump(own.warehouse) == before

    assert sogong("warehouse", "rebuild", "--even-if-smaller", **there).exit_code == 0
    assert dump(own.warehouse)["edition"] == []


def test_a_backup_into_another_lakes_folder_is_refused(
    tmp_path: Path, digest_tree: Callable[[Path], dict[str, str]]
) -> None:
    homes = {}
    for name, now in (("home", NOW), ("other", NOW.replace("-20T", "-21T"))):
        fill(Installation(Settings(home=tmp_path / name, now=now)), tmp_path)
        homes[name] = {"SOGONG_HOME": str(tmp_path / name)}
    backup = tmp_path / "backup"
    assert sogong("backup", backup, **homes["home"]).exit_code == 0
    before = digest_tree(backup)
    done = sogong("backup", backup, **homes["other"])
    assert done.exit_code == 1
    (line,) = done.output.splitlines()
    assert line.startswith(f"sogong: {backup} holds another lake than {tmp_path / 'other' / 'lake'}")
    assert digest_tree(backup) == before
    lake = digest_tree(tmp_path / "other")
    assert sogong("restore", backup, **homes["other"]).exit_code == 1
    assert digest_tree(tmp_path / "other") == lake
    assert sogong("backup", backup, **homes["home"]).exit_code == 0
