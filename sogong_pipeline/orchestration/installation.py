"""The installation a task works on, opened inside the task: parsing a DAG must not import what computes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sogong_pipeline.steps.installation import Installation


def open_installation(source: str = "", secrets: Sequence[str] = ()) -> Installation:
    """The installation of `SOGONG_HOME`; Airflow's connections supply the source's keys that no variable has.

    Args:
        source: A value of `--from`; blank for the default source, or when no source is used.
        secrets: Other secret settings that are used.
    """
    from pydantic import SecretStr

    from sogong_pipeline.nps.sources.registry import secrets_of
    from sogong_pipeline.settings import Settings
    from sogong_pipeline.steps.installation import Installation

    settings = Settings()
    missing = [
        name
        for name in (*secrets_of(source, settings), *secrets)
        if not getattr(settings, name).get_secret_value()
    ]
    keys = {name: SecretStr(_password(connection_of(name))) for name in missing}
    return Installation(settings.model_copy(update=keys))


def connection_of(secret: str) -> str:
    """The connection whose password is a secret setting: `sogong_api` for `api_key`."""
    return f"sogong_{secret.removesuffix('_key')}"


def _password(connection: str) -> str:
    """The password of a connection, nothing where there is none; Airflow masks it in every log."""
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        return Connection.get(connection).password or ""
    except AirflowNotFoundException:
        return ""
