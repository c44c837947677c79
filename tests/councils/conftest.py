"""Councils before the proposals of a small country's quarter."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from sogong_pipeline.councils.issue import Issue, issue_sheets, write_sheets
from sogong_pipeline.councils.period import HalfYear
from sogong_pipeline.periods import Quarter
from sogong_pipeline.pipeline import Pipeline
from sogong_pipeline.settings import Settings
from sogong_pipeline.warehouse.load import Warehouse
from tests.conftest import NOW, Country

PERIOD = HalfYear.parse("2026-H2")
QUARTER = Quarter.parse("2026-Q3")


@dataclass(frozen=True)
class Council:
    """An installation whose sheets are out."""

    warehouse: Warehouse
    issue: Issue
    folder: Path

    @property
    def pipeline(self) -> Pipeline:
        return self.warehouse.pipeline

    def sheet(self, office: str) -> Path:
        return self.folder / f"{office}.xlsx"

    @property
    def offices(self) -> list[str]:
        return list(self.issue.sheets)


@pytest.fixture(scope="session")
def proposed(country: Country, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """The country's quarter proposed, from the nine months that it needs."""
    pipeline = Pipeline(Settings(home=tmp_path_factory.mktemp("proposed"), now=NOW))
    pipeline.registry.load(country.registry)
    for year in (2024, 2025, 2026):
        for month in Quarter(year, 3).months:
            pipeline.months.ingest(month, str(country.file_of(month)))
    pipeline.quarters.propose(QUARTER)
    return pipeline


@pytest.fixture
def council(proposed: Pipeline, tmp_path: Path) -> Council:
    """A copy of the installation, its lake linked file by file: nothing in a lake is ever written in place."""
    home = tmp_path / "council"
    shutil.copytree(proposed.settings.home / "lake", home / "lake", copy_function=os.link)
    warehouse = Warehouse(Pipeline(Settings(home=home, now=NOW)))
    warehouse.load_reference()
    warehouse.load_quarter(QUARTER)
    issue, is_new = issue_sheets(warehouse.pipeline, PERIOD)
    assert is_new
    published = write_sheets(warehouse.pipeline, issue)
    return Council(warehouse, issue, Path(published.folder))
