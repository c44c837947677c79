"""The partition key of a run, refused at once where it is missing or no month or quarter as Airflow must have it."""

from __future__ import annotations

from typing import TypeVar

from airflow.sdk.exceptions import AirflowSkipException

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month, Quarter

Period = TypeVar("Period", Month, Quarter)


def month_of(key: str | None) -> Month:
    """The month of a run.

    Raises:
        RefusedError: when the key is missing, or written otherwise than `2026-09`: assets are mapped by this form.
    """
    return _read(key, Month, "2026-09")


def quarter_of(key: str | None) -> Quarter:
    """The quarter of a run; raises as `month_of` does."""
    return _read(key, Quarter, "2026-Q3")


def skip_if_refused(key: str | None, kind: type[Period]) -> None:
    """Skip a task that runs whatever happened before it, or beside another, so that a bad key is one alert.

    Raises:
        AirflowSkipException: when another task of the run refuses the key.
    """
    try:
        _read(key, kind, "")
    except RefusedError as refusal:
        raise AirflowSkipException("the run's partition key was refused") from refusal


def _read(key: str | None, kind: type[Period], example: str) -> Period:
    if not key:
        raise RefusedError(
            f"this run has no partition key; trigger the DAG again with one such as {example} (a form field in "
            "Airflow's pages, partition_key over REST)"
        )
    period = kind.parse(key)
    if str(period) != key:
        raise RefusedError(
            f"the partition key {key!r} is not in the form {example}; trigger it with {str(period)!r}"
        )
    return period
