"""Quality: the gate a staged month passes before it is measured."""

from __future__ import annotations

import logging

from sogong_pipeline.sql_engine import SHIPPED

SUITES = SHIPPED / "expectations"
"""Where the expectations lie, and the bounds some of them rest on."""

# On import it tells of 200 functions of its own, and an operator would have to look for ours among them.
logging.getLogger("great_expectations").setLevel(logging.WARNING)
