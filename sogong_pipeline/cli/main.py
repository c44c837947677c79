"""The command line: `sogong COMMAND`; every command takes `--json` for machines.

Exit status: 0 done, 1 refused or failed with one line, 2 wrong usage, 3 something is late or stale (`status`).
"""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from sogong_pipeline.cli import (
    clusters,
    councils,
    country,
    districts,
    evaluate,
    factories,
    quality,
    reports,
    steps,
    upkeep,
    warehouse,
)
from sogong_pipeline.cli.runner import application, command, group_of

app = application(__doc__)


@app.callback()
def options(
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log a line on every step that ends.")
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
district_group = group_of(app, "district", "Districts and who lies in them.")
warehouse_group = group_of(app, "warehouse", "The analysts' copy of the tables.")
evaluate_group = group_of(app, "evaluate", "What can be measured on any lake.")
clusters_group = group_of(app, "clusters", "Small manufacturers: counts, clusters, centres, shares.")
decide_group = group_of(app, "decide", "What the councils decide.")

for group, name, run in (
    (app, "ingest", steps.ingest),
    (app, "quality", quality.quality),
    (app, "propose", steps.propose),
    (app, "publish", reports.publish),
    (app, "lookup", quality.lookup),
    (app, "bulletin", reports.bulletin),
    (decide_group, "sheets", councils.decide_sheets),
    (decide_group, "record", councils.decide_record),
    (app, "status", steps.status),
    (app, "reconcile", quality.reconcile),
    (warehouse_group, "rebuild", warehouse.warehouse_rebuild),
    (warehouse_group, "grant", warehouse.warehouse_grant),
    (evaluate_group, "rows", evaluate.evaluate_rows),
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
