"""The commands `decide sheets` and `decide record`."""

from __future__ import annotations

import datetime as dt
import getpass
from pathlib import Path
from typing import Annotated, Any

import typer

from sogong_pipeline.cli.options import Json, open_lake_in_use
from sogong_pipeline.errors import RefusedError, counted
from sogong_pipeline.periods import Quarter


def decide_sheets(
    period: Annotated[str, typer.Argument(help="2026-H2")],
    quarter: Annotated[
        str | None,
        typer.Option(help="The quarter judged; the newest proposed one of the period if not given."),
    ] = None,
    deadline: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="When sheets are due; the last day of the period if not given."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write to.")] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Write a decision sheet and a one-page briefing for the council of each regional office."""
    from sogong_pipeline.councils.issue import issue_sheets, write_sheets
    from sogong_pipeline.decisions.period import HalfYear
    from sogong_pipeline.steps.board import write_board

    wanted, judged = HalfYear.parse(period), Quarter.parse(quarter) if quarter else None
    installation = open_lake_in_use()
    issue, is_new = issue_sheets(installation, wanted, judged, deadline.date() if deadline else None)
    published = write_sheets(installation, issue, out)
    if out is None:
        write_board(installation)
    return {
        "period": str(wanted),
        "quarter": str(issue.quarter),
        "edition": issue.edition,
        "deadline": str(issue.deadline),
        "new": is_new,
        "files": [f"{published.folder}/{name}" for name in published.files],
        "lines": [
            f"{counted(len(issue.sheets), 'sheet')} of {wanted} on {issue.quarter} (edition {issue.edition}), "
            f"due {issue.deadline}" + ("" if is_new else "  (out already)"),
            f"in {published.folder}",
        ],
    }


def decide_record(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A sheet that came back.")],
    by: Annotated[
        str | None, typer.Option(help="Who confirms it; the user of this machine if not given.")
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Record a council's decisions from its sheet, all of it or nothing.

    What is wrong with a refused sheet is written beside it as FILE.답변.txt, a text in Korean for the officer.
    """
    from sogong_pipeline.councils.answer import answer, answer_beside
    from sogong_pipeline.councils.checking import check
    from sogong_pipeline.councils.record import record, recording_of
    from sogong_pipeline.steps.board import write_board

    installation = open_lake_in_use()

    warehouse = installation.warehouse
    checked = check(installation.lake, file, installation.settings.clock().date())
    if checked.problems and not recording_of(warehouse, checked.sha256):
        told = answer_beside(file, answer(checked, file.name, "refused"))
        raise RefusedError(
            f"{file}: {counted(len(checked.problems), 'problem')}, nothing recorded; see {told}"
        )
    done = record(warehouse, file, by or getpass.getuser())
    write_board(installation)
    facts = done.facts
    return {
        **facts,
        "new": done.is_new,
        "lines": [
            "{office} {period}: {rows} rows recorded ({kind}), {differing} other than proposed".format(
                **facts
            )
            + ("" if done.is_new else "  (was recorded already)")
        ],
    }
