"""Survey lists: which districts and which workplaces each office's crisis centre looks at in a quarter.

The partition key is a quarter, `2026-Q3`. Each new edition that `propose_stages` makes starts a run, which draws per
office the list of flagged districts and the list of visits, keeps them in the lake and writes them with a cover letter
to `SOGONG_HOME/reports/2026-Q3/visits/`, or below `SOGONG_REPORTS_URL`. The lists name firms: only the people that
`councils.yaml` names for an office and its centre are shown them. How they are drawn: `docs/survey.md`.

The same edition and stages draw the same list. A newer edition draws anew and says on the letter what changed, unless
answers were recorded already: then visits are on their way, and the lists stay until somebody asks for new ones.

| task | does |
|---|---|
| `draw` | draws and writes the lists; skipped while a quarter is held, and once answers are recorded |

**Form.** `again`: draw although answers were recorded, for instance after councils decided; lists that are out may
still come back.

**A worked example.** 2026-Q3 was proposed. The run returns

    {"draw": "c94d82167ed5", "new": true, "offices": 13, "visits": 325}

To draw again after the decisions, trigger the DAG with the quarter as partition key and `{"again": true}`:

    POST /api/v2/dags/draw_survey/dagRuns
    {"logical_date": null, "partition_key": "2026-Q3", "conf": {"again": true}}

**When it fails.** A quarter that was never proposed, or whose placed months were cleaned away, is refused in one line;
run `propose_stages` for it and trigger again.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, PartitionedAssetTimetable, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from sogong_pipeline.orchestration.assets import PROPOSED_QUARTER
from sogong_pipeline.orchestration.held import skip_if_held
from sogong_pipeline.orchestration.installation import open_installation
from sogong_pipeline.orchestration.keys import quarter_of
from sogong_pipeline.orchestration.notes import KEY
from sogong_pipeline.orchestration.policy import DEFAULTS, POOL


@dag(
    schedule=PartitionedAssetTimetable(assets=PROPOSED_QUARTER),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["quarter", "survey"],
    doc_md=__doc__,
    params={"again": Param(False, type="boolean", description="Draw although answers were recorded.")},
)
def draw_survey() -> None:
    """One step: the lists of every office."""

    @task(pool=POOL)
    def draw(partition_key: str, params: dict[str, Any], ti: Any) -> dict[str, Any]:
        from sogong_pipeline.surveys.answer import recordings  # noqa: PLC0415
        from sogong_pipeline.surveys.issue import draw_lists, write_lists  # noqa: PLC0415

        installation, quarter = open_installation(), quarter_of(partition_key)
        skip_if_held(installation, quarter)
        if recordings(installation.lake, quarter) and not params["again"]:
            raise AirflowSkipException(
                f"answers of {quarter} are recorded; draw again with the form if meant"
            )
        lists, is_new = draw_lists(installation, quarter)
        published = write_lists(installation, lists)
        visits = sum(len(sheet.visits) for sheet in lists.sheets.values())
        ti.xcom_push(KEY, f"survey of {quarter}: {visits:,} visits of {len(lists.sheets)} offices")
        if not published.files:
            raise AirflowSkipException(f"no district of {quarter} is in caution or severe")
        return {"draw": lists.name, "new": is_new, "offices": len(lists.sheets), "visits": visits}

    draw()  # type: ignore[call-arg]


draw_survey()
