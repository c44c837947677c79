"""The commands `survey draw` and `survey record`."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sogong_pipeline.cli.options import Json, open_lake_in_use
from sogong_pipeline.errors import RefusedError, counted
from sogong_pipeline.periods import Quarter


def survey_draw(
    quarter: Annotated[str, typer.Argument(help="2026-Q3")],
    out: Annotated[Path | None, typer.Option(help="Folder to write to.")] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Draw each office's lists of districts and visits, and write them with a cover letter.

    The lists name firms: hand them to the office and its crisis centre alone. The same edition draws the same.
    """
    from sogong_pipeline.surveys.issue import changes_of, draw_lists, write_lists

    installation = open_lake_in_use()
    draw, is_new = draw_lists(installation, Quarter.parse(quarter))
    changed = changes_of(installation.lake, draw)
    published = write_lists(installation, draw, out)
    lines, offices = [], {}
    for office, sheet in draw.sheets.items():
        kinds = [visit.list for visit in sheet.visits]
        offices[office] = {kind: kinds.count(kind) for kind in ("certain", "exit", "random")}
        line = "{certain} by choice, {exit} exits, {random} at random".format(**offices[office])
        lines.append(f"{office:<16} {len(kinds):>4} visits  {line} of {sheet.frame_size:,}")
    lines += [
        f"{office:<16} {one.added} added, {one.dropped} dropped, {one.kept} as before"
        for office, one in changed.items()
    ]
    return {
        "quarter": quarter,
        "draw": draw.name,
        "edition": draw.edition,
        "new": is_new,
        "changes": {office: asdict(one) for office, one in changed.items()},
        "offices": offices,
        "files": [f"{published.folder}/{name}" for name in published.files],
        "lines": [
            f"draw {draw.name} of {quarter} (edition {draw.edition}): {counted(len(draw.sheets), 'office')}"
            + ("" if is_new else "  (out already)"),
            *lines,
            f"in {published.folder}",
        ],
    }


def survey_record(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A list that came back.")],
    by: Annotated[
        str | None, typer.Option(help="Who confirms it; the user of this machine if not given.")
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Record the answers of a returned list, all of it or nothing.

    What is wrong with a refused list is written beside it as FILE.답변.txt, a text in Korean for its sender.
    """
    from sogong_pipeline.councils.answer import answer_beside
    from sogong_pipeline.surveys.checking import check
    from sogong_pipeline.surveys.record import record, recording_of, reply

    installation = open_lake_in_use()
    checked = check(installation.lake, file, installation.settings.clock().date())
    if checked.problems and recording_of(installation, checked.sha256) is None:
        beside = answer_beside(file, reply(checked, file.name, "refused"))
        raise RefusedError(
            f"{file}: {counted(len(checked.problems), 'problem')}, nothing recorded; see {beside}"
        )
    done = record(installation, file, by or getpass.getuser())
    line = "{office} {quarter}: {rows} results recorded, {answered} answered, {replacing} replacing others"
    return {
        **done.facts,
        "new": done.is_new,
        "lines": [line.format(**done.facts) + ("" if done.is_new else "  (was recorded already)")],
    }
