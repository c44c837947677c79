"""What the checks are called in Korean."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import yaml

from sogong_pipeline.quality import SUITES


@cache
def titles() -> Mapping[str, str]:
    """The Korean title of every check, by its name."""
    suites = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(SUITES.glob("*.yaml"))]
    return {entry["check"]: entry["title_ko"] for suite in suites for entry in suite.get("expectations", ())}
