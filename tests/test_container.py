"""Static checks of the container files against the commands and settings they name; no engine runs in tests."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url
from typer.main import get_command

from sogong_pipeline.cli.main import app
from sogong_pipeline.quality import SUITES
from sogong_pipeline.settings import Settings
from sogong_pipeline.sql_engine import SQL
from tests.composefile import EXAMPLE, FILE, ROOT, Compose, MissingError, documented, made_env
from tests.s3 import KEYS

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
KEYS_OF_STORAGE = {*KEYS, "AWS_ENDPOINT_URL", "AWS_REGION"}
"""With these the tests of the lake in a bucket get in."""
VARIABLES = {f"SOGONG_{name.upper()}" for name in Settings.model_fields}
ONE_SHOT = {"init", "sogong"}
"""What is run and ends; every other service stays up."""
UNDERSTOOD = {
    *(
        "build",
        "command",
        "depends_on",
        "deploy",
        "entrypoint",
        "environment",
        "healthcheck",
        "image",
        "init",
    ),
    *("mem_limit", "ports", "profiles", "restart", "stop_grace_period", "volumes"),
}
PROBE = """
import json, sys
from airflow.cli.cli_parser import get_parser
from airflow.configuration import retrieve_configuration_description
from airflow.executors.executor_loader import ExecutorLoader
described = retrieve_configuration_description(include_providers=True)
print(json.dumps({
    "options": {section: {name: option.get("default") for name, option in content["options"].items()}
                for section, content in described.items()},
    "executors": list(ExecutorLoader.executors),
}))
for words in json.load(sys.stdin):
    get_parser().parse_args(words)
"""


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return a .env made as the example describes."""
    return made_env(tmp_path_factory.mktemp("env"))


@pytest.fixture(scope="module")
def compose(variables: dict[str, str]) -> Compose:
    return Compose(variables)


@pytest.fixture(scope="module")
def airflow(compose: Compose, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return Airflow's configuration and providers, after its command line has parsed every command of the file."""
    environment = compose.services["scheduler"]["environment"]
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        input=json.dumps(airflow_commands(compose)),
        env={
            "PATH": os.environ["PATH"],
            "AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow")),
            "AIRFLOW__CORE__AUTH_MANAGER": environment["AIRFLOW__CORE__AUTH_MANAGER"],
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    known: dict[str, Any] = json.loads(done.stdout.splitlines()[0])
    return known


def airflow_commands(compose: Compose) -> list[list[str]]:
    """Return the words after `airflow` in every command, health check and script of the file."""
    commands = []
    for service in compose.services.values():
        for words in (
            [*service.get("entrypoint", []), *service.get("command", [])],
            service.get("healthcheck", {}).get("test", [])[1:],
        ):
            if words[:1] == ["airflow"]:
                commands.append(words[1:])
            elif words[:1] == ["bash"]:
                script = re.sub(r"\\\n|^\[\[ .+ \]\] \|\| ", "", words[-1], flags=re.MULTILINE).splitlines()
                assert all(line.startswith("airflow ") for line in script), script
                commands += [shlex.split(line)[1:] for line in script]
    return commands


def test_what_the_image_copies_is_there_and_let_through() -> None:
    copied = [
        path for line in re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.MULTILINE) for path in line.split()
    ]
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert allowed[0] == "*"
    assert {f"!{path}" for path in copied} == {line for line in allowed if line.startswith("!")}
    assert [path for path in copied if not (ROOT / path).exists()] == []
    # nothing that is of use in a checkout only
    assert not set(copied) & {"benchmarks", "country", "docs", "scripts", "tests", "tools"}


def test_the_image_has_what_the_code_reads_beside_the_package(compose: Compose) -> None:
    for folder in (SQL, SUITES, ROOT / "dags", ROOT / "plugins"):
        assert f"COPY {folder.name} {folder.name}\n" in DOCKERFILE
    image = environment_of_the_image()
    (root,) = re.findall(r"^WORKDIR (\S+)$", DOCKERFILE, re.MULTILINE)
    assert image["AIRFLOW__CORE__DAGS_FOLDER"] == f"{root}/dags"
    assert image["AIRFLOW__CORE__PLUGINS_FOLDER"] == f"{root}/plugins"


def environment_of_the_image() -> dict[str, str]:
    (block,) = re.findall(r"^ENV ((?:.+\\\n)*.+)$", DOCKERFILE, re.MULTILINE)
    return dict(pair.split("=", 1) for pair in block.replace("\\\n", " ").split())


def test_the_image_installs_the_lock_by_its_hashes() -> None:
    assert "--require-hashes --constraint requirements.lock" in DOCKERFILE.replace("\\\n", " ").replace(
        "  ", ""
    )
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for name in ("uv", "hatchling", "editables"):
        assert re.search(rf"^{name}==", lock, re.MULTILINE)


def test_every_variable_is_one_that_somebody_reads(compose: Compose, airflow: dict[str, Any]) -> None:
    passed = [
        environment_of_the_image(),
        *(each.get("environment", {}) for each in compose.services.values()),
    ]
    for name in {name for environment in passed for name in environment}:
        match name.split("__"):
            case ["AIRFLOW", section, option]:
                assert option.lower() in airflow["options"].get(section.lower(), {}), name
            case [only] if only.startswith("SOGONG_"):
                assert only in VARIABLES, name
            case [only]:
                assert only in read_elsewhere(compose), only
            case _:
                raise AssertionError(name)


def read_elsewhere(compose: Compose) -> set[str]:
    """Return variables read neither by Airflow's configuration nor by the settings, but by another program."""
    databases = (ROOT / "compose" / "databases.sql").read_text(encoding="utf-8")
    return {
        *("AIRFLOW_HOME", "POSTGRES_PASSWORD", "REDISCLI_AUTH"),  # Airflow, the postgres image, redis-cli
        *re.findall(r"^\\getenv \w+ (\w+)$", databases, re.MULTILINE),
        *re.findall(r"\$([A-Z_]+)", compose.services["init"]["command"][0]),
        *KEYS_OF_STORAGE,
    }


def test_every_setting_reaches_whatever_computes(compose: Compose) -> None:
    for name in ("scheduler", "worker", "sogong"):
        service = compose.services[name]
        assert set(service["environment"]) >= VARIABLES - {"SOGONG_HOME", "SOGONG_NOW"}, name
        targets = {volume.split(":")[1] for volume in service["volumes"]}
        assert {environment_of_the_image()["SOGONG_HOME"], "/files"} <= targets


def test_the_example_names_exactly_what_the_file_asks_for(compose: Compose) -> None:
    secrets, shown = documented()
    assert {*secrets, *shown} == {*compose.used, "COMPOSE_PROFILES"}
    assert {name for name in shown if name.startswith("AWS_")} == KEYS_OF_STORAGE
    for name in secrets:
        with pytest.raises(MissingError, match=f"^{name}: make .env as .env.example says$"):
            Compose({other: "x" for other in secrets if other != name})
    examples = {"COMPOSE_PROFILES", "SOGONG_LAKE_URL", "SOGONG_REPORTS_URL", "SOGONG_RELEASE_URL"}
    for name, value in shown.items():
        if name == "AIRFLOW_EXECUTOR":
            assert (value, compose.used[name]) == ("CeleryExecutor", "LocalExecutor")
        elif name not in examples and not name.startswith("AWS_"):
            assert value == compose.used[name], name


def test_no_secret_is_in_the_files(compose: Compose, variables: dict[str, str]) -> None:
    secrets, _ = documented()
    assert all(re.fullmatch(r"[\w-]{43}=", variables[name], re.ASCII) for name in secrets)
    assert len(set(variables.values())) == len(secrets)
    filled = Compose({name: f"<{name}>" for name in secrets})
    for name, service in filled.services.items():
        for key, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|_KEY|AUTH$|CONN$|BROKER|WAREHOUSE", key):
                assert not value or re.search(r"<\w+>", str(value)), (name, key)
    assert len(base64.urlsafe_b64decode(variables["AIRFLOW_FERNET_KEY"])) == 32
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert ".env" in ignored


def test_the_env_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    made_env(tmp_path)
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0


def test_services_say_what_compose_understands(compose: Compose) -> None:
    for name, service in compose.services.items():
        assert set(service) <= UNDERSTOOD, name
        assert re.fullmatch(r"\d+[mg]", service["mem_limit"]), name
        if name in ONE_SHOT:
            assert service.get("restart", "no") == "no", name
        else:
            assert service["restart"] == "unless-stopped", name
            assert set(service["healthcheck"]) >= {"test", "interval", "timeout", "retries"}, name
        if "build" in service:
            assert (service["build"], service["image"]) == (".", "sogong-pipeline")
        else:
            assert re.fullmatch(r"(postgres|redis):[\d.]+", service["image"]), name
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["python:3.12-slim"]


def test_every_dependency_can_be_met(compose: Compose) -> None:
    for name, service in compose.services.items():
        for needed, how in service.get("depends_on", {}).items():
            other = compose.services[needed]
            if how["condition"] == "service_healthy":
                assert "healthcheck" in other, (name, needed)
            else:
                assert how["condition"] == "service_completed_successfully"
                assert needed in ONE_SHOT, (name, needed)
            if how.get("required", True):  # what is always there cannot need what a profile brings
                assert set(other.get("profiles", [])) <= set(service.get("profiles", [])), (name, needed)
    parts = [name for name, service in compose.services.items() if service.get("entrypoint") == ["airflow"]]
    assert sorted(parts) == ["api-server", "dag-processor", "scheduler", "triggerer", "worker"]
    assert all("init" in compose.services[name]["depends_on"] for name in parts)


def test_the_profiles_bring_what_the_file_says(compose: Compose, airflow: dict[str, Any]) -> None:
    profiles = {
        name: service["profiles"] for name, service in compose.services.items() if "profiles" in service
    }
    assert profiles == {"redis": ["scale"], "worker": ["scale"], "sogong": ["cli"]}
    _, shown = documented()
    assert [shown["COMPOSE_PROFILES"]] == profiles["worker"]
    scaled = Compose({**compose.variables, **shown})
    for part in ("scheduler", "worker"):
        assert scaled.services[part]["environment"]["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
        assert compose.services[part]["environment"]["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert {"CeleryExecutor", "LocalExecutor"} <= set(airflow["executors"])
    assert str(scaled.services["worker"]["deploy"]["replicas"]).isdigit()


def test_every_address_inside_is_that_of_a_service(compose: Compose, airflow: dict[str, Any]) -> None:
    environment = compose.services["scheduler"]["environment"]
    for name, user, database in (
        ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "airflow", "airflow"),
        ("SOGONG_WAREHOUSE_URL", "sogong", "sogong"),
    ):
        url = make_url(environment[name])
        assert (url.drivername, url.host, url.port) == ("postgresql+psycopg", "postgres", 5432)
        assert (url.username, url.database) == (user, database)
    broker = make_url(environment["AIRFLOW__CELERY__BROKER_URL"])
    assert (broker.drivername, broker.host, broker.port) == ("redis", "redis", 6379)
    assert {"postgres", "redis", "api-server"} <= set(compose.services)
    port = airflow["options"]["api"]["port"]
    assert environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == f"http://api-server:{port}/execution/"
    api, scheduler = compose.services["api-server"], compose.services["scheduler"]
    assert f"http://127.0.0.1:{port}/api/v2/monitor/health" in api["healthcheck"]["test"][-1]
    health_port = airflow["options"]["scheduler"]["scheduler_health_check_server_port"]
    assert f"http://127.0.0.1:{health_port}/health" in scheduler["healthcheck"]["test"][-1]
    assert environment["AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK"] == "True"


def test_ports_are_those_of_this_machine_alone(compose: Compose) -> None:
    published = {name: service["ports"] for name, service in compose.services.items() if "ports" in service}
    assert published == {"postgres": ["127.0.0.1:5432:5432"], "api-server": ["127.0.0.1:8080:8080"]}
    moved = Compose({**compose.variables, "AIRFLOW_PORT": "9090"}).services
    assert moved["api-server"]["ports"] == ["127.0.0.1:9090:8080"]
    assert moved["scheduler"]["environment"]["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:9090"


def test_volumes_are_declared_and_mounted_files_are_there(compose: Compose) -> None:
    mounted = [volume for service in compose.services.values() for volume in service.get("volumes", [])]
    named = {volume.split(":")[0] for volume in mounted if not volume.startswith(".")}
    assert named == set(compose.content["volumes"])
    for source in {volume.split(":")[0] for volume in mounted if volume.startswith(".")} - {"./files"}:
        assert (ROOT / source).is_file(), source
    image = environment_of_the_image()
    (made,) = re.findall(r"install -d -o sogong (.+)$", DOCKERFILE, re.MULTILINE)
    ours = {volume.split(":")[1] for volume in mounted if volume.split(":")[0] in {"home", "logs"}}
    assert ours == {image["SOGONG_HOME"], f"{image['AIRFLOW_HOME']}/logs"}
    assert ours <= set(made.split())  # a volume takes its owner from the image
    writable = {volume for volume in mounted if not volume.endswith(":ro")}
    assert {volume.split(":")[0] for volume in writable} == named


def test_every_command_of_ours_exists(compose: Compose) -> None:
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    texts = FILE.read_text(encoding="utf-8") + EXAMPLE.read_text(encoding="utf-8")
    used = re.findall(r"run --rm sogong (\w+)", texts)
    assert len(used) >= 3
    assert {*used, *compose.services["sogong"]["command"]} <= commands
    assert re.findall(r"^ENTRYPOINT (.+)$", DOCKERFILE, re.MULTILINE) == ['["sogong"]']
    for page in re.findall(r"docs/[\w/-]+\.md", texts + (ROOT / "compose/databases.sql").read_text()):
        assert (ROOT / page).is_file(), page


@pytest.mark.slow
def test_the_worker_answers_to_the_name_its_check_asks_for(compose: Compose, tmp_path: Path) -> None:
    service = compose.services["worker"]
    _, check = service["healthcheck"]["test"]
    words = shlex.split(check)
    assert words[-2:] == ["--destination", "celery@$HOSTNAME"]
    assert service["command"] == [
        "celery",
        "worker",
    ]  # whose name is celery@ and the host's, unless told otherwise
    done = subprocess.run(
        [*words[:-2], "--timeout=1", *words[-2:]],
        env={
            **service["environment"],
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "AIRFLOW_HOME": str(tmp_path),
            "AIRFLOW__CELERY__BROKER_URL": "memory://",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/airflow.db",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert "No nodes replied within time constraint" in done.stderr, done.stderr[-2000:]
    assert done.returncode != 0


@pytest.mark.slow
def test_what_runs_needs_nothing_that_only_tests_need() -> None:
    """The image leaves out the group `dev`; so nothing that runs may import a part of it."""
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "without_dev.py"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout.split()[-1]) > 80
