"""One month: from the portal into the lake, checked and measured.

The partition key is the data month, `2026-10`. On the 17th of the month after, at nine in Seoul, a run waits until the
portal lists an upload for it; it asks every three hours and holds no worker in between. On the 28th it fails as *late*.

| task | does |
|---|---|
| `published` | waits for the upload that holds the month, through outages too, and keeps it; refuses one not over |
| `land` | hands on what is kept of the month, under the digest of its bytes; lands a correction |
| `stage` | types the rows; what cannot be typed goes to quarantine with its reason |
| `check` | the gate: a critical failure stops the month here, and an earlier good file stays in force |
| `measure` | matches workplaces to districts and sums them; needs a registry (`load_registry`) |
| `bulletin` | writes the bulletins of one of the three newest months due, and again those that show the month |
| `load` | writes the page of what the gate found and copies the month into the warehouse, also when it was stopped |
| `announce` | emits `measured_month`, which starts `propose_stages`; skipped when nothing changed since the last time |

**Form.** `source`: as for `sogong ingest --from`, on the worker (keys: runbook rotate-a-key). `again`: announce anyway.

**A worked example.** Months 2026-07 to 2026-09 from the portal, the oldest first:

    airflow backfill create --dag-id ingest_month --from-date 2026-07-01 --to-date 2026-09-30 --max-active-runs 1

A corrected 2026-09: trigger it with that key and the file as `source`. The same file once more changes nothing.

**When it fails.** A refusal, of a missing key too, is one line in log and note, and final; clear the failed task.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk import CronPartitionTimetable, Param, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from sogong_pipeline.nps.sources.registry import DEFAULT, metavar
from sogong_pipeline.orchestration.announcements import was_announced
from sogong_pipeline.orchestration.assets import MEASURED_MONTH
from sogong_pipeline.orchestration.installation import open_installation
from sogong_pipeline.orchestration.keys import month_of, skip_if_refused
from sogong_pipeline.orchestration.notes import KEY, month_note
from sogong_pipeline.orchestration.policy import DEFAULTS, POOL, UNTIL_PUBLISHED
from sogong_pipeline.periods import Month


@dag(
    schedule=CronPartitionTimetable("0 9 17 * *", timezone="Asia/Seoul", run_offset=-1, key_format="%Y-%m"),
    start_date=dt.datetime(2015, 12, 17, tzinfo=ZoneInfo("Asia/Seoul")),
    catchup=False,
    is_paused_upon_creation=True,
    max_active_runs=12,  # a run that waits for its month counts; tasks have limits of their own
    default_args=DEFAULTS,
    tags=["month"],
    doc_md=__doc__,
    params={
        "source": Param("", type="string", description=f"{metavar()}; empty: the {DEFAULT}."),
        "again": Param(False, type="boolean", description="Announce the month even if nothing changed."),
    },
)
def ingest_month() -> None:
    """The tasks of a month; of those that write, one of a kind runs at a time over all months."""

    @task.sensor(max_active_tis_per_dag=1, **UNTIL_PUBLISHED)
    def published(partition_key: str, params: dict[str, Any]) -> bool:
        months = open_installation(params["source"]).months
        return months.has_arrived(month_of(partition_key), params["source"] or None)

    @task(max_active_tis_per_dag=1)
    def land(partition_key: str, params: dict[str, Any]) -> list[str]:
        month, source = month_of(partition_key), params["source"]
        return [vintage for vintage, _ in open_installation(source).months.fetch(month, source or None)]

    @task(max_active_tis_per_dag=1, pool=POOL)
    def stage(vintages: list[str], partition_key: str) -> list[dict[str, Any]]:
        months, month = open_installation().months, month_of(partition_key)
        return [{"vintage": vintage, **months.stage(month, vintage).facts} for vintage in vintages]

    @task(max_active_tis_per_dag=1, pool=POOL)
    def check(vintages: list[str], partition_key: str) -> list[dict[str, Any]]:
        months, month = open_installation().months, month_of(partition_key)
        return [{"vintage": vintage, **months.check(month, vintage).facts} for vintage in vintages]

    @task(max_active_tis_per_dag=1, pool=POOL, pool_slots=2)
    def measure(partition_key: str) -> dict[str, Any]:
        measured = open_installation().months.measure_in_force(month_of(partition_key))
        return {"measured": measured.digest, **measured.facts} if measured else {}

    @task(max_active_tis_per_dag=1, pool=POOL)
    def bulletin(measured: dict[str, Any], partition_key: str) -> None:
        from sogong_pipeline.steps.after import write_news  # noqa: PLC0415 - as in load

        if measured:  # there is a registry
            write_news(open_installation(), [month_of(partition_key)])

    @task(max_active_tis_per_dag=1, trigger_rule="all_done")
    def load(partition_key: str, ti: Any) -> None:
        from sogong_pipeline.quality_pages.publish import publish_quality  # noqa: PLC0415 - parsing must not import it

        skip_if_refused(partition_key, Month)
        installation, month = open_installation(), month_of(partition_key)
        installation.months.revise(month)
        published = publish_quality(installation, [month])
        installation.warehouse.load_month(month)
        ti.xcom_push(KEY, month_note(installation, month, published.folder))

    @task(inlets=[MEASURED_MONTH], outlets=[MEASURED_MONTH])
    def announce(facts: Any, params: Any, partition_key: str, inlet_events: Any, outlet_events: Any) -> None:
        told = {"month": partition_key, **facts}
        if not facts or (not params["again"] and was_announced(told, inlet_events[MEASURED_MONTH])):
            raise AirflowSkipException("announced before" if facts else "not measured: load a registry")
        outlet_events[MEASURED_MONTH].extra = told

    staged, checked, measured = stage(vintages := land()), check(vintages), measure()
    bulletin(measured)
    published() >> vintages >> staged >> checked >> measured >> load() >> announce(measured)


ingest_month()
