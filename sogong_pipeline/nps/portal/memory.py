"""State of a portal's client between runs, on this machine; losing it costs requests and nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sogong_pipeline.lake.store import write_atomically


@dataclass(frozen=True)
class Memory:
    """Small JSON values below a folder, one file each."""

    folder: Path

    def recall(self, kind: str, key: str = "") -> Any:
        """The value, or None when there is none or it cannot be read."""
        try:
            return json.loads(self._file(kind, key).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None

    def keep(self, value: object, kind: str, key: str = "") -> None:
        """Replace the value in one step."""
        write_atomically(self._file(kind, key), json.dumps(value, ensure_ascii=False) + "\n")

    def _file(self, kind: str, key: str) -> Path:
        """The file of a value; a key may be any text of the portal's, so it is hashed."""
        digest = f"-{hashlib.sha256(key.encode()).hexdigest()[:16]}" if key else ""
        return self.folder / f"{kind}{digest}.json"
