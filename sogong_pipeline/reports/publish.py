"""Write the reports of a quarter into a folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from sogong_pipeline.reports.html import render
from sogong_pipeline.reports.model import ReportModel


def write_reports(models: Iterable[ReportModel], out: Path) -> list[Path]:
    """Write one HTML file per report; a reader never meets half a file.

    Args:
        models: From `build_models`.
        out: The folder; made when it is not there. Nothing else in it is touched.

    Returns:
        The files, in the order of the models: `index.html` for the nation, `<office code>.html` for an office.
    """
    out.mkdir(parents=True, exist_ok=True)
    return [_write(out / f"{model.stem}.html", render(model)) for model in models]


def _write(path: Path, text: str) -> Path:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    written = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        written.chmod(0o644)
        written.replace(path)
    except BaseException:
        written.unlink(missing_ok=True)
        raise
    return path
