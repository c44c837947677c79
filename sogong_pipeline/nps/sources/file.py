"""One file on this machine."""

from __future__ import annotations

from pathlib import Path

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.file.content import data_month
from sogong_pipeline.nps.sources.local import LocalSource
from sogong_pipeline.periods import Month


class FileSource(LocalSource):
    """A file as downloaded: CSV or ZIP."""

    name = "file"
    metavar = "FILE"

    def selects(self, value: str) -> bool:  # noqa: ARG002 - see below
        """Take any value: as the first entry of the registry it is asked last."""
        return True

    def files_of(self, path: Path, month: Month) -> list[Path]:
        """The file, when its first row has the month."""
        if not path.is_file():
            raise RefusedError(f"{path}: there is no such file or folder")
        actual = data_month(path, path.name)
        if actual != month:
            raise RefusedError(
                f"{path.name}: the file holds {actual}, not {month}; run `sogong ingest {actual} --from FILE`"
            )
        return [path]
