"""Options that commands share, and the installation they open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sogong_pipeline.nps.sources.registry import DEFAULT, metavar
from sogong_pipeline.settings import Settings

if TYPE_CHECKING:
    from sogong_pipeline.steps.installation import Installation

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Source = Annotated[
    str | None,
    typer.Option("--from", metavar=metavar(), help=f"Where the files are; the {DEFAULT} if not given."),
]
Out = Annotated[Path, typer.Option(help="Folder to write to.")]
AsKnownOn = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        help="One quarter as the months and the registry loaded by then give it; docs/vintages.md.",
    ),
]


def open_installation() -> Installation:
    """The installation that the settings name; imported late, so that --help is quick."""
    from sogong_pipeline.steps.installation import Installation

    return Installation(Settings())


def open_lake_in_use() -> Installation:
    """The installation that the settings name, for commands that only work on a lake with something in it.

    Raises:
        RefusedError: when there is no such lake.
    """
    installation = open_installation()
    installation.require_lake()
    return installation
