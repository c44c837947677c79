"""Quality: the gate a staged month passes before it is measured."""

from __future__ import annotations

from sogong_pipeline.engine import SQL

SUITES = SQL.parent / "expectations"
"""Where the expectations lie, and the bounds some of them rest on."""
