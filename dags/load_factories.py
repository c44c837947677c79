"""The factory registers: who stands in which complex, firm by firm.

Makes a file of a factory register the one in force of its kind. It runs by hand, when a newer register has been
downloaded; every earlier one is kept, without the columns that are not needed. The forms are in `docs/factories.md`.

**Form.** `file`: CSV or XLSX, on the machine of the worker. `as_of`: the day it describes, where its name does not
say so.

**A worked example.** Trigger with `{"file": "/srv/sogong/등록공장현황자료_20241231.csv"}`; `load` returns

    {"version": "5b0c9a3b7d21", "form": "A", "rows": 217048, "new": true}

and `"new": false` when the same register was in force already. Then look at `sogong factories names`, and trigger
`propose_stages` for the present quarter: every quarter that the new register changes is proposed again.

**When it fails.** The line names the file and what differs from the forms that are known. Nothing was changed: the
register before stays in force. Correct the file and trigger again.
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
        "file": Param("", type="string", minLength=1, description="A register as in docs/factories.md."),
        "as_of": Param(None, type=["null", "string"], format="date", description="The day it describes."),
    },
)
def load_factories() -> None:
    """One task."""

    @task
    def load(params: dict[str, Any], ti: Any) -> dict[str, Any]:
        file = Path(params["file"])
        if not file.is_file():
            raise RefusedError(f"{file}: there is no such file on this worker; give its full path")
        as_of = dt.date.fromisoformat(params["as_of"]) if params["as_of"] else None
        loaded = open_installation().factories.load(file, as_of)
        facts = loaded.partition.facts
        told = "loaded" if loaded.is_new else "was in force already"
        ti.xcom_push(
            KEY, f"register {facts['version']}, form {facts['form']}, {counted(facts['rows'], 'row')} {told}"
        )
        return {name: facts[name] for name in ("version", "form", "rows")} | {"new": loaded.is_new}

    load()


load_factories()
