"""An old quarter under the registry of today and under that of then: two choices, two editions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sogong_pipeline.cli.main import app
from sogong_pipeline.errors import RefusedError
from tests.steps.test_as_known_on import FIRST, SECOND, THIRD, home, made, on  # noqa: F401 - fixtures
from tests.steps.test_steps import QUARTER

pytestmark = pytest.mark.slow


def test_now_and_then_are_two_editions_and_the_latest_stays(home: Path) -> None:  # noqa: F811
    third = on(home, THIRD)
    first, second = [str(one["version"]) for one in third.registry.loaded()]
    now, _ = third.quarters.propose(QUARTER)
    then, is_new = third.quarters.propose(QUARTER, registry="then")
    assert is_new  # the corrected month under the registry of then
    assert now.folder != then.folder
    assert (then.facts["registry_version"], now.facts["registry_version"]) == (first, second)
    assert then.facts["months"] == now.facts["months"]
    latest = third.edition(QUARTER)
    assert latest is not None
    assert latest.folder == now.folder
    assert third.quarters.propose(QUARTER, registry=first) == (then, False)
    assert third.quarters.propose(QUARTER, registry="then") == (then, False)
    assert third.quarters.stale(QUARTER) == []


def test_a_registry_that_is_not_there_is_refused(home: Path) -> None:  # noqa: F811
    with pytest.raises(RefusedError, match="there is no registry abc in the lake; `sogong registry list`"):
        on(home, THIRD).quarters.propose(QUARTER, registry="abc")
    with pytest.raises(
        RefusedError, match=r"was never proposed; give a registry's version instead of 'then'"
    ):
        on(home, THIRD).quarters.propose(QUARTER.shift(-4), registry="then")


def test_the_commands_list_compare_and_choose(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setenv("SOGONG_HOME", str(home))
    monkeypatch.setenv("SOGONG_NOW", f"{THIRD}T09:00:00+09:00")

    def run(*words: str) -> dict[str, object]:
        done = CliRunner().invoke(app, [*words, "--json"])
        assert done.exit_code == 0, done.output
        told: dict[str, object] = json.loads(done.stdout)
        return told

    loaded = run("registry", "list")["registries"]
    assert isinstance(loaded, list)
    assert [one["recorded_at"][:10] for one in loaded] == [FIRST, SECOND]
    changes = run("registry", "diff", loaded[0]["version"])["changes"]
    assert isinstance(changes, list)
    assert {change["what"] for change in changes} == {"renamed"}
    assert run("registry", "overlaps")["pairs"] == []
    told = run("propose", str(QUARTER), "--registry", "then")["editions"]
    assert isinstance(told, list)
    assert told[0]["quarter"] == str(QUARTER)
    explained = run("district", "explain", "1", "--month", str(QUARTER.months[0]))["workplaces"]
    assert isinstance(explained, list)
    assert explained[0]["why"].startswith(("medium: ", "none: "))
    refused = CliRunner().invoke(app, ["district", "explain", "없는이름"])
    assert refused.exit_code == 1
    assert "no workplace of" in refused.output
