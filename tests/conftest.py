"""What several rooms' tests need."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real data for tests; it is no part of the repository, so tests skip without it."""
    repository = Path(__file__).parent.parent
    folder = repository / os.environ.get("SOGONG_TEST_DATA", "../shared/data")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set SOGONG_TEST_DATA")
    return folder.resolve()
