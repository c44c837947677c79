"""Thirteen invented councils decide: sheets back, a person confirms each over REST, final reports follow.

    SOGONG_HOME=.demo/home scripts/run_councils.py 2026-H2 --airflow http://127.0.0.1:8080 --home .demo/airflow

The sheets must be out (`sogong decide sheets 2026-H2`). Officers fill them in and put them into the inbox; the demo's
user, who is the one that councils.yaml names for every office, answers in Airflow what a person would in the browser.
Councils that decided before are left alone. A run that was cut off is taken up where it stopped: failed steps are tried
again, questions that are still open are answered, and the script ends when the lake has every council's decisions.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

import yaml
from run_quarter import RUN_SECONDS, enter, in_one_line, see

from country.council import decide, fill
from sogong_pipeline.councils.issue import Issue, current_issue, sheets_place
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.orchestration.confirm import RECORD
from sogong_pipeline.orchestration.rest import ENDED, Airflow, wait
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation

DAG, RECORDED = "record_decisions", "council.record"
PAUSE_SECONDS = 0.5


def send_back(installation: Installation, issue: Issue, user: str) -> list[str]:
    """Fill in the sheets of the offices that have not decided; returns those offices."""
    home, done = installation.settings.home, issue.decided(installation.lake)
    roster = {office: {"confirmers": [{"id": user, "name": "시연 담당자"}]} for office in issue.sheets}
    (home / "councils.yaml").write_text(yaml.safe_dump(roster, allow_unicode=True), encoding="utf-8")
    sheets = Path(sheets_place(installation, issue.period).address)
    today = installation.settings.clock().date()
    waiting = [office for office in issue.sheets if office not in done]
    for office in waiting:
        sheet = issue.sheets[office]
        target = home / "inbox" / str(issue.period) / f"{sheet.office.short_name}.xlsx"
        if not target.exists():  # one that was sent before may have been asked about
            fill(sheets / f"{office}.xlsx", target, decide(sheet), kind="의결", day=today, by="시연 담당자")
    return waiting


def confirm(airflow: Airflow, waiting: Callable[[], list[str]]) -> None:
    """Have the inbox looked at, and answer what is asked until every office has decided.

    Args:
        airflow: the running Airflow.
        waiting: gives the offices that have not decided.

    Raises:
        TimeoutError: when for `RUN_SECONDS` nothing was asked and no office decided.
    """
    for run in airflow.runs(DAG):
        if run["state"] == "failed":
            airflow.clear_failed(DAG, run["dag_run_id"])
    airflow.trigger(DAG)
    left, deadline = waiting(), time.monotonic() + RUN_SECONDS
    while left:
        for question in airflow.questions(DAG):
            airflow.answer(question, RECORD, note="")
            print(f"confirmed {question['subject']}", flush=True)
            deadline = time.monotonic() + RUN_SECONDS
        before, left = left, waiting()
        if left != before:
            deadline = time.monotonic() + RUN_SECONDS
        if time.monotonic() >= deadline:
            raise TimeoutError(f"waited {RUN_SECONDS} s for the decisions of {', '.join(left)}")
        time.sleep(PAUSE_SECONDS)


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("period", type=HalfYear.parse)
    parser.add_argument("--airflow", required=True, help="address of its API server")
    parser.add_argument("--home", type=Path, required=True, help="its AIRFLOW_HOME, where the login lies")
    given = parser.parse_args()
    installation, airflow = Installation(Settings()), enter(given.airflow, given.home)
    issue = current_issue(installation.lake, given.period)
    if issue is None:
        raise SystemExit(f"no sheets of {given.period} are out; run `sogong decide sheets {given.period}`")
    offices = send_back(installation, issue, "admin")
    if not offices:
        print(f"{given.period} was decided already", flush=True)
        return

    def waiting() -> list[str]:
        done = issue.decided(installation.lake)
        return [office for office in offices if office not in done]

    before = {run["dag_run_id"] for run in airflow.runs(DAG) if run["state"] in ENDED - {"failed"}}
    confirm(airflow, waiting)
    for run in reversed(airflow.runs(DAG)):
        if run["dag_run_id"] not in before:
            see(airflow, DAG, run["dag_run_id"])
    last = last_recorded(airflow)
    see(airflow, "publish_reports", wait(lambda: begun_after(airflow, last), "the reports", RUN_SECONDS))


def last_recorded(airflow: Airflow) -> dt.datetime:
    """When the last sheet was recorded."""
    path = f"dags/{DAG}/dagRuns/~/taskInstances?state=success&order_by=-end_date&limit=100"
    tasks = airflow.ask("GET", path)["task_instances"]
    return max(dt.datetime.fromisoformat(task["end_date"]) for task in tasks if task["task_id"] == RECORDED)


def begun_after(airflow: Airflow, moment: dt.datetime) -> str | None:
    """A run of the reports that has all that was recorded; those queued behind it would write the same again."""
    for run in reversed(airflow.runs("publish_reports")):
        if run["start_date"] and dt.datetime.fromisoformat(run["start_date"]) > moment:
            return str(run["dag_run_id"])
    return None


if __name__ == "__main__":
    in_one_line(main)
