"""Decisions: sheets that come back from the councils, confirmed by a person, recorded for good.

Looks every ten minutes at `SOGONG_HOME/inbox/<period>/`, where officers' sheets are put. A sheet with a problem is
answered beside it, in `FILE.xlsx.답변.txt`: every problem at once, in Korean, to be sent to the officer as it is. Each
other sheet waits for a person of its office (`SOGONG_HOME/councils.yaml`), who sees the counts by stage, what differs
from the proposal and why, and links to sheet and draft. A run that finds nothing new ends at once; runs that wait hold
no worker.

| task | does |
|---|---|
| `received` | reads what is new, answers what is wrong; one sheet of an office waits at a time |
| `council.confirm` | per office: waits for 기록 or 되돌려 보내기 by one of the people assigned, and nobody else |
| `council.record` | per office: records the decisions, or answers the officer; emits `decided_quarter` |
| `overdue` | emits `decided_quarter` once a deadline passed, so that the national report names who is missing |

**The ends.** 기록: the decisions are recorded as they were shown, whatever lies in the inbox by then. 되돌려 보내기:
the officer is answered with the note, nothing is recorded, and the step after it is skipped. Nobody answers within
`SOGONG_ANSWER_HOURS` (72): the step fails, nothing is recorded, and the next look asks again.

**A worked example.** 부산 sends its sheet back as `inbox/2026-H2/부산.xlsx`. `received` returns one entry, with the
office `busan`; after 기록 `council.record` returns

    {"office": "busan", "period": "2026-H2", "quarter": "2026-Q3", "kind": "decision", "rows": 151, "differing": 4}

and `publish_reports` writes the final report of 부산. To have the inbox looked at now, trigger the DAG:

    POST /api/v2/dags/record_decisions/dagRuns   {"logical_date": null}

**When it fails.** Clear the failed task: a sheet that was recorded is recognised.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, task, task_group
from airflow.sdk.exceptions import AirflowSkipException

from sogong_pipeline.orchestration.assets import DECIDED_QUARTER
from sogong_pipeline.orchestration.confirm import NOTE, RECORD, ConfirmSheet
from sogong_pipeline.orchestration.installation import open_installation
from sogong_pipeline.orchestration.policy import DEFAULTS


@dag(
    schedule=CronTriggerTimetable("*/10 * * * *", timezone="Asia/Seoul"),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=32,
    default_args=DEFAULTS,
    tags=["quarter", "decisions"],
    doc_md=__doc__,
)
def record_decisions() -> None:
    """One look, then one line of steps per office; many runs may wait beside each other."""

    @task
    def received(run_id: str) -> list[dict[str, Any]]:
        return [dataclasses.asdict(ask) for ask in open_installation().inbox.look(run_id)]

    @task(outlets=[DECIDED_QUARTER])
    def record(ask: dict[str, Any], answer: dict[str, Any], outlet_events: Any) -> dict[str, Any]:
        from sogong_pipeline.councils.inbox import Ask  # noqa: PLC0415 - parsing must not import it
        from sogong_pipeline.steps.board import write_board  # noqa: PLC0415

        installation, asked = open_installation(), Ask(**ask)
        inbox = installation.inbox
        if answer["chosen_options"] != [RECORD]:
            inbox.reject(asked, str((answer["params_input"] or {}).get(NOTE, "")))
            raise AirflowSkipException("sent back to the officer")
        done = inbox.conclude(asked, answer["responded_by_user"]["name"]).facts
        write_board(installation)
        outlet_events[DECIDED_QUARTER].add_partitions([done["quarter"]])
        return done

    @task_group
    def council(ask: dict[str, Any]) -> None:
        confirm = ConfirmSheet(task_id="confirm", ask=ask)
        record(ask, confirm.output)

    @task(outlets=[DECIDED_QUARTER])
    def overdue(outlet_events: Any) -> list[str]:
        from sogong_pipeline.councils.final import overdue_quarters  # noqa: PLC0415 - parsing must not import it

        quarters = [str(quarter) for quarter in overdue_quarters(open_installation())]
        if not quarters:
            raise AirflowSkipException("no national report is waiting for a deadline that passed")
        outlet_events[DECIDED_QUARTER].add_partitions(quarters)
        return quarters

    council.expand(ask=received())
    overdue()


record_decisions()
