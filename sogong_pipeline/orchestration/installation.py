"""The installation a task works on, opened inside the task: parsing a DAG must not import what computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sogong_pipeline.steps.installation import Installation

API_CONNECTION = "sogong_api"
"""The connection whose password is the key of data.go.kr, for installations that keep their keys in Airflow."""


def open_installation(source: str = "") -> Installation:
    """The installation of `SOGONG_HOME`; for `odcloud` with Airflow's key where `SOGONG_API_KEY` has none."""
    from sogong_pipeline.nps.sources import ODCLOUD
    from sogong_pipeline.settings import Settings
    from sogong_pipeline.steps.installation import Installation

    settings = Settings()
    if source == ODCLOUD and not settings.api_key.get_secret_value():
        settings = Settings(api_key=_password(API_CONNECTION))
    return Installation(settings)


def _password(connection: str) -> str:
    """The password of a connection, nothing where there is none; Airflow masks it in every log."""
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        return Connection.get(connection).password or ""
    except AirflowNotFoundException:
        return ""
