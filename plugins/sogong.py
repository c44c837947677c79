"""Registers what the scheduler does for us with Airflow."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from sogong_pipeline.orchestration import listeners


class SogongPlugin(AirflowPlugin):
    """The pool before the first task, and a note on every run."""

    name = "sogong"
    listeners = [listeners]  # noqa: RUF012 - Airflow reads a plain attribute
