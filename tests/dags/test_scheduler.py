"""The real scheduler, over REST alone: months fire their quarter, a corrected month fires it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sogong_pipeline.orchestration.rest import Airflow, wait
from sogong_pipeline.pipeline import Pipeline
from sogong_pipeline.settings import Settings
from sogong_pipeline.simulator.portal import PortalServer
from tests.dags.servers import ROOT, environment, running, until_healthy
from tests.districts.test_registry import ROW, write
from tests.steps.test_steps import QUARTER, month_file

pytestmark = pytest.mark.slow


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[PortalServer]:
    """A portal that has published three months."""
    for month in QUARTER.months:
        month_file(tmp_path / "published", str(month))
    with PortalServer(tmp_path / "published") as running:
        yield running


@pytest.fixture
def airflow(tmp_path: Path, portal: PortalServer) -> Iterator[Airflow]:
    """Airflow as `make airflow` starts it."""
    settings = environment(tmp_path, SOGONG_PORTAL_URL=portal.url)
    output = tmp_path / "standalone.log"
    with running([ROOT / "scripts" / "airflow.sh"], settings, output) as process:
        served = Airflow(settings["AIRFLOW__API__BASE_URL"])
        until_healthy(served.address, {output: process})
        served.log_in()
        yield served


def test_months_fire_their_quarter_and_a_corrected_month_fires_it_again(
    airflow: Airflow, tmp_path: Path
) -> None:
    pipeline = Pipeline(Settings(home=tmp_path / "home"))
    report = tmp_path / "home" / "reports" / str(QUARTER) / "draft" / "gyeonggi.html"

    def loaded() -> bool | None:
        found = {dag["dag_id"] for dag in airflow.ask("GET", "dags")["dags"]}
        return True if found == {path.stem for path in (ROOT / "dags").glob("*.py")} else None

    def proposed(months: int, after: str | None = None) -> Callable[[], str | None]:
        """Looks for an edition of so many months, other than an earlier one, whose report is out."""

        def look() -> str | None:
            edition = pipeline.quarters.edition(QUARTER)
            if edition is None or len(edition.facts["months"]) < months or edition.folder.name == after:
                return None
            name = edition.folder.name
            is_out = report.exists() and name in report.read_text(encoding="utf-8")
            return name if is_out and resting() else None

        return look

    def resting() -> bool:
        """Whether no run of a quarter is on its way."""
        runs = airflow.runs("propose_stages") + airflow.runs("publish_reports")
        return all(run["state"] in {"success", "failed"} for run in runs)

    def backfilled() -> bool | None:
        runs = [run for run in airflow.runs("ingest_month") if run["run_type"] == "backfill"]
        assert "failed" not in {run["state"] for run in runs}
        done = sorted(run["partition_key"] for run in runs if run["state"] == "success")
        return True if done == [str(month) for month in QUARTER.months] else None

    def announced() -> int:
        """How many events of a measured month there were."""
        events = airflow.ask("GET", "assets/events?source_dag_id=ingest_month")["asset_events"]
        return sum("measured" in event["extra"] for event in events)

    wait(loaded, "all DAGs")
    registry = write(tmp_path / "registry.csv", ROW)
    run = airflow.trigger("load_registry", file=str(registry))
    assert airflow.finished("load_registry", run) == "success"

    airflow.ask("PATCH", "dags/ingest_month", {"is_paused": False})
    span = {"from_date": "2022-04-01T00:00:00+09:00", "to_date": "2022-06-30T00:00:00+09:00"}
    airflow.ask("POST", "backfills", {"dag_id": "ingest_month", **span, "max_active_runs": 3})
    wait(backfilled, "three months")
    first = wait(proposed(3), "the edition of three months and its reports")
    before = airflow.runs("propose_stages")
    assert {(run["partition_key"], run["run_type"]) for run in before} == {(str(QUARTER), "asset_triggered")}
    assert announced() == 3

    again = airflow.trigger("ingest_month", "2022-05", source=str(month_file(tmp_path / "again", "2022-05")))
    assert airflow.finished("ingest_month", again) == "success"
    states = airflow.tasks("ingest_month", again)
    assert (states["measure"], states["load"], states["announce"]) == ("success", "success", "skipped")
    assert announced() == 3

    corrected = month_file(tmp_path / "corrected", "2022-05", count=41)
    correction = airflow.trigger("ingest_month", "2022-05", source=str(corrected))
    assert airflow.finished("ingest_month", correction) == "success"
    second = wait(proposed(3, after=first), "the edition with the corrected month")
    assert announced() == 4
    after = airflow.runs("propose_stages")
    assert len(after) > len(before)
    assert {run["state"] for run in after} == {"success"}
    assert {first, second} <= set(pipeline.lake.children("editions", str(QUARTER)))
