"""Survey answers: lists that come back from the crisis centres, confirmed by a person, recorded for good.

Looks every ten minutes at `SOGONG_HOME/inbox/<quarter>/`, such as `inbox/2026-Q3/`, where returned lists are put. A
list with a problem is answered beside it, in `FILE.xlsx.답변.txt`: every problem at once, in Korean. Each other list
waits for a person who confirms the sheets of its office (`SOGONG_HOME/councils.yaml`) and sees the outcomes as counts;
firms are not named there. A list may come back several times: what is new on it is added, a changed answer replaces the
one before and both are kept.

| task | does |
|---|---|
| `received` | reads what is new, answers what is wrong; one list of an office waits at a time |
| `centre.confirm` | per office: waits for 기록 or 되돌려 보내기 by one of the people assigned, and nobody else |
| `centre.record` | per office: records the answers, or answers the sender; emits `surveyed_quarter` |

**The ends.** As in `record_decisions`: 기록 records what was shown, 되돌려 보내기 answers with the note, and without an
answer within `SOGONG_ANSWER_HOURS` (72) nothing is recorded and the next look asks again.

**A worked example.** 경남's centre sends its list back as `inbox/2026-Q3/경남.xlsx`. `received` returns one entry, with
the office `gyeongnam`; after 기록 `centre.record` returns

    {"office": "gyeongnam", "quarter": "2026-Q3", "draw": "c94d82167ed5", "rows": 21, "answered": 17, "replacing": 0}

and the trend and the prevention plans of the quarter are written again with the results.

**When it fails.** Clear the failed task: a list that was recorded is recognised.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, task, task_group
from airflow.sdk.exceptions import AirflowSkipException

from sogong_pipeline.orchestration.assets import SURVEYED_QUARTER
from sogong_pipeline.orchestration.confirm import NOTE, RECORD, ConfirmSheet
from sogong_pipeline.orchestration.installation import open_installation
from sogong_pipeline.orchestration.policy import DEFAULTS


@dag(
    schedule=CronTriggerTimetable("5-55/10 * * * *", timezone="Asia/Seoul"),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=32,
    default_args=DEFAULTS,
    tags=["quarter", "survey"],
    doc_md=__doc__,
)
def record_survey() -> None:
    """One look, then one line of steps per office; many runs may wait beside each other."""

    @task
    def received(run_id: str) -> list[dict[str, Any]]:
        return [dataclasses.asdict(ask) for ask in open_installation().survey_inbox.look(run_id)]

    @task(outlets=[SURVEYED_QUARTER])
    def record(ask: dict[str, Any], answer: dict[str, Any], outlet_events: Any) -> dict[str, Any]:
        from sogong_pipeline.councils.inbox import Ask  # noqa: PLC0415 - parsing must not import it

        inbox, asked = open_installation().survey_inbox, Ask(**ask)
        if answer["chosen_options"] != [RECORD]:
            inbox.reject(asked, str((answer["params_input"] or {}).get(NOTE, "")))
            raise AirflowSkipException("sent back to the centre")
        done = inbox.conclude(asked, answer["responded_by_user"]["name"]).facts
        outlet_events[SURVEYED_QUARTER].add_partitions([done["quarter"]])
        return done

    @task_group
    def centre(ask: dict[str, Any]) -> None:
        confirm = ConfirmSheet(task_id="confirm", ask=ask)
        record(ask, confirm.output)

    centre.expand(ask=received())


record_survey()
