"""The registry: which districts are watched.

Makes a file of districts the registry in force. It runs by hand, when the ministry sends a new list; every earlier
registry is kept. The template is `docs/registry-template.md`.

**Form.** `file`: the CSV, on the machine of the worker. `as_of`: first day of validity of rows that leave it blank.
`open`: whether names and coordinates of its districts may stand in the open release (`docs/release.md`).

**A worked example.** Trigger with `{"file": "/srv/sogong/districts.csv", "as_of": "2015-01-01"}`; `load` returns

    {"version": "1f0c9a3b7d21", "districts": 2185, "new": true}

and `"new": false` when the same registry was in force already. Then trigger `propose_stages` for the present quarter:
every quarter that the new registry changes is proposed again. A month that came in before there was any registry is
measured by that as well.

**When it fails.** The line names the file, the row and the column. Nothing was changed: the registry before stays in
force. Correct the file and trigger again.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from airflow.sdk import Param, dag, task

from sogong_pipeline.errors import RefusedError, counted
from sogong_pipeline.orchestration.installation import open_installation
from sogong_pipeline.orchestration.notes import KEY
from sogong_pipeline.orchestration.policy import DEFAULTS


@dag(
    schedule=None,
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["registry"],
    doc_md=__doc__,
    params={
        "file": Param("", type="string", minLength=1, description="A CSV as in docs/registry-template.md."),
        "as_of": Param(None, type=["null", "string"], format="date", description="valid_from of blank rows."),
        "open": Param(False, type="boolean", description="Its names may stand in the open release."),
    },
)
def load_registry() -> None:
    """One task."""

    @task
    def load(params: dict[str, Any], ti: Any) -> dict[str, Any]:
        installation, file = open_installation(), Path(params["file"])
        if not file.is_file():
            raise RefusedError(f"{file}: there is no such file on this worker; give its full path")
        as_of = dt.date.fromisoformat(params["as_of"]) if params["as_of"] else None
        registry, is_new = installation.registry.load(file, as_of, is_open=bool(params.get("open")))
        installation.warehouse.load_reference()
        districts = len({district.district_id for district in registry.districts})
        told = "loaded" if is_new else "was in force already"
        ti.xcom_push(KEY, f"registry {registry.version} with {counted(districts, 'district')} {told}")
        return {"version": registry.version, "districts": districts, "new": is_new}

    load()


load_registry()
