"""The tasks of `publish_clusters`, called as a worker calls them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from sogong_pipeline.clusters.counts import COUNT_COLUMNS, Count, write_rows
from sogong_pipeline.clusters.lists import centres
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.steps.installation import Installation
from tests.clusters.rows import count
from tests.conftest import NOW
from tests.dags.test_tasks import Notes, tasks

pytestmark = pytest.mark.slow  # imports Airflow


@pytest.fixture(autouse=True)
def home(pipeline: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tasks open the test's installation."""
    monkeypatch.setenv("SOGONG_HOME", str(pipeline.settings.home))
    monkeypatch.setenv("SOGONG_NOW", NOW)


def write(path: Path, *rows: Count) -> str:
    path.write_text(write_rows(rows, COUNT_COLUMNS), encoding="utf-8")
    return str(path)


def test_counts_are_loaded_once_and_pages_written_when_they_changed(
    pipeline: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    from sogong_pipeline.cluster_pages import publish
    from sogong_pipeline.pages.parts import Page

    run = tasks("publish_clusters")
    with pytest.raises(AirflowSkipException, match="no count of small manufacturers"):
        run["load"](params={"files": [], "again": False}, ti=Notes())
    with pytest.raises(RefusedError, match="there is no such file on this worker"):
        run["load"](params={"files": ["/nowhere.csv"], "again": False}, ti=Notes())
    file = write(tmp_path / "counts.csv", count("강원특별자치도 강릉시 주문진읍", "10", 45))
    notes = Notes()
    built = run["load"](params={"files": [file], "again": False}, ti=notes)
    assert (built["rows"], built["reaching"], built["changed"]) == (1, 1, True)
    assert "1 dongs and divisions, 1 reach the number" in notes[0]
    with pipeline.warehouse.engine.connect() as connection:
        assert connection.execute(text("SELECT reaches FROM cluster")).scalar() == "yes"

    every = publish.pages

    def first_only(source: publish.ClusterSource) -> list[Page]:
        return [next(iter(every(source)))]

    monkeypatch.setattr(publish, "pages", first_only)  # the page, not two hundred, in four formats
    published = run["publish"](built, params={"again": False}, ti=notes)
    assert published["files"] == 4
    for suffix in ("html", "pdf", "xlsx", "hwpx"):
        assert (Path(published["folder"]) / f"index.{suffix}").stat().st_size

    again = run["load"](params={"files": [file], "again": False}, ti=Notes())
    assert again == {**built, "changed": False}
    with pytest.raises(AirflowSkipException, match="are those of the pages before"):
        run["publish"](again, params={"again": False}, ti=Notes())
    assert run["publish"](again, params={"again": True}, ti=Notes()) == published
    fewer = write(tmp_path / "later.csv", count("강원특별자치도 강릉시 주문진읍", "10", 39))
    assert run["load"](params={"files": [fewer], "again": False}, ti=Notes())["changed"]
    with pytest.raises(RefusedError, match="there is no such file on this worker"):
        run["load"](params={"files": [], "official": "/nowhere.csv"}, ti=Notes())
    listed = [one.name for one in centres() if one.kind in {"trade", "shared"} and one.until is None][1:]
    official = tmp_path / "list_20270131.csv"
    official.write_text("\n".join(["센터명", *listed]), encoding="utf-8")
    assert run["load"](params={"files": [], "official": str(official)}, ti=Notes())["changed"]
    assert not run["load"](params={"files": [], "official": str(official)}, ti=Notes())["changed"]
