"""The commands `publish` and `bulletin`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogong_pipeline.cli.options import AsKnownOn, Json, open_lake_in_use
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Quarter, parse_moment, parse_months

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sogong_pipeline.pages.parts import Format
    from sogong_pipeline.steps.installation import Installation


def publish(
    quarter: Annotated[str, typer.Argument(help="2026-Q3")],
    draft: Annotated[bool, typer.Option("--draft", help="Before the councils decide.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder to write to.")] = None,
    as_known_on: AsKnownOn = None,
    formats: Annotated[
        str,
        typer.Option(help="Of html,pdf,xlsx,hwpx; all four of final reports if not given, else html,pdf."),
    ] = "",
    as_json: Json = False,
) -> dict[str, Any]:
    """Write the reports of a quarter: drafts, or the final ones of the offices whose councils decided."""
    from sogong_pipeline.renderers.registry import EVERYDAY, parse_formats
    from sogong_pipeline.reports.publish import publish_draft
    from sogong_pipeline.steps.board import write_board

    wanted = Quarter.parse(quarter)
    chosen = parse_formats(formats) if formats else None
    installation = open_lake_in_use()
    if not draft:
        if as_known_on:
            raise RefusedError("a decision is on the edition it cites; --as-known-on goes with --draft")
        return _publish_final(installation, wanted, out, chosen)
    known = parse_moment(as_known_on) if as_known_on else None
    edition = installation.quarters.rebuilt(wanted, known) if known else None
    if known and edition is None:
        raise RefusedError(
            f"{wanted} was not proposed yet; run `sogong propose {wanted} --as-known-on {known.isoformat()}` first"
        )
    published = publish_draft(installation, wanted, out, known, edition, chosen or EVERYDAY)
    if out is None:
        write_board(installation)
    files = [f"{published.folder}/{name}" for name in published.files]
    return {
        "quarter": str(wanted),
        "files": files,
        "lines": [f"{published.pages} reports of {wanted} in {published.folder}", f"open {files[0]}"],
    }


def _publish_final(
    installation: Installation, quarter: Quarter, out: Path | None, formats: Sequence[Format] | None
) -> dict[str, Any]:
    from sogong_pipeline.councils.final import publish_final
    from sogong_pipeline.steps.board import write_board

    finals = publish_final(installation, quarter, out, formats)
    if out is None:
        write_board(installation)
    files = [f"{finals.folder}/{name}" for name in finals.files]
    missing = f"; not decided: {', '.join(finals.missing)}" if finals.missing else ""
    nation = (
        "and of the nation"
        if finals.nation
        else "(of the nation when all have decided or the deadline passed)"
    )
    return {
        "quarter": str(quarter),
        "files": files,
        "decided": finals.decided,
        "missing": finals.missing,
        "lines": [
            f"final reports of {len(finals.decided)} offices {nation} in {finals.folder}{missing}",
            f"open {files[0]}",
        ],
    }


def board(as_json: Json = False) -> dict[str, Any]:
    """Write the stage board: months, quarters and offices at one sight, with the way to every file.

    `propose`, `decide` and `publish` write it too.
    """
    from sogong_pipeline.steps.board import write_board

    written = write_board(open_lake_in_use())
    return {
        "files": [f"{written.folder}/{name}" for name in written.files],
        "lines": [f"open {written.folder}/{written.files[0]}"],
    }


def bulletin(
    months: Annotated[str, typer.Argument(help="2026-09, or 2026-07..2026-09")],
    as_json: Json = False,
) -> dict[str, Any]:
    """Write the monthly bulletins of the nation and the 13 regional offices, and later ones that show a month.

    `ingest_month` writes them too.
    """
    from sogong_pipeline.steps.after import write_bulletins

    wanted = parse_months(months)
    written = write_bulletins(open_lake_in_use(), wanted)
    return {
        "bulletins": {
            str(month): [f"{one.folder}/{name}" for name in one.files] for month, one in written.items()
        },
        "lines": [
            *(f"{month}: {one.pages} bulletins in {one.folder}" for month, one in written.items()),
            f"open {written[wanted[-1]].folder}/{written[wanted[-1]].files[0]}",
        ],
    }
