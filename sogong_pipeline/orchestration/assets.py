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


def last_told(events: Iterable[Any], month: str) -> dict[str, Any] | None:
    """What the latest event of a month said of it, None where there was none."""
    told = [event for event in events if (event.extra or {}).get("month") == month]
    latest = max(told, key=lambda event: event.timestamp, default=None)
    return dict(latest.extra) if latest is not None else None
