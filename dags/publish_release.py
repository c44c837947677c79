"""Open release: a quarter for anybody, as tables, codes and what changed.

The partition key is a quarter, `2026-Q3`. Each new edition that `propose_stages` makes and each decision that
`record_decisions` records starts a run, which releases the quarter to `SOGONG_HOME/release/2026-Q3/<version>/`, or
below `SOGONG_RELEASE_URL`. What is in it, what never is, and when a draft becomes final: `docs/release.md`.

| task | does |
|---|---|
| `publish` | makes a version, unless the newest has the same figures; skipped while a quarter is held |

**A worked example.** 2026-Q3 was proposed. `publish` returns

    {"version": "2026.3.1", "status": "draft", "folder": "/var/lib/sogong/release/2026-Q3/2026.3.1", "new": true}

and `"new": false` when nothing changed. A later correction gives `2026.3.2`, whose `CHANGELOG.md` names the months and
districts that moved; `2026.3.1` stays as it is. To release again, trigger the DAG with the quarter as partition key:

    POST /api/v2/dags/publish_release/dagRuns   {"logical_date": null, "partition_key": "2026-Q3"}

**When it fails.** A quarter that was never proposed, or whose measured months were cleaned away, is refused; run
`propose_stages` for it and trigger again. A version that lies there damaged is refused too: it is compared with the
new one. Restore it from a copy.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import PartitionedAssetTimetable, dag, task

from sogong_pipeline.orchestration.assets import DECIDED_QUARTER, PROPOSED_QUARTER
from sogong_pipeline.orchestration.held import skip_if_held
from sogong_pipeline.orchestration.installation import open_installation
from sogong_pipeline.orchestration.keys import quarter_of
from sogong_pipeline.orchestration.notes import KEY
from sogong_pipeline.orchestration.policy import DEFAULTS, POOL


@dag(
    schedule=PartitionedAssetTimetable(assets=PROPOSED_QUARTER | DECIDED_QUARTER),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["quarter", "reports"],
    doc_md=__doc__,
)
def publish_release() -> None:
    """One step: a version of the release."""

    @task(pool=POOL)
    def publish(partition_key: str, ti: Any) -> dict[str, Any]:
        from sogong_pipeline.steps.release import release  # noqa: PLC0415

        installation, quarter = open_installation(), quarter_of(partition_key)
        skip_if_held(installation, quarter)
        done = release(installation, quarter)
        what = "made" if done.is_new else "has these figures already"
        ti.xcom_push(KEY, f"release {done.version.version} ({done.version.status}) {what}: {done.folder}")
        return {
            "version": done.version.version,
            "status": done.version.status,
            "folder": done.folder,
            "new": done.is_new,
        }

    publish()


publish_release()
