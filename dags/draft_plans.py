"""Prevention plans: a draft per 시도 and an extract per 시군구, once councils decided on a quarter.

The partition key is a quarter, `2026-Q3`. Each decision that `record_decisions` records and each list that
`record_survey` records starts a run, which writes the drafts of the quarter's half-year as HWPX, HTML and PDF to
`SOGONG_HOME/reports/2026-H2/plans/`, or below `SOGONG_REPORTS_URL`. They are drafts for an officer to go on writing in,
and no prescribed form: the law prescribes none. What the program cannot know is an empty field. Sources of every
sentence: `docs/plans.md`.

| task | does |
|---|---|
| `draft` | writes the drafts; skipped while a quarter is held |

**A worked example.** 부산's council decided on 2026-Q3. `draft` returns the folder and the number of files:

    {"folder": "/var/lib/sogong/reports/2026-H2/plans", "files": 171, "quarter": "2026-Q3"}

To have drafts before any council decided, trigger the DAG with the quarter as partition key; stages are then proposals
and marked as such:

    POST /api/v2/dags/draft_plans/dagRuns   {"logical_date": null, "partition_key": "2026-Q3"}

**When it fails.** A half-year of which no quarter was proposed is refused in one line; run `propose_stages` first.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import PartitionedAssetTimetable, dag, task

from sogong_pipeline.orchestration.assets import DECIDED_QUARTER, SURVEYED_QUARTER
from sogong_pipeline.orchestration.held import skip_if_held
from sogong_pipeline.orchestration.installation import open_installation
from sogong_pipeline.orchestration.keys import quarter_of
from sogong_pipeline.orchestration.notes import KEY
from sogong_pipeline.orchestration.policy import DEFAULTS, POOL


@dag(
    schedule=PartitionedAssetTimetable(assets=DECIDED_QUARTER | SURVEYED_QUARTER),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["quarter", "reports"],
    doc_md=__doc__,
)
def draft_plans() -> None:
    """One step: the drafts."""

    @task(pool=POOL)
    def draft(partition_key: str, ti: Any) -> dict[str, Any]:
        from sogong_pipeline.decisions.period import period_of  # noqa: PLC0415 - parsing must not import it
        from sogong_pipeline.plans.publish import draft_plans  # noqa: PLC0415

        installation, quarter = open_installation(), quarter_of(partition_key)
        skip_if_held(installation, quarter)
        published, judged = draft_plans(installation, period_of(quarter))
        ti.xcom_push(KEY, f"drafts on {judged}: {published.pages} plans in {published.folder}")
        return {"folder": published.folder, "files": len(published.files), "quarter": str(judged)}

    draft()


draft_plans()
