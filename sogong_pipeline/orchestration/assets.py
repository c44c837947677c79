"""What one DAG makes and another waits for; an event of each carries a partition key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from airflow.sdk import Asset

MEASURED_MONTH = Asset("measured_month", uri="sogong://measured/month")
"""A month that passed the gate and was measured; keys are months such as `2026-09`."""

PROPOSED_QUARTER = Asset("proposed_quarter", uri="sogong://editions/quarter")
"""A quarter with a new proposal; keys are quarters such as `2026-Q3`."""

DECIDED_QUARTER = Asset("decided_quarter", uri="sogong://decisions/quarter")
"""A quarter on which a council decided, or whose councils are late; keys are quarters such as `2026-Q3`."""


def was_announced(told: dict[str, Any], events: Iterable[Any]) -> bool:
    """Whether the newest event about a month said the same as `told`, which has the month as `month`."""
    about = [event for event in events if (event.extra or {}).get("month") == told["month"]]
    return bool(about) and max(about, key=lambda event: event.timestamp).extra == told
