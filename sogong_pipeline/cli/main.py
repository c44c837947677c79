"""The command line: `sogong COMMAND`; every command takes `--json` for machines.

Exit status: 0 done, 1 refused or failed with one line, 2 wrong usage, 3 something is late or stale (`status`).
"""

from __future__ import annotations

import logging
from importlib import metadata
from typing import Annotated

import typer

from sogong_pipeline.cli import (
    clusters,
    councils,
    country,
    districts,
    documents,
    evaluate,
    factories,
    months,
    outside,
    programmes,
    quality,
    reports,
    steps,
    surveys,
    upkeep,
    warehouse,
)
from sogong_pipeline.cli.output import say
from sogong_pipeline.cli.runner import application, command, group_of, in_order

app = application(__doc__, completion=True)


def _print_version(is_asked: bool) -> None:
    """Print the version of the package that runs."""
    if is_asked:
        say(f"sogong {metadata.version('sogong-pipeline')}")
        raise typer.Exit


@app.callback()
def options(
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log a line on every step that ends.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Set what all commands share."""
    if verbose:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        logger = logging.getLogger("sogong_pipeline")
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)


registry_group = group_of(app, "registry", "The district registry.")
factories_group = group_of(app, "factories", "Factory registers: who stands in which complex.")
month_group = group_of(app, "month", "Months that a gate stopped or holds.")
decide_group = group_of(app, "decide", "What the councils decide.")
survey_group = group_of(app, "survey", "The survey: lists out, answers back.")
programmes_group = group_of(app, "programmes", "Measures and programmes for districts in crisis.")
outside_group = group_of(app, "outside", "Indicators of other agencies, and the office's own.")
district_group = group_of(app, "district", "Districts and who lies in them.")
warehouse_group = group_of(app, "warehouse", "The analysts' copy of the tables.")
evaluate_group = group_of(app, "evaluate", "What can be measured on any lake.")
clusters_group = group_of(app, "clusters", "Small manufacturers: counts, clusters, centres, shares.")
ORDER = (
    *(
        "registry",
        "ingest",
        "month",
        "quality",
        "propose",
        "publish",
        "bulletin",
        "board",
        "decide",
        "survey",
        "trend",
        "plan",
        "release",
        "status",
    ),
    *(
        "district",
        "lookup",
        "clusters",
        "programmes",
        "outside",
        "warehouse",
        "reconcile",
        "verify",
        "backup",
        "restore",
        "clean",
    ),
    "evaluate",
)
"""The order of use, in which the help lists the commands; one that is not named here comes after these."""
app.info.cls = in_order(ORDER)

for group, name, run in (
    (app, "ingest", steps.ingest),
    (app, "quality", quality.quality),
    (month_group, "accept", months.month_accept),
    (app, "propose", steps.propose),
    (app, "publish", reports.publish),
    (app, "lookup", quality.lookup),
    (app, "bulletin", reports.bulletin),
    (app, "board", reports.board),
    (decide_group, "sheets", councils.decide_sheets),
    (decide_group, "record", councils.decide_record),
    (app, "trend", documents.trend),
    (app, "plan", documents.plan),
    (app, "release", documents.release),
    (programmes_group, "list", programmes.programmes_list),
    (programmes_group, "check", programmes.programmes_check),
    (programmes_group, "calls", programmes.programmes_calls),
    (programmes_group, "record", programmes.programmes_record),
    (outside_group, "fetch", outside.outside_fetch),
    (outside_group, "load", outside.outside_load),
    (survey_group, "draw", surveys.survey_draw),
    (survey_group, "record", surveys.survey_record),
    (app, "status", steps.status),
    (app, "reconcile", quality.reconcile),
    (warehouse_group, "rebuild", warehouse.warehouse_rebuild),
    (warehouse_group, "grant", warehouse.warehouse_grant),
    (evaluate_group, "rows", evaluate.evaluate_rows),
    (evaluate_group, "chance", evaluate.evaluate_chance),
    (app, "verify", upkeep.verify),
    (app, "backup", upkeep.backup),
    (app, "restore", upkeep.restore),
    (app, "clean", upkeep.clean),
    (registry_group, "load", districts.registry_load),
    (registry_group, "fetch", districts.registry_fetch),
    (registry_group, "convert", districts.registry_convert),
    (registry_group, "list", districts.registry_list),
    (registry_group, "diff", districts.registry_diff),
    (registry_group, "overlaps", districts.registry_overlaps),
    (factories_group, "fetch", factories.factories_fetch),
    (factories_group, "load", factories.factories_load),
    (factories_group, "list", factories.factories_list),
    (factories_group, "names", factories.factories_names),
    (factories_group, "diff", factories.factories_diff),
    (evaluate_group, "register", evaluate.evaluate_register),
    (district_group, "explain", districts.district_explain),
    (clusters_group, "convert", clusters.clusters_convert),
    (clusters_group, "load", clusters.clusters_load),
    (clusters_group, "diff", clusters.clusters_diff),
    (clusters_group, "publish", clusters.clusters_publish),
):
    command(group, name, run)
for moved in ("simulate", "portal"):
    command(app, moved, country.moved(moved), hidden=True)


def main() -> None:
    """Run the command line."""
    app()
