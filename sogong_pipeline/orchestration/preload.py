"""What tasks import, imported once in the process that Airflow's local workers are forked from.

Otherwise each task imports it anew, which takes five seconds for the gate. `scripts/airflow.sh` names this module in
`AIRFLOW__SCHEDULER__MP_FORKSERVER_PRELOAD`; after an upgrade of the package the scheduler must be started again.
"""

# ruff: noqa: F401 - importing is all it does

from __future__ import annotations

import airflow.providers.openlineage.plugins.openlineage
import airflow.sdk.execution_time.supervisor
import airflow.sdk.execution_time.task_runner

import sogong_pipeline.councils.inbox
import sogong_pipeline.quality.suite
import sogong_pipeline.quality_pages.publish
import sogong_pipeline.reports.publish
import sogong_pipeline.warehouse.load
