"""Celery's settings for workers: Airflow's own, and what tasks import is imported once, before the first task.

docker-compose.yml names this in `AIRFLOW__CELERY__CELERY_CONFIG_OPTIONS` of its workers. Tasks are forked from a
worker's processes, so that none of them spends five seconds on importing; see `preload.py`.
"""

from __future__ import annotations

from typing import Any

from airflow.providers.celery.executors.default_celery import DEFAULT_CELERY_CONFIG

CONFIG: dict[str, Any] = {**DEFAULT_CELERY_CONFIG, "imports": ["sogong_pipeline.orchestration.preload"]}
