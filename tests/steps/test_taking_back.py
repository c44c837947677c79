"""A bad registry is taken back by loading the one before again, from the lake itself: the runbook's promise."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from sogong_pipeline.steps.installation import Installation
from tests.districts.test_registry import ROW, write
from tests.steps.test_steps import QUARTER, month_file

pytestmark = pytest.mark.slow

AS_OF = dt.date(2015, 1, 1)


def test_the_edition_of_the_good_registry_comes_back(pipeline: Installation, tmp_path: Path) -> None:
    blank = {**ROW, "valid_from": ""}
    pipeline.registry.load(write(tmp_path / "good.csv", blank), AS_OF)
    pipeline.months.ingest(QUARTER.months[0], str(month_file(tmp_path, str(QUARTER.months[0]))))
    good, _ = pipeline.quarters.propose(QUARTER)
    pipeline.registry.load(write(tmp_path / "bad.csv", {**blank, "legal_dong_codes": "4159036032"}), AS_OF)
    bad, is_new = pipeline.quarters.propose(QUARTER)
    assert is_new
    assert bad.digest != good.digest

    (kept,) = (pipeline.settings.home / "lake" / "registry").glob("0001-*/registry-*.csv")
    assert "recorded_at" in kept.with_name("manifest.json").read_text()
    _, is_new = pipeline.registry.load(kept, AS_OF)
    assert is_new
    assert pipeline.quarters.stale(QUARTER) != []
    again, is_new = pipeline.quarters.propose(QUARTER)
    assert not is_new
    assert (again.folder, again.digest) == (good.folder, good.digest)
    assert pipeline.quarters.stale(QUARTER) == []
