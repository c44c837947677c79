"""State of a portal's client between runs, on this machine; losing it costs only additional requests."""

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
        """Return the stored value, or None when it is missing or unreadable."""
        try:
            return json.loads(self._file(kind, key).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None

    def keep(self, value: object, kind: str, key: str = "") -> None:
        """Replace the value atomically."""
        write_atomically(self._file(kind, key), json.dumps(value, ensure_ascii=False) + "\n")

    def _file(self, kind: str, key: str) -> Path:
        """Return the file of a value; a key may be any text from the portal, so it is hashed."""
        digest = f"-{hashlib.sha256(key.encode()).hexdigest()[:16]}" if key else ""
        return self.folder / f"{kind}{digest}.json"
