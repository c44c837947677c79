"""The bounds of 시도 and of columns that lie beside the suites, each file read once."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from sogong_pipeline.quality import SUITES


@cache
def bounds(name: str) -> dict[str, list[dict[str, Any]]]:
    """A file of bounds as written, `expectations/<name>.yaml`; not to be changed."""
    text = (SUITES / f"{name}.yaml").read_text(encoding="utf-8")
    found: dict[str, list[dict[str, Any]]] = yaml.safe_load(text)
    return found
