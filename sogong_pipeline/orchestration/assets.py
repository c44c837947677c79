"""What one DAG makes and another waits for; an event of each carries a partition key.

Airflow shows `extra` beside an asset: what it is, who answers for it, and the tables of docs/tables.md it stands for.
"""

from __future__ import annotations

from airflow.sdk import Asset

OWNER = "data-engineering"
GROUP = "sogong"

MEASURED_MONTH = Asset(
    "measured_month",
    uri="sogong://measured/month",
    group=GROUP,
    extra={
        "description": "A month that passed the gate and was measured; keys are months such as 2026-09.",
        "owner": OWNER,
        "tables": ["fact_district_month", "fact_region_month"],
    },
)
"""A month that passed the gate and was measured; keys are months such as `2026-09`."""

PROPOSED_QUARTER = Asset(
    "proposed_quarter",
    uri="sogong://editions/quarter",
    group=GROUP,
    extra={
        "description": "A quarter with a new proposal; keys are quarters such as 2026-Q3.",
        "owner": OWNER,
        "tables": ["edition", "fact_district_quarter", "fact_region_quarter", "stage_proposal"],
    },
)
"""A quarter with a new proposal; keys are quarters such as `2026-Q3`."""

DECIDED_QUARTER = Asset(
    "decided_quarter",
    uri="sogong://decisions/quarter",
    group=GROUP,
    extra={
        "description": "A quarter on which a council decided, or whose councils are late; keys are quarters.",
        "owner": OWNER,
        "tables": ["stage_decision", "stage_current", "stage_history"],
    },
)
"""A quarter on which a council decided, or whose councils are late; keys are quarters such as `2026-Q3`."""

SURVEYED_QUARTER = Asset(
    "surveyed_quarter",
    uri="sogong://answers/quarter",
    group=GROUP,
    extra={
        "description": "A quarter of whose survey answers were recorded; keys are quarters such as 2026-Q3.",
        "owner": OWNER,
        "tables": ["survey_target", "survey_answer"],
    },
)
"""A quarter of whose survey answers were recorded; keys are quarters such as `2026-Q3`."""
