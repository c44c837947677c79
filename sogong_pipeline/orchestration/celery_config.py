"""Celery's settings for workers: Airflow's own, and what tasks import is imported once, before the first task.

docker-compose.yml names this in `AIRFLOW__CELERY__CELERY_CONFIG_OPTIONS` of its workers. A worker's processes, and from
them the tasks, are forked from one that has imported, so that no task spends five seconds on it; see `preload.py`.
"""

from __future__ import annotations

from typing import Any

from airflow.providers.celery.executors.default_celery import DEFAULT_CELERY_CONFIG

CONFIG: dict[str, Any] = {**DEFAULT_CELERY_CONFIG, "imports": ["sogong_pipeline.orchestration.preload"]}
