"""Thirteen invented councils decide: sheets back, a person confirms each over REST, final reports follow.

    SOGONG_HOME=.demo/home scripts/run_councils.py 2026-H2 --airflow http://127.0.0.1:8080 --home .demo/airflow

The sheets must be out (`sogong decide sheets 2026-H2`). Officers fill them in and put them into the inbox; the demo's
user, who is the one that councils.yaml names for every office, answers in Airflow what a person would in the browser.
Councils that decided before are left alone.
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

import yaml
from run_quarter import RUN_SECONDS, enter, see

from country.council import decide, fill
from sogong_pipeline.councils.issue import Issue, current_issue, sheets_place
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.orchestration.confirm import RECORD
from sogong_pipeline.orchestration.rest import Airflow, wait
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation


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


def confirm(airflow: Airflow, count: int) -> list[str]:
    """Have the inbox looked at and answer what is asked; returns the runs that asked.

    The sheets may be asked about by several runs: one of the schedule looks every ten minutes.
    """
    looked = airflow.trigger("record_decisions")

    def asked() -> list[dict[str, Any]] | None:
        found = airflow.questions("record_decisions")
        return found if len(found) == count else None

    questions = wait(asked, f"{count} questions")
    for question in questions:
        airflow.answer(question, RECORD, note="")
        print(f"confirmed {question['subject']}", flush=True)
    return sorted({looked, *(question["task_instance"]["dag_run_id"] for question in questions)})


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
    runs = confirm(airflow, len(offices))
    for run in runs:
        see(airflow, "record_decisions", run)
    last = max(recorded for run in runs for recorded in ends(airflow, run))
    see(airflow, "publish_reports", wait(lambda: begun_after(airflow, last), "the reports", RUN_SECONDS))


def ends(airflow: Airflow, run: str) -> list[dt.datetime]:
    """When each sheet of a run was recorded."""
    tasks = airflow.ask("GET", f"dags/record_decisions/dagRuns/{run}/taskInstances")["task_instances"]
    recorded = [task for task in tasks if task["task_id"] == "council.record" and task["state"] == "success"]
    return [dt.datetime.fromisoformat(task["end_date"]) for task in recorded]


def begun_after(airflow: Airflow, moment: dt.datetime) -> str | None:
    """A run of the reports that has all that was recorded; those queued behind it would write the same again."""
    for run in reversed(airflow.runs("publish_reports")):
        if run["start_date"] and dt.datetime.fromisoformat(run["start_date"]) > moment:
            return str(run["dag_run_id"])
    return None


if __name__ == "__main__":
    main()
