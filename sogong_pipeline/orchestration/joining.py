"""Runs of the same documents that wait together become one run.

Thirteen councils that decide within a minute start thirteen runs that write the same files. A run writes all that is
recorded when it begins. So what had its run queued by then is in it, and the runs behind it for the same partition key
have nothing left to do: they end, with a note that names the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sogong_pipeline.errors import counted
from sogong_pipeline.orchestration.notes import HEADING

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun
    from sqlalchemy.orm import Session

JOINED = frozenset({"publish_reports", "publish_trend", "draft_plans"})
"""The DAGs whose runs join: they write documents from all that is recorded, whatever event started them."""


def join_waiting(run: DagRun, session: Session) -> list[str]:
    """End the runs that wait behind one that begins now and would write the same.

    Only runs that an event started are ended, not those that a person triggered or cleared. The events of the ended
    runs are listed with the run that begins, too.

    Args:
        run: the run that begins; none of its tasks has started.
        session: the scheduler's transaction, in which the run begins.

    Returns:
        The ids of the runs that ended, the oldest first.
    """
    if run.dag_id not in JOINED or not run.partition_key:
        return []
    from airflow.models.dagrun import DagRun as Runs  # noqa: PLC0415 - tasks load this module, without the database
    from airflow.models.taskinstance import TaskInstance  # noqa: PLC0415
    from airflow.utils.state import DagRunState, TaskInstanceState  # noqa: PLC0415
    from airflow.utils.types import DagRunType  # noqa: PLC0415
    from sqlalchemy import select, update  # noqa: PLC0415

    waiting = session.scalars(
        select(Runs)
        .where(
            Runs.dag_id == run.dag_id,
            Runs.partition_key == run.partition_key,
            Runs.state == DagRunState.QUEUED,
            Runs.run_type == DagRunType.ASSET_TRIGGERED,
            Runs.clear_number == 0,
            Runs.id != run.id,
        )
        .order_by(Runs.id)
    ).all()
    if not waiting:
        return []
    ended = [each.run_id for each in waiting]
    for each in waiting:
        each.set_state(DagRunState.SUCCESS)
        each.start_date = each.end_date  # the API answers 500 to questions about events of a run without one
        each.note = (
            f"{HEADING} joined {run.run_id}, which writes all that was recorded when this run was queued"
        )
        known = set(run.consumed_asset_events)
        run.consumed_asset_events.extend(event for event in each.consumed_asset_events if event not in known)
    session.execute(
        update(TaskInstance)
        .where(TaskInstance.dag_id == run.dag_id, TaskInstance.run_id.in_(ended))
        .values(state=TaskInstanceState.SKIPPED)
        .execution_options(synchronize_session=False)
    )
    return ended


def joined_line(ended: list[str]) -> str:
    """What the log says of runs that joined."""
    return f"joined by {counted(len(ended), 'run')} that waited: {', '.join(ended)}"
