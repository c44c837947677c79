"""Outside indicators: once a month, what other agencies say of the regions, with the user's own keys.

On the 20th, when the exports of the month before are out, a run asks ECOS (loan delinquency of small firms), KOSIS
(manufacturing, employment rate) and the customs service (exports) for about two years back, so that revisions come in,
and keeps what is new or revised in the lake. Nothing of it is ever released. What is asked: `docs/outside.md`. The DAG
is paused at first: unpause it once a key is set.

Keys: `SOGONG_ECOS_KEY`, `SOGONG_KOSIS_KEY`, `SOGONG_API_KEY`, or the passwords of the connections `sogong_ecos`,
`sogong_kosis`, `sogong_api`. A service without a key is passed over with a line in the note that says where to get one.

| task | does |
|---|---|
| `fetch` | fetches every indicator whose service has a key; skipped where none has |

**Form.** `indicator`: one of them; blank for all. `since`: the first month, such as 2022-01, to fetch further back.

**A worked example.** With all keys `fetch` returns one line per indicator,

    ["employment_rate: 432 values to 2026-09, 18 new, 2 revised; vintage 7", …]

and the trends that `publish_trend` writes from then on show the newest values.

**When it fails.** The line names the indicator and what its service said; the others were kept. A service that gives
no answer or is asked too often is asked again after half an hour. A wrong key fails at once: correct it and clear the
task.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import CronTriggerTimetable, Param, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from sogong_pipeline.orchestration.installation import open_installation
from sogong_pipeline.orchestration.notes import KEY
from sogong_pipeline.orchestration.policy import DEFAULTS

SECRETS = ("ecos_key", "kosis_key", "api_key")


@dag(
    schedule=CronTriggerTimetable("0 10 20 * *", timezone="Asia/Seoul"),
    catchup=False,
    is_paused_upon_creation=True,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["outside"],
    doc_md=__doc__,
    params={
        "indicator": Param("", type="string", description="One of docs/outside.md; blank for all."),
        "since": Param(None, type=["null", "string"], description="First month, such as 2022-01."),
    },
)
def fetch_outside() -> None:
    """One task."""

    @task
    def fetch(params: dict[str, Any], ti: Any) -> list[str]:
        from sogong_pipeline.outside.fetching import NoKeyError, fetch  # noqa: PLC0415 - parsing must not import it
        from sogong_pipeline.periods import Month  # noqa: PLC0415

        since = Month.parse(params["since"]) if params["since"] else None
        try:
            outcome = fetch(open_installation(secrets=SECRETS), params["indicator"], since)
        except NoKeyError as error:
            ti.xcom_push(KEY, str(error))
            raise AirflowSkipException(str(error)) from None
        lines = [*(one.line for one in outcome.added), *outcome.messages, *outcome.without_key]
        ti.xcom_push(KEY, "\n\n".join(lines))
        outcome.raise_refused()
        return lines

    fetch()


fetch_outside()
