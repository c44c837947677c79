"""Reports: the stage reports of a quarter.

The partition key is a quarter, `2026-Q3`. Each new edition that `propose_stages` makes starts a run, which writes the
draft reports of the 13 regional offices and of the nation to `SOGONG_HOME/reports/2026-Q3/draft/`, or below
`SOGONG_REPORTS_URL`, so that workers on several machines share them. Reports of the same edition come out byte for
byte the same, and a reader never meets half a file.

Each decision that `record_decisions` records starts a run too; runs that wait for the same quarter join the one that
begins, and their notes name it. Final reports go to
`SOGONG_HOME/reports/2026-Q3/final/`: of an office as soon as its council decided, with one page per 시군구 in
`sigungu/` for the local governments; of the nation once all have decided, or after the deadline with the missing
named. An office's report is then mailed to the address that `SOGONG_HOME/councils.yaml` has for it, and to no other,
through the Airflow connection `sogong_smtp`; without that connection, or an address, nothing is mailed.

| task | does |
|---|---|
| `publish` | writes the drafts |
| `publish_decided` | writes the final reports, and returns the offices to be mailed; skipped while none has decided |
| `deliver` | per office with an address that has not got its report as it is now: mails it; often there is none |

**A worked example.** Somebody deleted the folder. Trigger the DAG with the quarter as partition key:

    POST /api/v2/dags/publish_reports/dagRuns   {"logical_date": null, "partition_key": "2026-Q3"}

`publish` returns the folder and the number of files:

    {"folder": "/var/lib/sogong/reports/2026-Q3/draft", "files": 14}

**When it fails.** A quarter that was never proposed is refused in one line; run `propose_stages` for it first. A mail
server that gives no answer is tried again; clear `deliver` later, offices that have their report are left alone.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import PartitionedAssetTimetable, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from sogong_pipeline.orchestration.assets import DECIDED_QUARTER, PROPOSED_QUARTER
from sogong_pipeline.orchestration.held import skip_if_held
from sogong_pipeline.orchestration.installation import open_installation
from sogong_pipeline.orchestration.keys import quarter_of, skip_if_refused
from sogong_pipeline.orchestration.notes import KEY
from sogong_pipeline.orchestration.policy import DEFAULTS, POOL
from sogong_pipeline.periods import Quarter


@dag(
    schedule=PartitionedAssetTimetable(assets=PROPOSED_QUARTER | DECIDED_QUARTER),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["quarter", "reports"],
    doc_md=__doc__,
)
def publish_reports() -> None:
    """Drafts and final reports beside each other, then the mail."""

    @task(pool=POOL)
    def publish(partition_key: str, ti: Any) -> dict[str, Any]:
        from sogong_pipeline.reports.publish import publish_draft  # noqa: PLC0415 - parsing must not import it
        from sogong_pipeline.steps.board import write_board  # noqa: PLC0415

        installation, quarter = open_installation(), quarter_of(partition_key)
        try:
            skip_if_held(installation, quarter)
        except AirflowSkipException:
            write_board(installation)  # it names the quarter as held
            raise
        published = publish_draft(installation, quarter)
        write_board(installation)
        ti.xcom_push(
            KEY, f"{published.pages} reports of {partition_key}: {published.folder}/{published.files[0]}"
        )
        return {"folder": published.folder, "files": len(published.files)}

    @task(pool=POOL)
    def publish_decided(partition_key: str) -> list[str]:
        from sogong_pipeline.councils.final import issue_on, publish_final  # noqa: PLC0415
        from sogong_pipeline.councils.mail import undelivered  # noqa: PLC0415 - parsing must not import it

        skip_if_refused(partition_key, Quarter)
        installation, quarter = open_installation(), quarter_of(partition_key)
        if not (issue := issue_on(installation, quarter)) or not issue.decided(installation.lake):
            raise AirflowSkipException(f"no council has decided on {quarter} yet")
        return undelivered(installation, quarter, publish_final(installation, quarter).decided)

    @task
    def deliver(office: str, partition_key: str) -> str:
        from sogong_pipeline.councils.mail import deliver_report  # noqa: PLC0415 - parsing must not import it
        from sogong_pipeline.orchestration.mail import connected  # noqa: PLC0415
        from sogong_pipeline.steps.board import write_board  # noqa: PLC0415

        installation = open_installation()
        with connected() as server:
            done = deliver_report(installation, quarter_of(partition_key), office, server)
        write_board(installation)
        return done

    publish()
    deliver.expand(office=publish_decided())


publish_reports()
