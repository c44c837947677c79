"""What the listener does in Airflow's own database, with what tasks that ran have left there."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NOW
from tests.districts.test_registry import ROW, write

pytestmark = pytest.mark.slow  # makes Airflow's database

ROOT = Path(__file__).parents[2]


def run_of(conf: dict[str, Any]) -> tuple[str, str]:
    """State and note of a run of `load_registry` in this process; the listener is called as the scheduler would."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    from sogong_pipeline.orchestration import listeners

    spec = importlib.util.spec_from_file_location("load_registry", ROOT / "dags" / "load_registry.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    ended = module.load_registry().test(run_conf=conf)
    with create_session() as session:
        run = session.get_one(DagRun, ended.id)
        tell = {"success": listeners.on_dag_run_success, "failed": listeners.on_dag_run_failed}
        tell[str(run.state)](run, "")
        return str(run.state), str(run.note)


def test_a_run_is_noted_with_what_it_did_or_what_failed_and_the_pool_is_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.jobs.job import Job
    from airflow.listeners.listener import get_listener_manager
    from airflow.models.pool import Pool
    from airflow.utils.db import initdb

    from sogong_pipeline.orchestration import listeners
    from sogong_pipeline.orchestration.policy import POOL, POOL_SLOTS

    monkeypatch.setenv("SOGONG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOGONG_NOW", NOW)
    initdb()
    assert get_listener_manager().pm.is_registered(listeners)  # by plugins/

    listeners.on_starting(Job())
    made = Pool.get_pool(POOL)
    assert made is not None
    assert made.slots == POOL_SLOTS
    Pool.create_or_update_pool(POOL, 9, "as somebody set it", include_deferred=False)
    listeners.on_starting(Job())
    kept = Pool.get_pool(POOL)
    assert kept is not None
    assert kept.slots == 9

    state, note = run_of({"file": str(write(tmp_path / "registry.csv", ROW))})
    assert state == "success"
    assert note.startswith("**This run:** registry ")
    assert note.endswith(" with 1 district loaded")
    failed = run_of({"file": str(tmp_path / "nowhere.csv")})
    nowhere = f"{tmp_path}/nowhere.csv: there is no such file on this worker; give its full path"
    line = f"load_registry: load failed: {nowhere}"
    assert failed == ("failed", f"**This run:** failed: load; see the log\n\n{line}")
