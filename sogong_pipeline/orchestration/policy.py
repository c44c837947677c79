"""What all DAGs share: who owns them, what is tried again, and who is told."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from airflow.providers.standard.exceptions import HITLTimeoutError
from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule
from airflow.sdk.exceptions import AirflowSensorTimeout

from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.orchestration.alerts import alert
from sogong_pipeline.orchestration.assets import OWNER
from sogong_pipeline.orchestration.notes import FAILURE

TAGS = frozenset(
    {"upkeep", "clusters", "decisions", "month", "outside", "quarter", "registry", "reports", "survey"}
)
"""Every tag a DAG may carry."""

POOL = "memory_gb"
"""A pool of memory: a task takes a slot for each gigabyte it needs at its height, see docs/tasks.md."""
POOL_SLOTS = 4
"""Its size where nobody has set another."""

RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(LaterError, RetryAction.RETRY, dt.timedelta(minutes=30), "may pass by itself"),
        RetryRule(RefusedError, RetryAction.FAIL, reason="the same input is refused again"),
        RetryRule(HITLTimeoutError, RetryAction.FAIL, reason="nobody answered; the next look asks again"),
    ]
)
"""A refusal fails at once, what may pass by itself is tried later, all else (a killed worker) soon."""


UNANSWERED = "nobody answered within SOGONG_ANSWER_HOURS; nothing was recorded, and the next look asks again"


def tell_failure(context: dict[str, Any]) -> None:
    """Say in one line what failed and what to do, in the task's log and to whom `alerts.py` tells."""
    task = context["ti"]
    error = context.get("exception")
    late = isinstance(error, AirflowSensorTimeout)
    what = (
        "late: not published by the 28th; look at the portal, or run it again with a file as its source"
        if late
        else f"{task.task_id}: {UNANSWERED}"
        if isinstance(error, HITLTimeoutError)
        else f"{task.task_id} failed: {error}"
    )
    run = " ".join(filter(None, (task.dag_id, context.get("partition_key"))))
    line = " ".join(f"{run}: {what}".split())
    logging.getLogger(__name__).error("%s", line)
    task.xcom_push(FAILURE, line)
    alert(line, task.log_url)


DEFAULTS: dict[str, Any] = {
    "owner": OWNER,
    "retries": 3,
    "retry_delay": dt.timedelta(seconds=30),
    "retry_policy": RETRY_POLICY,
    "execution_timeout": dt.timedelta(hours=1),
    "on_failure_callback": tell_failure,
}
"""The default arguments of every task."""

UNTIL_PUBLISHED: dict[str, Any] = {
    "mode": "reschedule",
    "poke_interval": dt.timedelta(hours=3),
    "timeout": dt.timedelta(days=28 - 17),
}
"""How a month is waited for: from the 17th to the 28th, holding no worker between two looks."""
