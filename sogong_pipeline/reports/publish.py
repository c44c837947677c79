"""Write the reports of a quarter into a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sogong_pipeline.periods import Quarter
from sogong_pipeline.pipeline import Pipeline
from sogong_pipeline.reports.collect import collect
from sogong_pipeline.reports.html import render
from sogong_pipeline.reports.model import ReportModel, build_models
from sogong_pipeline.storage import write_atomically


def publish_draft(pipeline: Pipeline, quarter: Quarter, out: Path | None = None) -> list[Path]:
    """Write the reports of a quarter's latest edition as the councils get them, before they decide.

    Args:
        pipeline: the installation.
        quarter: the quarter.
        out: the folder; `reports/<quarter>/draft` under home when None.

    Returns:
        The files, as `write_reports` does.

    Raises:
        RefusedError: when the quarter was never proposed.
    """
    folder = out or pipeline.settings.home / "reports" / str(quarter) / "draft"
    return write_reports(build_models(collect(pipeline, quarter, draft=True)), folder)


def write_reports(models: Iterable[ReportModel], out: Path) -> list[Path]:
    """Write one HTML file per report; a reader never meets half a file.

    Args:
        models: From `build_models`.
        out: The folder; made when it is not there. Nothing else in it is touched.

    Returns:
        The files, in the order of the models: `index.html` for the nation, `<office code>.html` for an office.
    """
    files = []
    for model in models:
        files.append(out / f"{model.stem}.html")
        write_atomically(files[-1], render(model))
    return files
