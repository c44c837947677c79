"""What was told of a month before, so that the same is not told twice."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from airflow.sdk.exceptions import AirflowRuntimeError


def was_announced(told: dict[str, Any], events: Iterable[Any]) -> bool:
    """Whether the latest event of a month says the same; False when there is none, or when nobody can tell.

    Airflow 3.3 answers 500 to the question for an asset's events while a run that one of them started still waits
    for its turn, which lasts as long as the run before it. Telling a month again costs one look, in which nothing
    has changed; a month that is not told would leave its quarter as it was.

    Args:
        told: what is to be told, of the month that it has as `month`.
        events: those of the asset, asked for as they are looked at.
    """
    try:
        known = [event for event in events if (event.extra or {}).get("month") == told["month"]]
    except AirflowRuntimeError:
        logging.getLogger(__name__).warning(
            "earlier events cannot be read now; %s is told again", told["month"]
        )
        return False
    latest = max(known, key=lambda event: event.timestamp, default=None)
    return latest is not None and bool(latest.extra == told)
