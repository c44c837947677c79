"""Reading never builds: commands that list, render or compare request partitions and build none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from typer.testing import CliRunner

from sogong_pipeline.bulletins.publish import publish_bulletins
from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.cli.main import app
from sogong_pipeline.lake.partitions import Lake
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.quality_pages.publish import publish_quality
from sogong_pipeline.reports.publish import publish_draft
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.steps.release import release
from sogong_pipeline.upkeep.verify import verify
from sogong_pipeline.warehouse.fit import left_out
from sogong_pipeline.warehouse.load import Warehouse
from tests.conftest import NOW
from tests.steps.test_steps import load_registry, month_file

QUARTER = Quarter(2022, 2)
READS: dict[str, Callable[[Catalogue], object]] = {
    "quality pages": lambda catalogue: publish_quality(catalogue, QUARTER.months),
    "drafts": lambda catalogue: publish_draft(catalogue, QUARTER),
    "bulletins": lambda catalogue: publish_bulletins(catalogue, Month(2022, 5)),
    "fit": lambda catalogue: list(left_out(catalogue)),
    "warehouse": lambda catalogue: Warehouse(catalogue).rebuild(),
    "release": lambda catalogue: release(catalogue, QUARTER),
    "verify": lambda catalogue: verify(catalogue.lake),
}


@pytest.fixture
def settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return a home with a corrected month and a proposed quarter, in which nothing can be built any more."""
    settings = Settings(home=tmp_path / "home", now=NOW)
    installation = Installation(settings)
    load_registry(installation, tmp_path)
    for month, count in (("2022-04", 40), ("2022-05", 40), ("2022-05", 41)):
        installation.months.ingest(
            Month.parse(month), str(month_file(tmp_path / str(count), month, count=count))
        )
    installation.quarters.propose(QUARTER)

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a read built a partition")

    monkeypatch.setattr(Lake, "ensure", refuse)
    monkeypatch.setenv("SOGONG_HOME", str(settings.home))
    monkeypatch.setenv("SOGONG_NOW", NOW)
    return settings


def test_documents_the_warehouse_and_upkeep_only_read(settled: Settings) -> None:
    catalogue = Catalogue(settled)
    for read in READS.values():
        read(catalogue)


@pytest.mark.parametrize("command", ["status", "propose --dry-run", "registry list", "quality", "clean"])
def test_commands_that_tell_only_read(settled: Settings, command: str) -> None:
    done = CliRunner().invoke(app, command.split())
    assert done.exit_code in {0, 3}, done.output
    assert "built a partition" not in done.output
