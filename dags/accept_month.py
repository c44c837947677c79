"""A month that a gate stopped or holds, taken on by a person.

A file that fails a critical check does not count. One that fails a check marked *held* counts, but no draft, sheet or
final report is written from a quarter that rests on it. The quality page of the month shows what was seen. The person
who looked at it and uses the file as it is records that here, for good: name, time and reason are an input of the
editions and are printed in every report of the quarter. A better file is the better way; see the runbook a-gate-
failed.

**Form.** `month`: the data month. `checks`: names of checks, separated by blanks or commas. A stopped month needs each
by its name; left empty, all that hold the month are accepted. `by` and `reason`: who accepts, and why.

**A worked example.** Nobody withdrew in 2026-09, and the pension service confirms it. Trigger with

    {"month": "2026-09", "by": "planning division, Kim", "reason": "NPS: closures follow in 2026-10"}

`accept` returns the following, and `announce` has `propose_stages` make the quarters again:

    {"month": "2026-09", "stopping": [], "holding": [], "counts": true}

**When it fails.** The line says which checks stop or hold the month; nothing was recorded. If they are checks of the
second gate, after placing, what was accepted stands, and they are accepted in another run.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from sogong_pipeline.orchestration.assets import MEASURED_MONTH
from sogong_pipeline.orchestration.installation import open_installation
from sogong_pipeline.orchestration.notes import KEY
from sogong_pipeline.orchestration.policy import DEFAULTS, POOL
from sogong_pipeline.periods import Month


@dag(
    schedule=None,
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["month"],
    doc_md=__doc__,
    params={
        "month": Param("", type="string", pattern=r"^\d{4}-\d{2}$", description="The data month, 2026-09."),
        "checks": Param("", type="string", description="Checks that stop it; empty: all that hold it."),
        "by": Param(
            "", type="string", minLength=1, maxLength=200, description="Who accepts; printed in reports."
        ),
        "reason": Param(
            "", type="string", minLength=1, maxLength=1000, description="Why; printed in reports."
        ),
    },
)
def accept_month() -> None:
    """Record the acceptance, then announce the month once nothing stops it."""

    @task(pool=POOL, pool_slots=2)
    def accept(params: dict[str, Any], ti: Any) -> dict[str, Any]:
        from sogong_pipeline.quality.standing import standing  # noqa: PLC0415 - parsing must not import it
        from sogong_pipeline.steps.after import after_months  # noqa: PLC0415

        installation, month = open_installation(), Month.parse(params["month"])
        checks = params["checks"].replace(",", " ").split()
        states = installation.months.accept(month, checks, params["by"], params["reason"])
        after_months(installation, [month])
        installation.warehouse.load_month(month)
        left = standing(installation, month, installation.vintages(month)[0])
        ti.xcom_push(KEY, f"{month}: accepted by {params['by']}")
        done = {"month": str(month), "stopping": list(left.stopping), "holding": list(left.holding)}
        return {**done, "counts": bool(states)}

    @task(outlets=[MEASURED_MONTH])
    def announce(accepted: dict[str, Any], outlet_events: Any) -> None:
        if not accepted["counts"]:
            raise AirflowSkipException(f"still stopped by {', '.join(accepted['stopping'])}")
        outlet_events[MEASURED_MONTH].add_partitions([accepted["month"]])

    announce(accept())


accept_month()
