"""What `scripts/airflow.sh` names: the executor that keeps answers, the patience with SQLite's lock."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from pathlib import Path
from pkgutil import resolve_name
from types import SimpleNamespace
from typing import Any

import pytest

from tests.dags.servers import ROOT

pytestmark = pytest.mark.slow  # imports Airflow


def named(setting: str) -> Any:
    """The object that a variable of the script names."""
    script = (ROOT / "scripts" / "airflow.sh").read_text(encoding="utf-8")
    found = re.search(rf"export AIRFLOW__{setting}=(\S+)", script)
    assert found
    return resolve_name(found[1])


def step(state: str, next_method: str | None) -> SimpleNamespace:
    """What the scheduler hands over of a task instance."""
    return SimpleNamespace(
        state=state,
        next_method=next_method,
        next_kwargs={"event": {"chosen_options": ["기록"]}} if next_method else None,
        external_executor_id="gone",
    )


def test_a_resumed_step_is_queued_with_its_answer_and_any_other_begins_anew() -> None:
    executor = named("CORE__EXECUTOR")
    assert executor.is_local  # `airflow standalone` would replace another
    resumed = [step("queued", "execute_complete"), step("running", "execute_complete")]
    plain = [step("queued", None), step("running", None)]
    left = executor.try_adopt_task_instances(object.__new__(executor), [plain[0], *resumed, plain[1]])
    assert left == plain
    assert [each.state for each in plain] == ["queued", "running"]
    for each in resumed:
        assert each.state == "scheduled"
        assert each.next_kwargs == {"event": {"chosen_options": ["기록"]}}


def test_a_write_waits_for_a_lock_that_is_held_longer_than_five_seconds(tmp_path: Path) -> None:
    """Through the engine that Airflow makes of these arguments."""
    from sqlalchemy import create_engine, text

    file, arguments = tmp_path / "airflow.db", named("DATABASE__SQL_ALCHEMY_CONNECT_ARGS")
    assert named("DATABASE__SQL_ALCHEMY_CONNECT_ARGS_ASYNC") == arguments
    holder = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
    holder.execute("CREATE TABLE log (event TEXT)")
    holder.execute("BEGIN IMMEDIATE")
    release = threading.Timer(6, lambda: holder.execute("COMMIT"))
    release.start()
    began = time.monotonic()
    engine = create_engine(f"sqlite:///{file}", connect_args=dict(arguments))
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO log VALUES ('answered')"))
    engine.dispose()
    assert time.monotonic() - began > 5.5
    release.join()
    holder.close()
