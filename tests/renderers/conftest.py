"""The country of the report tests, for the renderers."""

from __future__ import annotations

from tests.reports.conftest import *  # noqa: F403 - the same fixtures
