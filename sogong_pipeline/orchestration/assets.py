"""What one DAG makes and another waits for; an event of each carries a partition key."""

from __future__ import annotations

from airflow.sdk import Asset

MEASURED_MONTH = Asset("measured_month", uri="sogong://measured/month")
"""A month that passed the gate and was measured; keys are months such as `2026-09`."""

PROPOSED_QUARTER = Asset("proposed_quarter", uri="sogong://editions/quarter")
"""A quarter with a new proposal; keys are quarters such as `2026-Q3`."""

DECIDED_QUARTER = Asset("decided_quarter", uri="sogong://decisions/quarter")
"""A quarter on which a council decided, or whose councils are late; keys are quarters such as `2026-Q3`."""
