"""The installation a task works on, opened inside the task: parsing a DAG must not import what computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sogong_pipeline.councils.inbox import Inbox
    from sogong_pipeline.steps.installation import Pipeline
    from sogong_pipeline.warehouse.load import Warehouse

API_CONNECTION = "sogong_api"
"""The connection whose password is the key of data.go.kr, for installations that keep their keys in Airflow."""


def open_pipeline(source: str = "") -> Pipeline:
    """The pipeline of `SOGONG_HOME`; for the source `odcloud` with Airflow's key where `SOGONG_API_KEY` has none."""
    from sogong_pipeline.nps.sources import ODCLOUD
    from sogong_pipeline.settings import Settings
    from sogong_pipeline.steps.installation import Pipeline

    settings = Settings()
    if source == ODCLOUD and not settings.api_key.get_secret_value():
        settings = Settings(api_key=_password(API_CONNECTION))
    return Pipeline(settings)


def open_warehouse() -> Warehouse:
    """The warehouse of the same installation."""
    from sogong_pipeline.warehouse.load import Warehouse

    return Warehouse(open_pipeline())


def open_inbox() -> Inbox:
    """The inbox of the same installation."""
    from sogong_pipeline.councils.inbox import Inbox

    return Inbox(open_warehouse())


def _password(connection: str) -> str:
    """The password of a connection, nothing where there is none; Airflow masks it in every log."""
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        return Connection.get(connection).password or ""
    except AirflowNotFoundException:
        return ""
