"""Which waiting runs end when a run of the same documents begins, in Airflow's own database; by hand is never one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

pytestmark = pytest.mark.slow  # makes Airflow's database


def test_what_an_event_queued_for_the_same_dag_and_key_joins_and_nothing_else() -> None:
    from airflow.models.dagrun import DagRun
    from airflow.utils.db import initdb
    from airflow.utils.session import create_session
    from sqlalchemy import select

    from sogong_pipeline.orchestration import listeners
    from sogong_pipeline.orchestration.joining import join_waiting

    initdb()
    now = dt.datetime.now(dt.UTC)

    def queued(name: str, **other: Any) -> DagRun:
        made: dict[str, Any] = {
            "dag_id": "publish_reports",
            "run_type": "asset_triggered",
            "state": "queued",
            "partition_key": "2026-Q3",
            "run_after": now,
            "run_id": name,
            **other,
        }
        clears = made.pop("clear_number", 0)
        run = DagRun(**made)
        run.clear_number = clears
        return run

    with create_session() as session:
        session.add_all(
            [
                queued("begins", state="running"),
                queued("joins-1"),
                queued("joins-2"),
                queued("of_another_quarter", partition_key="2026-Q2"),
                queued("of_another_dag", dag_id="propose_stages"),
                queued("by_hand", run_type="manual"),
                queued("cleared_by_hand", clear_number=1),
                queued("at_work", state="running"),
                queued("begins_elsewhere", dag_id="propose_stages", state="running"),
            ]
        )
        session.flush()
        runs = {run.run_id: run for run in session.scalars(select(DagRun).where(DagRun.run_after == now))}
        before = {name: str(run.state) for name, run in runs.items()}
        assert join_waiting(runs["begins_elsewhere"], session) == []
        listeners.on_dag_run_running(runs["begins"], "started")
        session.flush()
        after = {name: str(run.state) for name, run in runs.items()}
        assert {name for name in after if after[name] != before[name]} == {"joins-1", "joins-2"}
        for name in ("joins-1", "joins-2"):
            assert after[name] == "success"
            assert runs[name].start_date == runs[name].end_date is not None
            assert "joined begins, which writes all" in str(runs[name].note)
        assert join_waiting(runs["begins"], session) == []
        session.rollback()
