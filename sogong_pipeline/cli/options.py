"""Options that commands of several rooms share, and the pipeline they open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sogong_pipeline.settings import Settings

if TYPE_CHECKING:
    from sogong_pipeline.steps.installation import Pipeline
    from sogong_pipeline.warehouse.load import Warehouse

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Source = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="FILE|DIR|URL|odcloud", help="Where the files are; the portal if not given."
    ),
]
Out = Annotated[Path, typer.Option(help="Folder to write to.")]
AsKnownOn = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        help="One quarter as the months and the registry loaded by then give it; docs/vintages.md.",
    ),
]


def open_pipeline() -> Pipeline:
    """The pipeline of this machine's settings; imported late, so that --help is quick."""
    from sogong_pipeline.steps.installation import Pipeline

    return Pipeline(Settings())


def open_both() -> tuple[Pipeline, Warehouse]:
    """The pipeline and its warehouse."""
    from sogong_pipeline.warehouse.load import Warehouse

    pipeline = open_pipeline()
    return pipeline, Warehouse(pipeline)
