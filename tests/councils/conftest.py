"""Fixtures: councils and the proposals of a small country's quarter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from sogong_pipeline.councils.issue import Issue, issue_sheets, write_sheets
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.load import Warehouse
from tests.conftest import QUARTER, copied

PERIOD = HalfYear.parse("2026-H2")


@dataclass(frozen=True)
class Council:
    """An installation with issued sheets."""

    warehouse: Warehouse
    issue: Issue
    folder: Path

    @property
    def pipeline(self) -> Installation:
        return self.warehouse.catalogue

    def sheet(self, office: str) -> Path:
        return self.folder / f"{office}.xlsx"

    @property
    def offices(self) -> list[str]:
        return list(self.issue.sheets)


@pytest.fixture
def council(proposed: Installation, tmp_path: Path) -> Council:
    """A copy of the installation."""
    warehouse = Warehouse(copied(proposed.settings.home, tmp_path / "council"))
    warehouse.load_reference()
    warehouse.load_quarter(QUARTER)
    issue, is_new = issue_sheets(warehouse.catalogue, PERIOD)
    assert is_new
    published = write_sheets(warehouse.catalogue, issue)
    return Council(warehouse, issue, Path(published.folder))
