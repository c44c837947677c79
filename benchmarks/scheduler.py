"""A quarter under the real scheduler against the same quarter by the command line, from one portal.

Both begin with a lake that holds the months before, and end with the reports of the quarter's three months. The
command line is as a user would type it: three commands, each a process of its own. Airflow is started before the
clock; then a backfill of three months is requested over REST, and the quarter and its reports follow automatically.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from country.country import write_country
from country.portal.server import PortalServer
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.orchestration.rest import Airflow, wait
from sogong_pipeline.periods import Quarter, parse_months
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from tests.dags.servers import ROOT, environment, running, until_healthy

MONTHS = "2025-04..2026-09"
QUARTER = Quarter.parse("2026-Q3")
OVERHEAD_SECONDS = 15.0
SOGONG = Path(sys.executable).with_name("sogong")


@dataclass(frozen=True)
class Comparison:
    """Wall-clock seconds of one quarter, both ways."""

    command_line: float
    airflow: float

    @property
    def overhead(self) -> float:
        """Return the additional seconds of the scheduler."""
        return self.airflow - self.command_line


def by_command_line(home: Path, portal: str) -> float:
    """The three commands of a quarter."""
    variables = {**os.environ, "SOGONG_HOME": str(home), "SOGONG_PORTAL_URL": portal}
    first, last = QUARTER.months[0], QUARTER.months[-1]
    began = time.perf_counter()
    months = f"{first}..{last}"
    for command in (
        ["ingest", months],
        ["propose"],
        ["publish", str(QUARTER), "--draft"],
    ):
        subprocess.run([SOGONG, *command], env=variables, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def by_airflow(folder: Path, portal: str) -> float:
    """Run the same through the DAGs; timed from the request to the end of the last run."""
    variables = environment(folder, SOGONG_PORTAL_URL=portal)
    output = folder / "airflow.log"
    with running([ROOT / "scripts" / "airflow.sh"], variables, output) as process:
        airflow = Airflow(variables["AIRFLOW__API__BASE_URL"])
        until_healthy(airflow.address, {output: process})
        airflow.log_in()
        dags = {path.stem for path in (ROOT / "dags").glob("*.py")}
        wait(lambda: True if airflow.dags() == dags else None, "the DAGs")
        airflow.ask("PATCH", "dags/ingest_month", {"is_paused": False})
        wait(lambda: True if _waits_for_next_month(airflow) else None, "the run of the month to come")
        first, last = QUARTER.months[0], QUARTER.months[-1]
        span = (f"{first}-01T00:00:00+09:00", f"{last.last_day}T00:00:00+09:00")
        began = time.perf_counter()
        airflow.backfill("ingest_month", *span, max_active_runs=3)
        wait(lambda: True if _is_published(airflow, folder / "home", dags) else None, "the reports")
        return time.perf_counter() - began


def _waits_for_next_month(airflow: Airflow) -> bool:
    """Return True when the run that unpausing starts, for the month that was due last, has ended."""
    runs = airflow.runs("ingest_month")
    states = {state for run in runs for state in airflow.tasks("ingest_month", run["dag_run_id"]).values()}
    return bool(states & {"up_for_reschedule", "up_for_retry"})


def _is_published(airflow: Airflow, home: Path, dags: set[str]) -> bool:
    """Return True when the three months' edition has its reports and only the next month's run is active."""
    edition = Installation(Settings(home=home)).edition(QUARTER)
    if edition is None or not set(map(str, QUARTER.months)) <= set(edition.facts["months"]):
        return False
    report = home / "reports" / str(QUARTER) / "draft" / "index.html"
    if not report.exists() or edition.folder.name not in report.read_text(encoding="utf-8"):
        return False
    states = {run["state"] for dag in dags for run in airflow.runs(dag) if run["run_type"] != "scheduled"}
    assert "failed" not in states
    return states == {"success"}


def compare_scheduler(districts: int = 300) -> Comparison:
    """Make a country and both lakes, then time a quarter both ways."""
    with tempfile.TemporaryDirectory() as temporary:
        folder, months = Path(temporary), parse_months(MONTHS)
        write_country(folder / "country", months=months, districts=districts)
        before = Installation(Settings(home=folder / "home"))
        before.registry.load(folder / "country" / "registry.csv")
        for month in months:
            if month < QUARTER.months[0]:
                before.months.ingest(month, str(folder / "country" / "files"))
        for quarter in before.quarters.changed():
            before.quarters.propose(quarter)
        shutil.copytree(folder / "home", folder / "typed")
        with PortalServer(folder / "country" / "files") as portal:
            return Comparison(
                command_line=by_command_line(folder / "typed", portal.url),
                airflow=by_airflow(folder, portal.url),
            )


def main() -> None:
    """Print both times; fail when the scheduler exceeds its limit."""
    try:
        seconds = compare_scheduler()
    except (RefusedError, OSError) as error:  # TimeoutError is an OSError
        sys.exit(f"benchmarks.scheduler: {error}")
    print(
        f"a quarter of three months, its proposal and its reports: command line {seconds.command_line:.1f} s, "
        f"Airflow {seconds.airflow:.1f} s, {seconds.overhead:+.1f} s (at most +{OVERHEAD_SECONDS:.0f} s)"
    )
    if seconds.overhead > OVERHEAD_SECONDS:
        sys.exit(f"Airflow takes more than {OVERHEAD_SECONDS:.0f} s beyond the command line")


if __name__ == "__main__":
    main()
