"""An executor on one machine under which an answer survives the end of Airflow.

A person's answer resumes the step that asked. Airflow keeps the answer with the step until its process has ended; when
Airflow is killed in between, its own LocalExecutor gives the step up, the answer is discarded and the person is asked
again. This one puts such a step back into the queue with its answer. `scripts/airflow.sh` names it in
`AIRFLOW__CORE__EXECUTOR`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from airflow.executors import local_executor
from airflow.utils.state import TaskInstanceState

if TYPE_CHECKING:
    from airflow.models.taskinstance import TaskInstance


class LocalExecutor(local_executor.LocalExecutor):
    """Airflow's LocalExecutor that keeps what a resumed step was resumed with.

    It has the same name because by the name Airflow knows an executor of one machine.
    """

    def try_adopt_task_instances(self, tis: Sequence[TaskInstance]) -> Sequence[TaskInstance]:
        """Schedule again the steps of a scheduler that is gone which had been resumed, such as by an answer.

        The scheduler calls this inside its own transaction and saves what changes.

        Returns:
            The other steps, which begin anew.
        """
        resumed = [step for step in tis if step.next_method is not None]
        for step in resumed:
            step.state = TaskInstanceState.SCHEDULED
            step.external_executor_id = None
        return [step for step in tis if step not in resumed]
