"""Clusters: counts of small manufacturers, and their pages when counts or lists changed.

Every Monday at seven in Seoul, and by hand with new counts, a run builds the tables of clusters from the counts that
are in, our dated lists and the newest months of the pension file, copies them to the warehouse, and writes the pages
to `SOGONG_HOME/reports/clusters/`, or below `SOGONG_REPORTS_URL`. `sogong clusters convert` makes files of counts from
what local governments and Seoul publish; their template is in `docs/clusters.md`.

| task | does |
|---|---|
| `load` | keeps the files of counts, if any, and builds the tables; skipped while there are no counts |
| `publish` | writes the pages; skipped when counts, lists, months and law are those of the pages before |

**Form.** `files`: counts or owners by age as in `docs/clusters.md`, on the machine of the worker; none to look whether
anything changed. `official`: the list of centres 3060083 of data.go.kr, its day at the end of its name, which our own
list of centres follows from then on. `again`: write the pages all the same.

**A worked example.** A local government sends table 3 of its 사업체조사. Convert it, then trigger with
`{"files": ["/srv/sogong/counts-2024.csv"]}`; `load` returns

    {"version": "5d3f6b0c1a2e", "rows": 525, "reaching": 3, "changed": true}

and `publish` the folder and the number of pages. The same file once more changes nothing, and `publish` is skipped.

**When it fails.** The line names the file, the row, the column and the value, or the area that no table knows on the
day of the count. Nothing was changed: the counts before stay in force. Correct the file and trigger again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from airflow.sdk import CronTriggerTimetable, Param, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.orchestration.installation import open_installation
from sogong_pipeline.orchestration.notes import KEY
from sogong_pipeline.orchestration.policy import DEFAULTS, POOL


@dag(
    schedule=CronTriggerTimetable("0 7 * * 1", timezone="Asia/Seoul"),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["clusters", "reports"],
    doc_md=__doc__,
    params={
        "files": Param(
            [], type="array", items={"type": "string"}, description="Counts as in docs/clusters.md."
        ),
        "official": Param(
            None, type=["string", "null"], description="The list of centres 3060083, as downloaded."
        ),
        "again": Param(False, type="boolean", description="Write the pages although nothing changed."),
    },
)
def publish_clusters() -> None:
    """Load and build, then the pages."""

    @task(pool=POOL)
    def load(params: dict[str, Any], ti: Any) -> dict[str, Any]:
        installation, files = open_installation(), [Path(file) for file in params["files"]]
        official = Path(params["official"]) if params.get("official") else None
        given = [*files, official] if official else files
        if missing := next((file for file in given if not file.is_file()), None):
            raise RefusedError(f"{missing}: there is no such file on this worker; give its full path")
        if official:
            installation.clusters.load_official(official)
        if files:
            installation.clusters.load(files)
        if not installation.clusters.loaded():
            raise AirflowSkipException("no count of small manufacturers is loaded yet")
        built, is_changed = installation.clusters.build()
        installation.warehouse.load_clusters()
        rows, reaching = built.facts["rows"], built.facts["reaching"]
        ti.xcom_push(
            KEY, f"clusters {built.folder.name}: {rows:,} dongs and divisions, {reaching:,} reach the number"
        )
        return {"version": built.folder.name, "rows": rows, "reaching": reaching, "changed": is_changed}

    @task(pool=POOL)
    def publish(built: dict[str, Any], params: dict[str, Any], ti: Any) -> dict[str, Any]:
        from sogong_pipeline.cluster_pages.publish import publish_clusters  # noqa: PLC0415 - parsing must not import it

        if not built["changed"] and not params["again"]:
            raise AirflowSkipException("counts, lists, months and law are those of the pages before")
        published = publish_clusters(open_installation())
        ti.xcom_push(KEY, f"{len(published.files)} pages: {published.folder}/{published.files[0]}")
        return {"folder": published.folder, "files": len(published.files)}

    publish(load())  # type: ignore[call-arg, arg-type]


publish_clusters()
