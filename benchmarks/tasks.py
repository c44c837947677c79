"""Cost of each task of the DAGs on national months: processor time and peak memory, in separate processes.

    python -m benchmarks.tasks

Two months of 600,000 rows are made and taken from the file to the month's facts; then a quarter is proposed and
published over 36 months of 2,185 districts, and its 13 councils decide. Peak memory is the requirement of a worker:
the process is measured after the imports that Airflow's local workers share, and again at its peak.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import tempfile
from pathlib import Path

from benchmarks.cost import Cost, cost
from benchmarks.councils import council_costs
from country.country import write_country
from sogong_pipeline.periods import Month, Quarter, parse_months
from sogong_pipeline.reports.publish import publish_draft
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.after import write_bulletins
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.load import Warehouse

NATIONAL = parse_months("2026-08..2026-09")
WINDOW = parse_months("2023-10..2026-09")
QUARTER = Quarter.parse("2026-Q3")
OUTSIDE = 3.4
"""Workplaces outside districts, as a share of those inside, that give a month the rows of the real file."""


def load_registry(home: Path, file: Path) -> None:
    """`load_registry`, its only task."""
    installation = Installation(Settings(home=home))
    installation.registry.load(file)
    Warehouse(installation).load_reference()


def land(home: Path, month: Month, file: Path) -> None:
    """`ingest_month.land` from a file."""
    list(Installation(Settings(home=home)).months.fetch(month, str(file)))


def stage(home: Path, month: Month) -> None:
    """`ingest_month.stage`."""
    installation = Installation(Settings(home=home))
    (vintage,) = installation.lake.children("raw", str(month))
    installation.months.stage(month, vintage)


def check(home: Path, month: Month) -> None:
    """`ingest_month.check`."""
    installation = Installation(Settings(home=home))
    (vintage,) = installation.lake.children("raw", str(month))
    installation.months.check(month, vintage)


def measure(home: Path, month: Month) -> None:
    """`ingest_month.measure`."""
    Installation(Settings(home=home)).months.measure_in_force(month)


def load(home: Path, month: Month) -> None:
    """`ingest_month.load`."""
    Warehouse(Installation(Settings(home=home))).load_month(month)


def bulletin(home: Path, month: Month) -> None:
    """`ingest_month.bulletin`."""
    write_bulletins(Installation(Settings(home=home)), [month])


def changed(home: Path) -> None:
    """`propose_stages.changed`."""
    Installation(Settings(home=home)).quarters.changed()


def propose(home: Path, quarter: Quarter) -> None:
    """`propose_stages.propose` for one quarter."""
    installation = Installation(Settings(home=home))
    installation.quarters.propose(quarter)
    Warehouse(installation).load_quarter(quarter)


def publish(home: Path, quarter: Quarter) -> None:
    """`publish_reports.publish`."""
    publish_draft(Installation(Settings(home=home)), quarter)


def month_costs(folder: Path) -> list[Cost]:
    """Return the costs of the tasks of the second of two national months, which is compared with the first."""
    write_country(folder / "national", months=NATIONAL, outside=OUTSIDE)
    home, files, month = folder / "month", folder / "national" / "files", NATIONAL[-1]
    registry = cost("load_registry.load", load_registry, home, folder / "national" / "registry.csv")
    Installation(Settings(home=home)).months.ingest(NATIONAL[0], str(files))
    return [
        registry,
        cost("ingest_month.land", land, home, month, max(files.iterdir())),
        cost("ingest_month.stage", stage, home, month),
        cost("ingest_month.check", check, home, month),
        cost("ingest_month.measure", measure, home, month),
        cost("ingest_month.load", load, home, month),
    ]


def quarter_costs(folder: Path) -> list[Cost]:
    """Return the costs of the tasks of a quarter with the whole window before it.

    Their inputs are facts of districts and regions, whose number does not depend on rows outside districts; so there
    are none.
    """
    write_country(folder / "country", months=WINDOW, outside=0)
    home = folder / "quarter"
    installation = Installation(Settings(home=home))
    installation.registry.load(folder / "country" / "registry.csv")
    for month in WINDOW:
        installation.months.ingest(month, str(folder / "country" / "files"))
    return [
        cost("ingest_month.bulletin", bulletin, home, WINDOW[-1]),
        cost("propose_stages.changed", changed, home),
        cost("propose_stages.propose", propose, home, QUARTER),
        cost("publish_reports.publish", publish, home, QUARTER),
        *council_costs(home, QUARTER),
    ]


def main() -> None:
    """Print the costs as a Markdown table, with the machine they were taken on."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["AIRFLOW_HOME"] = temporary
        costs = [*month_costs(Path(temporary)), *quarter_costs(Path(temporary))]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"{dt.date.today():%Y-%m-%d}, {os.cpu_count()} cores, {memory:.0f} GB of memory\n")  # noqa: DTZ011
    print("| task | processor seconds | peak MB | of it imports |\n|---|---|---|---|")
    for each in costs:
        print(f"| `{each.task}` | {each.seconds:.1f} | {each.peak_mb:.0f} | {each.imports_mb:.0f} |")


if __name__ == "__main__":
    main()
