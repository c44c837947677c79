"""A folder filled by hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.file.content import data_month
from sogong_pipeline.nps.sources.local import LocalSource
from sogong_pipeline.periods import Month

SUFFIXES = {".csv", ".zip"}


class FolderSource(LocalSource):
    """The monthly files directly in a folder, in the order of their names."""

    name = "folder"
    metavar = "DIR"

    def selects(self, value: str) -> bool:
        """Recognise the path of a folder."""
        return Path(value).is_dir()

    def files_of(self, path: Path, month: Month) -> list[Path]:
        """The files that hold the month; skips other files and mentions the first of them in the refusal."""
        files = [file for file in sorted(path.iterdir()) if file.suffix.lower() in SUFFIXES]
        contents = {file: _content(file, file.stat().st_mtime_ns, file.stat().st_size) for file in files}
        matches = [file for file in files if contents[file] == month]
        if not matches:
            others = [content for content in contents.values() if isinstance(content, str)]
            note = f" ({len(others)} are not monthly files; {others[0]})" if others else ""
            raise RefusedError(
                f"{path}: none of its {len(files)} files holds {month}{note}; put it into the folder"
            )
        return matches


@cache  # a range of months reads every file of the folder once per month
def _content(file: Path, _modified: int, _size: int) -> Month | str:
    """Return the month of a file, or the reason why it is not a monthly file."""
    try:
        return data_month(file, file.name)
    except RefusedError as refusal:
        return str(refusal)
