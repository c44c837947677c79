"""Deadlines: every morning, what should have happened by now and has not.

A DAG that fails tells so itself; one that never ran tells nothing. So at half past nine in Seoul a run looks at the
lake and the reports, builds nothing, and warns through the connection `sogong_alerts`, once a day for each thing that
is late: a month after the 28th, a quarter whose months or registry came in a day ago and that is not proposed, an
edition without drafts after a day, and councils that have not decided within seven days of their deadline, or after it.

| task | does |
|---|---|
| `look` | returns a line for each thing that is late; the same lines are the note of the run |

**A worked example.** `propose_stages` was left paused when 2026-09 came in. The next morning `look` returns

    ["2026-Q3 waits to be proposed since 2026-10-20 09:04 (never proposed); run `sogong propose 2026-Q3`, or …"]

**When it fails.** The lake could not be read; `sogong status` in a shell says why. Nothing depends on this DAG.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, task

from sogong_pipeline.orchestration.alerts import alert
from sogong_pipeline.orchestration.installation import open_installation
from sogong_pipeline.orchestration.notes import KEY
from sogong_pipeline.orchestration.policy import DEFAULTS


@dag(
    schedule=CronTriggerTimetable("30 9 * * *", timezone="Asia/Seoul"),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["upkeep"],
    doc_md=__doc__,
)
def watch_deadlines() -> None:
    """One task."""

    @task
    def look(ti: Any) -> list[str]:
        from sogong_pipeline.upkeep.lateness import late  # noqa: PLC0415 - parsing must not import it

        lines = list(late(open_installation()))
        for line in lines:
            alert(f"late: {line}", ti.log_url)
        ti.xcom_push(KEY, "\n\n".join(lines) or "nothing is late")
        return lines

    look()


watch_deadlines()
