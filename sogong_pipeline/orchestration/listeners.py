"""What the scheduler does beside scheduling: it makes the pool, joins runs that wait, and writes a run's note.

A task has no way to write the note of its run, and a login for each worker to do so over REST would be one more secret.
So tasks leave what there is to say as XComs, and the scheduler, which owns the run, joins them.
"""

from __future__ import annotations

import contextlib
import logging
import re
from typing import TYPE_CHECKING, Any

from airflow.listeners import hookimpl

from sogong_pipeline.orchestration.joining import join_waiting, joined_line
from sogong_pipeline.orchestration.notes import FAILURE, HEADING, KEY
from sogong_pipeline.orchestration.policy import POOL, POOL_SLOTS

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun

LONGEST = 1000
"""Characters that Airflow's database takes of a note."""
LONGEST_LINE = 400
"""Characters of a failed task's line in a note: what it is about at the start, what to do at the end."""


@hookimpl
def on_starting(component: Any) -> None:
    """Make the pool before the first task could wait for it; a size that somebody has set stays.

    A scheduler is not told from a triggerer or DAG processor here: Airflow calls this before it says which it is. All
    three have the database, tasks have not.
    """
    if type(component).__module__ != "airflow.jobs.job":
        return
    from airflow.models.pool import Pool  # noqa: PLC0415 - tasks load this module and must not load the database
    from sqlalchemy.exc import IntegrityError  # noqa: PLC0415

    if Pool.get_pool(POOL) is None:
        told = "Gigabytes of memory that tasks may take together; docs/tasks.md says what each needs."
        with contextlib.suppress(IntegrityError):  # another of the three was quicker
            Pool.create_or_update_pool(POOL, POOL_SLOTS, told, include_deferred=False)


@hookimpl
def on_dag_run_running(dag_run: DagRun, msg: str) -> None:  # noqa: ARG001 - Airflow passes by name
    """Let a run of documents stand for those that wait behind it."""
    from sqlalchemy.orm import object_session  # noqa: PLC0415 - tasks load this module, without the database

    session = object_session(dag_run)
    if session is not None and (ended := join_waiting(dag_run, session)):
        logging.getLogger(__name__).info("%s %s: %s", dag_run.dag_id, dag_run.run_id, joined_line(ended))


@hookimpl
def on_dag_run_success(dag_run: DagRun, msg: str) -> None:  # noqa: ARG001 - Airflow passes by name
    """Write the note of a run."""
    _write_note(dag_run)


@hookimpl
def on_dag_run_failed(dag_run: DagRun, msg: str) -> None:  # noqa: ARG001
    """Write the note of a run; it names the tasks that failed."""
    _write_note(dag_run)


def folded(line: str) -> str:
    """A line of a failed task as Markdown that means nothing else; the middle of a long one is left to the log."""
    plain = re.sub(r"([\[\]<>])", r"\\\1", line)
    if len(plain) <= LONGEST_LINE:
        return plain
    return f"{plain[: LONGEST_LINE - 100]} … {plain[-90:]} (whole in the log)"


def _write_note(dag_run: DagRun) -> None:
    from airflow.models.xcom import XComModel  # noqa: PLC0415 - as above
    from airflow.utils.state import TaskInstanceState  # noqa: PLC0415
    from sqlalchemy.orm import object_session  # noqa: PLC0415

    session = object_session(dag_run)
    if session is None:
        return

    def left(key: str) -> list[str]:
        query = XComModel.get_many(run_id=dag_run.run_id, dag_ids=dag_run.dag_id, key=key)
        return [str(XComModel.deserialize_value(row)) for row in session.scalars(query)]

    lines = left(KEY)
    ended = dag_run.get_task_instances(state=[TaskInstanceState.FAILED], session=session)
    failed = sorted(task.task_id for task in ended)
    lines += [f"failed: {', '.join(failed)}; see the log"] if failed else []
    lines += map(folded, left(FAILURE)) if failed else []
    theirs = (dag_run.note or "").partition(HEADING)[0].strip()
    if lines:
        note = "\n\n".join([theirs, f"{HEADING} {lines[0]}", *lines[1:]]).strip()
        dag_run.note = note if len(note) <= LONGEST else f"{note[: LONGEST - 1]}…"
