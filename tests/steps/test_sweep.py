"""A new registry, or an override, makes months stale; the sweep does them again, and a second sweep finds nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from sogong_pipeline.cli.main import app
from sogong_pipeline.districts.loaded import measured_in_force
from sogong_pipeline.indicators.series_breaks import is_watched
from sogong_pipeline.periods import Quarter
from sogong_pipeline.regions.reference import regions
from sogong_pipeline.steps.installation import Installation
from tests.districts.test_loading import placed
from tests.districts.test_registry import ROW, write
from tests.steps.test_steps import QUARTER, month_file

pytestmark = pytest.mark.slow


def test_an_override_and_a_new_version_make_months_stale_and_the_sweep_redoes_them(
    pipeline: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOGONG_HOME", str(pipeline.settings.home))
    month = QUARTER.months[0]
    registry = write(tmp_path / "registry.csv", ROW)
    overrides = placed(tmp_path / "overrides.csv", {"district_id": "", "workplace_name": "(주)가상 상사7"})
    moved = write(tmp_path / "moved.csv", {**ROW, "postal_codes": "99999"})

    def sweep(*load: str) -> tuple[list[str], int, str]:
        """Load a registry, sweep, and tell which quarters were made and what the district then has."""
        assert CliRunner().invoke(app, ["registry", "load", *load]).exit_code == 0
        fresh = Installation(pipeline.settings)
        if fresh.vintage_of(month) is None:
            fresh.months.ingest(month, str(month_file(tmp_path, str(month))))
        else:
            assert measured_in_force(fresh, month) is None  # stale: not measured under what is in force
            assert fresh.quarters.stale(QUARTER) != []
        done = CliRunner().invoke(app, ["propose", "--every", "--json"])
        assert done.exit_code == 0, done.output
        measured = measured_in_force(fresh, month)
        assert measured is not None
        (fact,) = pq.read_table(measured.path("fact_district_month")).to_pylist()
        made = [edition["quarter"] for edition in json.loads(done.stdout)["editions"] if edition["new"]]
        return made, fact["workplaces"], fact["status"]

    # 화성 lies in the capital region, which nobody watches in 2022: measured, and marked.
    assert sweep(str(registry)) == ([str(QUARTER)], 40, "outside_roll_out")
    assert sweep(str(registry), "--overrides", str(overrides)) == ([str(QUARTER)], 39, "outside_roll_out")
    assert sweep(str(moved)) == ([str(QUARTER)], 0, "few_workplaces")
    again = CliRunner().invoke(app, ["propose", "--every", "--json"])
    assert [one for one in json.loads(again.stdout)["editions"] if one["new"]] == []


@pytest.mark.parametrize(
    ("quarter", "sidos"), [("2021-Q4", 0), ("2022-Q1", 5), ("2023-Q1", 12), ("2024-Q1", 17)]
)
def test_the_roll_out_is_dated(quarter: str, sidos: int) -> None:
    """Of the 17 시도 of before 2026-07, under the codes they had on that day."""
    first = Quarter.parse(quarter)
    day = first.last_day
    living = {
        region.region_code
        for region in regions()
        if region.level == "sido"
        and (region.valid_from is None or region.valid_from <= day)
        and (region.valid_to is None or day <= region.valid_to)
    }
    assert len(living) == 17
    assert sum(is_watched(code, first) for code in living) == sidos
