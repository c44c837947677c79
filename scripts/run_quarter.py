"""The months of a quarter, its proposal and its reports through the DAGs of a running Airflow, a line per run.

    scripts/run_quarter.py 2026-Q3 --airflow http://127.0.0.1:8080 --home .demo/airflow

What a person would do in the browser, over REST: unpause, trigger the three months, the oldest first, and look on. The
rest follows by itself: each month that is announced fires its quarter, and each new edition its reports. Where every
month was in already, quarter and reports are triggered, which shows that nothing changes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.orchestration.notes import HEADING
from sogong_pipeline.orchestration.rest import PARTS, Airflow, wait
from sogong_pipeline.periods import Quarter

START_SECONDS = 600
RUN_SECONDS = 1800
"""How long a run may take on a machine that is busy with other work."""
LOGINS = "simple_auth_manager_passwords.json.generated"
DAGS = frozenset({"ingest_month", "propose_stages", "publish_reports"})


def enter(address: str, home: Path) -> Airflow:
    """Wait until Airflow is healthy and has the DAGs, and log in as it was told to let us."""
    airflow = Airflow(address)
    wait(lambda: airflow.is_healthy(PARTS) or None, "a healthy Airflow", START_SECONDS)
    airflow.log_in(*next(iter(json.loads((home / LOGINS).read_text(encoding="utf-8")).items())))
    wait(lambda: True if airflow.dags() >= DAGS else None, "the DAGs", START_SECONDS)
    for dag_id in DAGS:
        airflow.ask("PATCH", f"dags/{dag_id}", {"is_paused": False})
    return airflow


def see(airflow: Airflow, dag_id: str, run_id: str) -> dict[str, str | None]:
    """Wait for the end of a run, say what became of it, and return the states of its tasks.

    Raises:
        SystemExit: when it failed; the logs are in the browser.
    """
    state = airflow.finished(dag_id, run_id, RUN_SECONDS)
    run = airflow.ask("GET", f"dags/{dag_id}/dagRuns/{run_id}")
    tasks = airflow.tasks(dag_id, run_id)
    told = " ".join(task if done == "success" else f"{task} ({done})" for task, done in tasks.items())
    print(f"{run['partition_key'] or '':<8} {dag_id:<15} {run['duration']:>5.0f} s  {told}", flush=True)
    note = str(run["note"] or "").partition(f"{HEADING} ")[2].split("\n\n")
    print("".join(f"{'':<9}{line}\n" for line in note if line), end="", flush=True)
    if state == "failed":
        raise SystemExit(f"{dag_id} {run['partition_key']} failed; `make airflow` shows the logs")
    return tasks


def run_quarter(airflow: Airflow, quarter: Quarter) -> None:
    """Bring a quarter from its files to its reports."""
    waiting = []
    for month in quarter.months:
        run = ("ingest_month", airflow.trigger("ingest_month", str(month)))
        if see(airflow, *run)["announce"] == "skipped":
            print(f"{month!s:<8} was in already", flush=True)
        waiting.append(run)
    seen = set(waiting)
    while waiting:
        for run in airflow.fired(*waiting.pop(0)):
            if run not in seen:
                seen.add(run)
                see(airflow, *run)
                waiting.append(run)
    for dag_id in sorted(DAGS - {dag_id for dag_id, _ in seen}):
        see(airflow, dag_id, airflow.trigger(dag_id, str(quarter)))


def in_one_line(run: Callable[[], None]) -> None:
    """Run a script; a failure is one line, and the next `make demo` goes on from there."""
    try:
        run()
    except (RefusedError, OSError, ValueError) as error:
        line = " ".join(str(error).split())
        raise SystemExit(f"{Path(sys.argv[0]).stem}: {line}; run it again to go on") from None


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("quarter", type=Quarter.parse)
    parser.add_argument("--airflow", required=True, help="address of its API server")
    parser.add_argument("--home", type=Path, required=True, help="its AIRFLOW_HOME, where the login lies")
    given = parser.parse_args()
    run_quarter(enter(given.airflow, given.home), given.quarter)


if __name__ == "__main__":
    in_one_line(main)
