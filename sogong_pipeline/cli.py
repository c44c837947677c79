"""The command line: `sogong COMMAND`; every command takes `--json` for machines.

Exit status: 0 done, 1 refused or failed with one line, 2 wrong usage, 3 something is late or stale (`status`).
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable
from typing import Any, NoReturn, ParamSpec

import typer

from sogong_pipeline.councils import commands as councils
from sogong_pipeline.districts import commands as districts
from sogong_pipeline.errors import RefusedError, one_line
from sogong_pipeline.evaluation import commands as evaluation
from sogong_pipeline.quality import commands as quality
from sogong_pipeline.reports import commands as reports
from sogong_pipeline.simulator import commands as simulator
from sogong_pipeline.steps import commands as steps
from sogong_pipeline.upkeep import commands as upkeep
from sogong_pipeline.warehouse import commands as warehouse

P = ParamSpec("P")
STOPPED = "stopped; what was finished is kept, run the same command again to go on"

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=__doc__,
    rich_markup_mode=None,
)


def command(group: typer.Typer, name: str, function: Callable[P, dict[str, Any]]) -> None:
    """Register a command that returns what it did; refusals and broken files become one line and status 1."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        as_json = bool(kwargs.get("as_json"))
        try:
            done = function(*args, **kwargs)
        except RefusedError as refusal:
            _fail(str(refusal), as_json=as_json)
        except OSError as error:
            _fail(one_line(error), as_json=as_json)
        except KeyboardInterrupt:
            typer.echo(f"sogong: {STOPPED}", err=True)
            raise typer.Exit(130) from None
        except Exception as error:  # the edge: a user gets one line, an engineer the rest on request
            if os.environ.get("SOGONG_DEBUG"):
                raise
            line = " ".join(str(error).split())[:300]
            _fail(f"{type(error).__name__}: {line}; SOGONG_DEBUG=1 shows where", as_json=as_json)
        lines, status = done.pop("lines", []), done.pop("status", 0)
        typer.echo(json.dumps(done, ensure_ascii=False, default=str) if as_json else "\n".join(lines))
        raise typer.Exit(status)

    group.command(name)(run)


def _fail(message: str, *, as_json: bool) -> NoReturn:
    typer.echo(
        json.dumps({"error": message}, ensure_ascii=False) if as_json else f"sogong: {message}",
        err=not as_json,
    )
    raise typer.Exit(1)


def _group(name: str, about: str) -> typer.Typer:
    group = typer.Typer(no_args_is_help=True, help=about)
    app.add_typer(group, name=name)
    return group


registry_group = _group("registry", "The district registry.")
district_group = _group("district", "Districts and who lies in them.")
warehouse_group = _group("warehouse", "The analysts' copy of the tables.")
evaluate_group = _group("evaluate", "How right the results are, where the truth is known.")
decide_group = _group("decide", "What the councils decide.")

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
    (app, "simulate", simulator.simulate),
    (evaluate_group, "matching", evaluation.evaluate_matching),
    (evaluate_group, "rows", evaluation.evaluate_rows),
    (evaluate_group, "breaks", evaluation.evaluate_breaks),
    (app, "portal", simulator.portal),
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
    (district_group, "explain", districts.district_explain),
):
    command(group, name, run)


def main() -> None:
    """Run the command line."""
    app()
