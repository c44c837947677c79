"""Reports: the stage reports of a quarter.

The partition key is a quarter, `2026-Q3`. Each new edition that `propose_stages` makes starts a run, which writes the
draft reports of the 13 regional offices and of the nation to `SOGONG_HOME/reports/2026-Q3/draft/`, or below
`SOGONG_REPORTS_URL`, so that workers on several machines share them. Reports of the same edition come out byte for
byte the same, and a reader never meets half a file.

**A worked example.** Somebody deleted the folder. Trigger the DAG with the quarter as partition key:

    POST /api/v2/dags/publish_reports/dagRuns   {"logical_date": null, "partition_key": "2026-Q3"}

`publish` returns the folder and the number of files:

    {"folder": "/var/lib/sogong/reports/2026-Q3/draft", "files": 14}

**When it fails.** A quarter that was never proposed is refused in one line; run `propose_stages` for it first.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import PartitionedAssetTimetable, dag, task

from sogong_pipeline.orchestration.assets import PROPOSED_QUARTER
from sogong_pipeline.orchestration.installation import open_pipeline
from sogong_pipeline.orchestration.notes import KEY
from sogong_pipeline.orchestration.policy import DEFAULTS, POOL
from sogong_pipeline.periods import Quarter


@dag(
    schedule=PartitionedAssetTimetable(assets=PROPOSED_QUARTER),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["quarter", "reports"],
    doc_md=__doc__,
)
def publish_reports() -> None:
    """One task: reports are quick to write."""

    @task(pool=POOL)
    def publish(partition_key: str, ti: Any) -> dict[str, Any]:
        from sogong_pipeline.reports.publish import publish_draft  # noqa: PLC0415 - parsing must not import it

        published = publish_draft(open_pipeline(), Quarter.parse(partition_key))
        ti.xcom_push(KEY, f"{len(published.files)} reports of {partition_key}: {published.folder}/index.html")
        return {"folder": published.folder, "files": len(published.files)}

    publish()


publish_reports()
