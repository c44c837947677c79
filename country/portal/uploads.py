"""Monthly files of a folder as uploads of a portal: a title, a label, and ids derived from the name."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from pathlib import Path

_NAME = re.compile(r".*_(20\d{6})\.(?:csv|zip)", re.IGNORECASE)


@dataclass(frozen=True)
class Upload:
    """One file of the folder.

    Attributes:
        path: The file.
        label: The extraction date in its name, `YYYYMMDD`.
    """

    path: Path
    label: str

    @property
    def title(self) -> str:
        """Return the portal's title of the upload."""
        return self.path.stem

    @property
    def detail_pk(self) -> str:
        """Return the portal's key of the upload."""
        return f"uddi:{self._uuid}"

    @property
    def file_id(self) -> str:
        """Return the portal's id of the file."""
        return f"FILE_{self._uuid.int % 10**15:015d}"

    @property
    def _uuid(self) -> uuid.UUID:
        return uuid.uuid5(uuid.NAMESPACE_URL, self.path.name)


def list_uploads(data_dir: Path) -> list[Upload]:
    """List the current uploads, the newest first: `*_YYYYMMDD.csv` or `.zip` in `files/`, else in the folder."""
    files = data_dir / "files"
    folder = files if files.is_dir() else data_dir
    named = ((path, _NAME.fullmatch(path.name)) for path in folder.iterdir() if path.is_file())
    uploads = [Upload(path, label[1]) for path, label in named if label]
    return sorted(uploads, key=lambda upload: (upload.label, upload.title), reverse=True)
