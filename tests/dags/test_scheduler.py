"""The real scheduler over REST: months fire their quarter, corrections fire it again, killed tasks are run again.

With PostgreSQL as Airflow's own database and as the warehouse, in `make soak` with SQLite as well, as in the demo; what
comes out equals, byte for byte and row for row, what the command line makes of the same files.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import psycopg.sql
import pytest

from country.portal.server import PortalServer
from sogong_pipeline.orchestration.rest import Airflow, wait
from tests.conftest import new_database
from tests.dags.hooks import PATH, TOKEN, HookServer
from tests.dags.servers import ROOT, environment, running, until_healthy
from tests.dags.twins import NOW, Digest, Twins
from tests.districts.test_registry import ROW, write
from tests.steps.test_steps import QUARTER, month_file

pytestmark = pytest.mark.slow

LINEAGE = "lineage.jsonl"
SECRETS = {"SOGONG_API_KEY": "unknown-key-51f0c2", "AWS_SECRET_ACCESS_KEY": "secret-of-a-bucket-9ae3"}
"""What an installation keeps in its environment, and nobody registered."""
WITH_COUNCILS = {
    *(f"record_decisions.{task}" for task in ("received", "council.confirm", "council.record", "overdue")),
    *(f"publish_reports.{task}" for task in ("publish_decided", "deliver")),
    *(f"publish_clusters.{task}" for task in ("load", "publish")),
    *(f"accept_month.{task}" for task in ("accept", "announce")),
    *(f"record_survey.{task}" for task in ("received", "centre.confirm", "centre.record")),
    *("draw_survey.draw", "draft_plans.draft", "load_factories.load", "fetch_outside.fetch"),
}
"""What runs once councils decide, counts, registers or keys come in, or a person accepts a month."""
RESTING = ("propose_stages", "publish_reports", "publish_trend", "publish_release", "draw_survey")
"""What a quarter sets going."""
CLUSTER_POLICY = """
from datetime import timedelta

def task_policy(task):
    task.retry_delay = timedelta(seconds=1)
    if task.task_id == "published":
        task.timeout = 0
"""
"""Airflow's own way for an installation to change what its DAGs say: a killed task is run again soon, and a month that
is not published is late at once."""


@dataclass(frozen=True)
class Installation:
    """A running Airflow, the installation it works on with its twin, and a folder for files to feed both."""

    airflow: Airflow
    twins: Twins
    folder: Path
    hook: HookServer
    metadata: str
    """The address of Airflow's own database where it is no file below the folder, else nothing."""

    def note(self, dag_id: str, run_id: str) -> str:
        """The note of a run."""
        return str(self.airflow.ask("GET", f"dags/{dag_id}/dagRuns/{run_id}")["note"])

    def resting(self) -> bool:
        """Whether no run of a quarter is on its way."""
        runs = [run for dag in RESTING for run in self.airflow.runs(dag)]
        assert "failed" not in {run["state"] for run in runs}
        return {run["state"] for run in runs} <= {"success"}

    def wait_for_twin(self) -> None:
        """Wait until the scheduler has brought the quarters to where the twin is, and rests."""
        wait(lambda: True if self.twins.caught_up() and self.resting() else None, "the quarters of the twin")

    def kill(self, dag_id: str, task_id: str) -> tuple[str, str, str]:
        """SIGKILL a task in the middle of its work: as soon as it writes something; returns which it was."""

        def started() -> dict[str, Any] | None:
            path = f"dags/{dag_id}/dagRuns/~/taskInstances?state=running"
            tasks = self.airflow.ask("GET", path)["task_instances"]
            return next((task for task in tasks if task["task_id"] == task_id and task["pid"]), None)

        task = wait(started, f"{dag_id}.{task_id} to run", pause=0.02)
        home = self.twins.scheduled.settings.home
        before = changes(home)
        while changes(home) == before:
            assert Path(f"/proc/{task['pid']}").exists(), f"{dag_id}.{task_id} ended without writing anything"
            time.sleep(0.002)
        os.kill(task["pid"], signal.SIGKILL)
        return dag_id, task["dag_run_id"], task_id

    def announced(self) -> int:
        """How many events of a measured month there were."""
        events = self.airflow.ask("GET", "assets/events?source_dag_id=ingest_month")["asset_events"]
        return sum("measured" in event["extra"] for event in events)


def lineage(folder: Path) -> dict[str, set[str]]:
    """The kinds of OpenLineage events of each job, `<dag>` or `<dag>.<task>`."""
    found: dict[str, set[str]] = {}
    for line in (folder / LINEAGE).read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        found.setdefault(event["job"]["name"], set()).add(event["eventType"])
    return found


def changes(folder: Path) -> set[tuple[str, int]]:
    """Every file and folder below a folder with its time of change."""
    found = set()
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            found.add((str(path), path.stat().st_mtime_ns))
    return found


def databases(request: pytest.FixtureRequest) -> dict[str, str]:
    """What the environment says of both databases, Airflow's and the warehouse."""
    if request.param == "sqlite":
        return {}
    server = request.getfixturevalue("postgres")
    return {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": new_database(server, "psycopg2"),
        "SOGONG_WAREHOUSE_URL": new_database(server, "psycopg"),
    }


@pytest.fixture(
    scope="module", params=["sqlite", "postgresql"] if os.environ.get("SOGONG_SOAK") else ["postgresql"]
)
def installation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Airflow as `make airflow` starts it, over an empty lake and a portal that has published a quarter."""
    folder = tmp_path_factory.mktemp(request.param)
    for month in QUARTER.months:
        month_file(folder / "published", str(month))
    shorter = folder / "airflow" / "config" / "airflow_local_settings.py"
    shorter.parent.mkdir(parents=True)
    shorter.write_text(CLUSTER_POLICY, encoding="utf-8")
    output = folder / "standalone.log"
    with PortalServer(folder / "published") as portal, HookServer() as hook:
        told = environment(
            folder,
            SOGONG_PORTAL_URL=portal.url,
            SOGONG_ODCLOUD_URL=portal.url,
            SOGONG_NOW=NOW,
            AIRFLOW_CONN_SOGONG_ALERTS=hook.connection,
            **SECRETS,
            AIRFLOW__OPENLINEAGE__TRANSPORT=json.dumps(
                {"type": "file", "log_file_path": str(folder / LINEAGE), "append": True}
            ),
            **databases(request),
        )
        with running([ROOT / "scripts" / "airflow.sh"], told, output) as process:
            airflow = Airflow(told["AIRFLOW__API__BASE_URL"])
            until_healthy(airflow.address, {output: process})
            airflow.log_in()
            dags = {path.stem for path in (ROOT / "dags").glob("*.py")}
            wait(lambda: True if airflow.dags() == dags else None, "all DAGs")
            airflow.ask("PATCH", "dags/ingest_month", {"is_paused": False})
            twins = Twins.below(folder, portal.url, told.get("SOGONG_WAREHOUSE_URL", ""))
            metadata = told.get("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "").replace("+psycopg2", "")
            yield Installation(airflow, twins, folder, hook, metadata)


def assert_told_late(installation: Installation) -> None:
    """The month that unpausing started is not over by the installation's clock; one that is over is late."""
    airflow, hook = installation.airflow, installation.hook
    (run,) = [run for run in airflow.runs("ingest_month") if run["run_type"] == "scheduled"]
    assert airflow.finished("ingest_month", run["dag_run_id"]) == "failed"
    wait(lambda: hook.texts or None, "an alert")
    (text,) = hook.texts
    early = (
        f"{run['partition_key']} is not over yet, today is {NOW[:10]} by SOGONG_NOW; its file appears about "
    )
    assert text.startswith(f"ingest_month {run['partition_key']}: published failed: {early}")
    path = f"dags/ingest_month/dagRuns/{run['dag_run_id']}/taskInstances/published"
    assert airflow.ask("GET", path)["try_number"] == 1

    late = airflow.trigger("ingest_month", "2022-07")
    assert airflow.finished("ingest_month", late) == "failed"
    (text,) = hook.texts[1:]
    assert text.startswith("ingest_month 2022-07: late: not published by the 28th; ")
    assert f"{airflow.address}/dags/ingest_month/runs/" in text
    note = installation.note("ingest_month", late)
    assert "failed: published" in note
    assert "late: not published by the 28th" in note

    # The scheduled look tells what never ran, which no failure would.
    look = airflow.trigger("watch_deadlines")
    assert airflow.finished("watch_deadlines", look) == "success"
    (text,) = hook.texts[2:]
    assert text.startswith("late: months up to ")
    assert "see the runbook a-month-is-late" in installation.note("watch_deadlines", look)


def test_months_fire_their_quarter_and_a_corrected_month_fires_it_again(
    installation: Installation, digest_tree: Digest
) -> None:
    airflow, twins = installation.airflow, installation.twins

    def backfilled() -> bool | None:
        runs = [run for run in airflow.runs("ingest_month") if run["run_type"] == "backfill"]
        assert "failed" not in {run["state"] for run in runs}
        done = sorted(run["partition_key"] for run in runs if run["state"] == "success")
        return True if done == [str(month) for month in QUARTER.months] else None

    registry = write(installation.folder / "registry.csv", ROW)
    twins.type("registry", "load", registry)
    twins.type("ingest", f"{QUARTER.months[0]}..{QUARTER.months[-1]}")
    twins.type_quarters()
    loading = airflow.trigger("load_registry", file=str(registry))
    assert airflow.finished("load_registry", loading) == "success"
    span = ("2022-04-01T00:00:00+09:00", "2022-06-30T00:00:00+09:00")
    airflow.backfill("ingest_month", *span, max_active_runs=1)
    wait(backfilled, "three months")
    installation.wait_for_twin()
    before = airflow.runs("propose_stages")
    assert {(run["partition_key"], run["run_type"]) for run in before} == {(str(QUARTER), "asset_triggered")}
    assert installation.announced() == 3
    first = twins.scheduled.lake.current("editions", str(QUARTER))

    file = month_file(installation.folder / "again", "2022-05")
    twins.type("ingest", "2022-05", "--from", file)
    again = airflow.trigger("ingest_month", "2022-05", source=str(file))
    assert airflow.finished("ingest_month", again) == "success"
    states = airflow.tasks("ingest_month", again)
    assert (states["measure"], states["load"], states["announce"]) == ("success", "success", "skipped")
    assert installation.announced() == 3
    assert "40 rows = 40 staged + 0 in quarantine\n\nthe gate let it pass" in installation.note(
        "ingest_month", again
    )

    file = month_file(installation.folder / "corrected", "2022-05", count=41)
    twins.type("ingest", "2022-05", "--from", file)
    twins.type_quarters()
    correction = airflow.trigger("ingest_month", "2022-05", source=str(file))
    assert airflow.finished("ingest_month", correction) == "success"
    ((fired, run),) = airflow.fired("ingest_month", correction)
    assert fired == "propose_stages"
    installation.wait_for_twin()
    edition = twins.scheduled.lake.current("editions", str(QUARTER))
    assert f"{QUARTER}, edition {edition}: " in installation.note("propose_stages", run)
    assert installation.announced() == 4
    assert len(airflow.runs("propose_stages")) > len(before)
    assert twins.scheduled.lake.current("editions", str(QUARTER)) != first
    twins.assert_alike(digest_tree)

    assert_told_late(installation)
    events = lineage(installation.folder)
    for dag_id in airflow.dags():
        for task in airflow.ask("GET", f"dags/{dag_id}/tasks")["tasks"]:
            name = f"{dag_id}.{task['task_id']}"
            assert name in WITH_COUNCILS or events[name] >= {"START", "COMPLETE"}


def test_a_killed_task_of_each_dag_is_run_again_and_ends_the_same(
    installation: Installation, digest_tree: Digest
) -> None:
    airflow, twins = installation.airflow, installation.twins
    elsewhere = {**ROW, "district_id": "D2", "legal_dong_codes": "4159036033", "postal_codes": ""}
    registry = write(installation.folder / "wider.csv", ROW, elsewhere)
    month_file(installation.folder / "published", "2022-07")
    twins.type("registry", "load", registry)
    twins.type("ingest", "2022-07")
    twins.type_quarters()

    loading = airflow.trigger("load_registry", file=str(registry))
    killed = [installation.kill("load_registry", "load")]
    assert airflow.finished("load_registry", loading) == "success"
    airflow.trigger("ingest_month", "2022-07")
    killed.append(installation.kill("ingest_month", "stage"))
    killed.append(installation.kill("propose_stages", "propose"))
    killed.append(installation.kill("publish_reports", "publish"))
    installation.wait_for_twin()
    for dag_id, run_id, task_id in killed:
        task = airflow.ask("GET", f"dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}")
        assert (task_id, task["try_number"], task["state"]) == (task_id, 2, "success")
    twins.assert_alike(digest_tree)


def test_no_key_is_in_a_log_a_rendered_field_an_xcom_or_any_other_file(installation: Installation) -> None:
    """After all of the above, and after a run that asked with the key and was refused."""
    airflow = installation.airflow
    refused = airflow.trigger("ingest_month", "2022-04", source="odcloud")
    assert airflow.finished("ingest_month", refused) == "failed"
    assert airflow.tasks("ingest_month", refused)["published"] == "failed"
    address = installation.metadata
    files = {path: path.read_bytes() for path in installation.folder.rglob("*") if path.is_file()}
    text = b"".join(files.values()) + (rows_of(address) if address else b"")
    assert b"the key is not registered: compare SOGONG_API_KEY" in text
    assert b'"source": "odcloud"' in text  # so what a run was told is in it, rendered fields and XCom too
    assert b"rendered_task_instance_fields" in text
    for secret in (*SECRETS.values(), TOKEN, PATH):
        assert [path for path, content in files.items() if secret.encode() in content] == []
        assert secret.encode() not in text


@pytest.mark.parametrize(
    ("key", "reason"), [(None, "this run has no partition key"), ("2026-9", "'2026-9' is not")]
)
def test_a_run_with_a_wrong_key_is_refused_at_once_and_told_once(
    installation: Installation, key: str | None, reason: str
) -> None:
    airflow, hook = installation.airflow, installation.hook
    before = len(hook.texts)
    run = airflow.trigger("ingest_month", key)
    assert airflow.finished("ingest_month", run) == "failed"
    (text,) = hook.texts[before:]
    assert reason in text
    states = airflow.tasks("ingest_month", run)
    assert (states["published"], states["land"], states["load"]) == ("failed", "upstream_failed", "skipped")
    path = f"dags/ingest_month/dagRuns/{run}/taskInstances/published"
    assert airflow.ask("GET", path)["try_number"] == 1
    assert reason in installation.note("ingest_month", run)


def rows_of(address: str) -> bytes:
    """Every row of every table of a PostgreSQL database as text, under the table's name."""
    with psycopg.connect(address) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return b"".join(
            f"{name} {row}\n".encode()
            for (name,) in tables
            for (row,) in connection.execute(
                psycopg.sql.SQL("SELECT t::text FROM {} t").format(psycopg.sql.Identifier(name))
            )
        )
