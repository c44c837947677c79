"""The tasks of what follows from a stage, called as a worker calls them: trend, survey, plans, release."""

from __future__ import annotations

from pathlib import Path

import pytest

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.steps.installation import Installation
from tests.conftest import NOW
from tests.dags.test_tasks import Notes, dag_of, tasks
from tests.steps.test_steps import QUARTER, load_registry, month_file

pytestmark = pytest.mark.slow  # imports Airflow
KEY = str(QUARTER)


@pytest.fixture(autouse=True)
def home(pipeline: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tasks open the test's installation."""
    monkeypatch.setenv("SOGONG_HOME", str(pipeline.settings.home))
    monkeypatch.setenv("SOGONG_NOW", NOW)


def test_a_quarter_gets_its_trend_and_drafts_and_lists_where_there_is_anybody_to_visit(
    pipeline: Installation, tmp_path: Path
) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    trend, plans, survey = (tasks(name) for name in ("publish_trend", "draft_plans", "draw_survey"))
    released = tasks("publish_release")["publish"]
    with pytest.raises(RefusedError, match="was not proposed yet"):
        trend["publish"](partition_key=KEY, ti=Notes())
    with pytest.raises(RefusedError, match="was not proposed yet"):
        released(partition_key=KEY, ti=Notes())
    with pytest.raises(RefusedError, match="is not in the form 2026-Q3"):
        plans["draft"](partition_key="2022q2", ti=Notes())
    load_registry(pipeline, tmp_path)
    pipeline.months.ingest(QUARTER.months[0], str(month_file(tmp_path, str(QUARTER.months[0]))))
    pipeline.quarters.propose(QUARTER)

    notes = Notes()
    published = trend["publish"](partition_key=KEY, ti=notes)
    assert published["files"] == 4 * len(list(Path(published["folder"]).glob("*.html"))) > 4
    assert notes[0].startswith(f"trend of {KEY}: ")
    notes = Notes()
    first = released(partition_key=KEY, ti=notes)
    assert (first["version"], first["status"], first["new"]) == ("2022.2.1", "draft", True)
    assert (Path(first["folder"]) / "datapackage.json").stat().st_size
    assert notes == [f"release 2022.2.1 (draft) made: {first['folder']}"]
    assert released(partition_key=KEY, ti=Notes()) == {**first, "new": False}
    drafts = plans["draft"](partition_key=KEY, ti=Notes())
    assert drafts["quarter"] == KEY
    assert (Path(drafts["folder"]) / "sido-41.hwpx").stat().st_size
    assert drafts["folder"].endswith("2022-H1/plans")
    with pytest.raises(AirflowSkipException, match="no district of 2022-Q2 is in caution or severe"):
        survey["draw"](partition_key=KEY, params={"again": False}, ti=Notes())


def test_nothing_returned_is_nothing_to_ask() -> None:
    (received,) = [task for task in dag_of("record_survey").tasks if task.task_id == "received"]
    assert received.python_callable(run_id="one") == []
