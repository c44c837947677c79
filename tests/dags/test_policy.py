"""What every DAG file keeps to, told from parsing it in processes of its own."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow  # two processes that import Airflow

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "dags").glob("*.py"))
LONGEST_LINES = 120
PARSE_SECONDS = 1.0
every_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def parse(home: Path, hash_seed: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("parse.py"), ROOT / "dags"],
        env={
            **os.environ,
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "PYTHONHASHSEED": hash_seed,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return parse(tmp_path_factory.mktemp("airflow"), "1")


def dag_of(parsed: dict[str, Any], file: Path) -> dict[str, Any]:
    return parsed["files"][file.stem]["dags"][file.stem]["dag"]  # type: ignore[no-any-return]


def tasks_of(parsed: dict[str, Any], file: Path) -> list[dict[str, Any]]:
    """What is said of each task; of a mapped one what all its instances have."""
    tasks = [task["__var"] for task in dag_of(parsed, file)["tasks"]]
    return [{**task.get("partial_kwargs", {}), **task} for task in tasks]


def test_the_files_are_those_of_the_architecture() -> None:
    assert {file.stem for file in FILES} == {
        "accept_month",
        "draft_plans",
        "draw_survey",
        "fetch_outside",
        "ingest_month",
        "load_factories",
        "load_registry",
        "propose_stages",
        "publish_clusters",
        "publish_release",
        "publish_reports",
        "publish_trend",
        "record_decisions",
        "record_survey",
        "watch_deadlines",
    }


@every_file
def test_a_file_is_one_dag_of_its_name_without_errors(parsed: dict[str, Any], file: Path) -> None:
    found = parsed["files"][file.stem]
    assert found["errors"] == {}
    assert list(found["dags"]) == [file.stem]
    assert len(file.read_text(encoding="utf-8").splitlines()) < LONGEST_LINES


@every_file
def test_its_docstring_is_a_manual_with_a_worked_example(parsed: dict[str, Any], file: Path) -> None:
    manual = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")), clean=False)
    assert manual is not None
    assert dag_of(parsed, file)["doc_md"].strip() == manual.strip()
    assert "**A worked example.**" in manual
    assert "**When it fails.**" in manual
    for task in tasks_of(parsed, file):
        assert f"`{task['task_id']}`" in manual
    for name, _ in dag_of(parsed, file)["params"]:
        assert f"`{name}`" in manual


@every_file
def test_owner_tags_catchup_and_limits_are_said(parsed: dict[str, Any], file: Path) -> None:
    from sogong_pipeline.orchestration.policy import DEFAULTS, POOL, POOL_SLOTS, TAGS

    dag = dag_of(parsed, file)
    assert dag["tags"]
    assert set(dag["tags"]) <= TAGS
    assert dag["catchup"] is False
    assert dag["max_active_runs"] >= 1
    source = file.read_text(encoding="utf-8")
    for said in ("catchup=", "max_active_runs=", "is_paused_upon_creation="):
        assert said in source
    for task in tasks_of(parsed, file):
        assert task["owner"] == DEFAULTS["owner"]
        assert task["retries"] >= DEFAULTS["retries"]
        assert task["execution_timeout"]
        assert task["has_retry_policy"]
        assert task.get("pool", "default_pool") in {"default_pool", POOL}
        assert task.get("pool_slots", 1) <= POOL_SLOTS
        assert task["has_on_failure_callback"]


def test_one_run_of_a_quarter_at_a_time(parsed: dict[str, Any]) -> None:
    assert dag_of(parsed, ROOT / "dags" / "propose_stages.py")["max_active_runs"] == 1


@every_file
def test_parsing_costs_little_beyond_airflow_itself(parsed: dict[str, Any], file: Path) -> None:
    assert parsed["files"][file.stem]["seconds"] < PARSE_SECONDS


def test_parsing_imports_nothing_that_computes(parsed: dict[str, Any]) -> None:
    assert parsed["heavy"] == []


def test_two_parses_serialise_alike(parsed: dict[str, Any], tmp_path: Path) -> None:
    def dags(parse: dict[str, Any]) -> dict[str, Any]:
        text = json.dumps({stem: found["dags"] for stem, found in parse["files"].items()})
        homes = {
            dag["dag"]["_processor_dags_folder"]
            for f in parse["files"].values()
            for dag in f["dags"].values()
        }
        (home,) = homes
        return json.loads(text.replace(home, ""))  # type: ignore[no-any-return]

    assert dags(parse(tmp_path, "2")) == dags(parsed)


def test_only_orchestration_imports_airflow() -> None:
    package = ROOT / "sogong_pipeline"
    importing = {
        path.relative_to(package).parts[0]
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "airflow")
        or (isinstance(node, ast.Import) and any(name.name.split(".")[0] == "airflow" for name in node.names))
    }
    assert importing == {"orchestration"}


@every_file
def test_every_human_step_is_the_one_that_assigns_users(parsed: dict[str, Any], file: Path) -> None:
    """`ConfirmSheet` refuses to ask when nobody is assigned, for then everybody could confirm."""
    for task in tasks_of(parsed, file):
        assert not task["_task_module"].endswith("operators.hitl"), task["task_id"]


def test_assets_say_what_they_are_who_answers_and_which_tables_they_stand_for() -> None:
    from sogong_pipeline.orchestration import assets
    from sogong_pipeline.orchestration.policy import DEFAULTS
    from sogong_pipeline.warehouse.tables import schemas

    for asset in (
        assets.MEASURED_MONTH,
        assets.PROPOSED_QUARTER,
        assets.DECIDED_QUARTER,
        assets.SURVEYED_QUARTER,
    ):
        assert str(asset.extra["description"]).endswith(".")
        assert asset.extra["owner"] == DEFAULTS["owner"]
        assert set(asset.extra["tables"]) <= set(schemas())
