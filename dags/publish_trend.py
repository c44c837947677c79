"""Regional trend: a page per 시도 and one for the nation, of a quarter.

The partition key is a quarter, `2026-Q3`. Each new edition that `propose_stages` makes, each decision that
`record_decisions` records and each list that `record_survey` records starts a run, which writes the pages in four
formats to `SOGONG_HOME/reports/2026-Q3/trend/`, or below `SOGONG_REPORTS_URL`. What the pages say and where every word
comes from: `docs/trend.md`.

| task | does |
|---|---|
| `publish` | writes the pages; skipped while a quarter is held |

**A worked example.** 2026-Q3 was proposed. `publish` returns the folder and the number of files:

    {"folder": "/var/lib/sogong/reports/2026-Q3/trend", "files": 68}

To have them written again, trigger the DAG with the quarter as partition key:

    POST /api/v2/dags/publish_trend/dagRuns   {"logical_date": null, "partition_key": "2026-Q3"}

**When it fails.** A quarter that was never proposed, or whose measured months were cleaned away, is refused;
run `propose_stages` for it and trigger again.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import PartitionedAssetTimetable, dag, task

from sogong_pipeline.orchestration.assets import DECIDED_QUARTER, PROPOSED_QUARTER, SURVEYED_QUARTER
from sogong_pipeline.orchestration.held import skip_if_held
from sogong_pipeline.orchestration.installation import open_installation
from sogong_pipeline.orchestration.keys import quarter_of
from sogong_pipeline.orchestration.notes import KEY
from sogong_pipeline.orchestration.policy import DEFAULTS, POOL


@dag(
    schedule=PartitionedAssetTimetable(assets=PROPOSED_QUARTER | DECIDED_QUARTER | SURVEYED_QUARTER),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["quarter", "reports"],
    doc_md=__doc__,
)
def publish_trend() -> None:
    """One step: the pages."""

    @task(pool=POOL)
    def publish(partition_key: str, ti: Any) -> dict[str, Any]:
        from sogong_pipeline.trends.publish import publish_trend  # noqa: PLC0415

        installation, quarter = open_installation(), quarter_of(partition_key)
        skip_if_held(installation, quarter)
        published = publish_trend(installation, quarter)
        ti.xcom_push(
            KEY, f"trend of {quarter}: {published.pages} pages, {published.folder}/{published.files[0]}"
        )
        return {"folder": published.folder, "files": len(published.files)}

    publish()


publish_trend()
