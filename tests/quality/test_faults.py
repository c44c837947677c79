"""Every damaged month of the data folder gives what its table expects; each undamaged one counts."""

from __future__ import annotations

import datetime as dt
import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month
from sogong_pipeline.quality.standing import standing
from sogong_pipeline.steps.installation import Installation
from tests.conftest import copied

pytestmark = [pytest.mark.slow, pytest.mark.real_data]
MONTH = Month(2026, 9)
Fill = Callable[[str, Callable[[Installation], object]], Installation]


def plain(packed: Path, folder: Path) -> Path:
    """A file of the folder as a month that may be ingested; ZIPs as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    if packed.suffix != ".gz":
        return Path(shutil.copy(packed, folder / packed.name))
    target = folder / packed.name.removesuffix(".gz")
    target.write_bytes(gzip.decompress(packed.read_bytes()))
    return target


@pytest.fixture
def pipeline(test_data: Path, filled_once: Fill, tmp_path: Path) -> Installation:
    """The registry of the folder and its two months before the damaged one."""
    faults = test_data / "faults"

    def fill(installation: Installation) -> None:
        installation.registry.load(faults / "base-registry.csv", dt.date(2015, 1, 1))
        for month in ("2026-07", "2026-08"):
            file = plain(faults / "base" / f"{month}.csv.gz", installation.settings.home / "files")
            installation.months.ingest(Month.parse(month), str(file))

    return copied(filled_once("faults", fill).settings.home, tmp_path / "home")


@pytest.mark.parametrize(
    ("name", "checks"),
    [
        ("postal_blank", {"column_usable_least", "nation_usable_kept", "nation_same_share"}),
        ("dong_sigungu_lot", {"column_usable_least", "nation_usable_kept", "nation_same_share"}),
        ("industry_blank", {"column_usable_least", "nation_usable_kept"}),
        ("sci_bizno", {"column_usable_least", "nation_usable_kept", "nation_found_share"}),
    ],
)
def test_a_column_that_was_emptied_cut_or_reformatted_stops_the_month(
    pipeline: Installation, test_data: Path, tmp_path: Path, name: str, checks: set[str]
) -> None:
    file = plain(test_data / "faults" / f"month-{name}.csv.gz", tmp_path / "files")
    with pytest.raises(RefusedError, match="the gate stopped") as refused:
        pipeline.months.ingest(MONTH, str(file))
    assert len(str(refused.value)) < 450
    assert pipeline.vintage_of(MONTH) is None
    assert checks <= set(standing(pipeline, MONTH, pipeline.vintages(MONTH)[0]).stopping)


@pytest.mark.parametrize("name", ["joined_blank0", "status_all1"])
def test_content_that_does_not_move_holds_the_month(
    pipeline: Installation, test_data: Path, tmp_path: Path, name: str
) -> None:
    file = plain(test_data / "faults" / f"month-{name}.csv.gz", tmp_path / "files")
    (state,) = pipeline.months.ingest(MONTH, str(file))
    found = standing(pipeline, MONTH, state.vintage)
    assert found.stopping == []
    assert (
        found.holding
        == {
            "joined_blank0": ["moving_share", "sido_moving_least"],
            "status_all1": ["withdrawn_to_month_before"],
        }[name]
    )


def test_the_undamaged_month_neither_stops_nor_is_held(
    pipeline: Installation, test_data: Path, tmp_path: Path
) -> None:
    file = plain(test_data / "faults" / "base" / "2026-09.csv.gz", tmp_path / "files")
    (state,) = pipeline.months.ingest(MONTH, str(file))
    found = standing(pipeline, MONTH, state.vintage)
    assert (found.stopping, found.holding) == ([], [])
    assert state.measured is not None
    assert state.measured.facts["matched"] == 2_366
