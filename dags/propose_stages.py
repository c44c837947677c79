"""Stages: a quarter with new data, and every proposed quarter whose inputs changed, measured and proposed.

The partition key is a quarter, `2026-Q3`. Each month that `ingest_month` announces starts a run for its quarter; months
announced close together share one. A run proposes its own quarter, and again *every* quarter that was proposed before
and is stale, because a corrected month is also a base of later quarters. Older quarters that were never proposed are
left alone, unless `every` is set on the form: a new installation has years of months and needs few of their stages.
Runs go one at a time and quarters in order of time, since a quarter is compared with the stages of the one before. A
quarter is proposed with the months that are in: with one or two of three it is marked *partial*, and the month that
comes later makes a new edition beside the first.

| task | does |
|---|---|
| `changed` | tells which quarters changed, and why |
| `propose` | makes a new edition of each, loads it into the warehouse and emits `proposed_quarter` for it |

**Form.** `dry_run`: tell what changed and propose nothing. `every`: propose every quarter with data.

**A worked example.** 2026-08 was corrected after 2026-Q3 and 2026-Q4 were proposed. The run of `2026-Q3` returns from
`changed`

    {"2026-Q3": ["2026-08: 5d3f6b0c1a2e -> 9e107d9d372b"], "2026-Q4": ["2026-08: 5d3f6b0c1a2e -> 9e107d9d372b"]}

and `propose` makes both again; `publish_reports` then runs once for each. To have every stale quarter proposed after a
new registry or rule set, trigger the DAG with any quarter of these as partition key:

    POST /api/v2/dags/propose_stages/dagRuns   {"logical_date": null, "partition_key": "2026-Q3"}

**When it fails.** Clear the failed task: editions that were made are recognised.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, PartitionedAssetTimetable, StartOfQuarterMapper, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from sogong_pipeline.orchestration.assets import MEASURED_MONTH, PROPOSED_QUARTER
from sogong_pipeline.orchestration.installation import open_installation
from sogong_pipeline.orchestration.notes import KEY, quarter_note
from sogong_pipeline.orchestration.policy import DEFAULTS, POOL
from sogong_pipeline.periods import Quarter


@dag(
    schedule=PartitionedAssetTimetable(
        assets=MEASURED_MONTH, default_partition_mapper=StartOfQuarterMapper(input_format="%Y-%m")
    ),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["quarter"],
    doc_md=__doc__,
    params={
        "dry_run": Param(False, type="boolean", description="Tell what changed, propose nothing."),
        "every": Param(False, type="boolean", description="Propose quarters that never were, too."),
    },
)
def propose_stages() -> None:
    """One look, then the quarters one after the other."""

    @task
    def changed(partition_key: str | None, params: dict[str, Any]) -> dict[str, list[str]]:
        quarters = open_installation().quarters
        own = Quarter.parse(partition_key) if partition_key else None  # a run from the browser may have none
        due = quarters.changed() if params["every"] else quarters.due(own)
        return {str(quarter): why for quarter, why in due.items()}

    @task(outlets=[PROPOSED_QUARTER], pool=POOL)
    def propose(
        changed: dict[str, list[str]], params: dict[str, Any], outlet_events: Any, ti: Any
    ) -> dict[str, dict[str, Any]]:
        if params["dry_run"] or not changed:
            raise AirflowSkipException("a dry run" if changed else "no quarter's inputs changed")
        from sogong_pipeline.stages.rules import DEFAULT  # noqa: PLC0415 - parsing must not import it
        from sogong_pipeline.steps.sweep import outdated_months, remake_month  # noqa: PLC0415

        installation, editions, notes = open_installation(), {}, []
        for month in outdated_months(installation):
            remake_month(installation, month)
            installation.warehouse.load_month(month)
        for name in changed:
            edition, is_new = installation.quarters.propose(Quarter.parse(name))
            installation.warehouse.load_quarter(Quarter.parse(name))
            proposals = installation.proposals(edition, DEFAULT)
            notes.append(quarter_note(Quarter.parse(name), edition, proposals))
            if is_new:  # what other code gives with the same content is not published again
                editions[name] = {"edition": edition.folder.name, "stages": proposals.facts["stages"]}
        ti.xcom_push(KEY, "\n\n".join(notes))
        if not editions:
            raise AirflowSkipException("made again by other code with the same content")
        outlet_events[PROPOSED_QUARTER].add_partitions(list(editions))
        return editions

    propose(changed())


propose_stages()
