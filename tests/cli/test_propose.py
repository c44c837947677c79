"""`sogong propose` without a quarter: the newest complete one and what changed; others by name or `--every`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from sogong_pipeline.cli.main import app
from sogong_pipeline.steps.installation import Installation
from tests.conftest import NOW
from tests.steps.test_steps import QUARTER, load_registry, month_file

pytestmark = pytest.mark.slow


def test_without_a_quarter_the_newest_complete_one_is_proposed_and_the_others_are_named(
    pipeline: Installation, tmp_path: Path
) -> None:
    def propose(*arguments: str) -> Result:
        environment = {"SOGONG_NOW": NOW, "SOGONG_HOME": str(pipeline.settings.home)}
        return CliRunner().invoke(app, ["propose", *arguments], env=environment)

    def planned(*arguments: str) -> dict[str, Any]:
        done = propose("--dry-run", "--json", *arguments)
        assert done.exit_code == 0, done.output
        return json.loads(done.output)  # type: ignore[no-any-return]

    load_registry(pipeline, tmp_path)
    april, may, june = QUARTER.months
    for month in (april, june):
        pipeline.months.ingest(month, str(month_file(tmp_path, str(month))))
    done = propose()
    assert (done.exit_code, done.output) == (
        1,
        "sogong: no quarter is complete: 2022-Q2 lacks 2022-05; ingest, or run `sogong propose 2022-Q2` for a partial "
        "proposal\n",
    )
    assert pipeline.edition(QUARTER) is None

    for month in (april.shift(-1), may, june.shift(1)):
        pipeline.months.ingest(month, str(month_file(tmp_path, str(month))))
    told = planned()
    assert (list(told["quarters"]), told["left_alone"]) == (["2022-Q2"], ["2022-Q1", "2022-Q3"])
    told = planned("--every")
    assert (list(told["quarters"]), told["left_alone"]) == (["2022-Q1", "2022-Q2", "2022-Q3"], [])

    done = propose()
    assert done.exit_code == 0, done.output
    first, last = done.output.splitlines()
    assert first.startswith("2022-Q2  edition ")
    assert last == "2 other quarters never proposed, 2022-Q1..2022-Q3: name one, or --every for all of them"
    assert propose().output.splitlines() == ["no quarter's inputs changed", last]

    # A correction makes what was proposed stale, the newest or not.
    pipeline.months.ingest(april, str(month_file(tmp_path / "again", str(april), count=41)))
    assert list(planned()["quarters"]) == ["2022-Q2"]
    done = propose("2022-Q2", "--every")
    assert (done.exit_code, done.output) == (1, "sogong: give 2022-Q2 or --every, not both\n")
