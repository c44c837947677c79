"""The second gate: figures proved by pandas, each bound broken by a month that breaks it, a good one not stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sogong_pipeline.periods import Month
from sogong_pipeline.quality.placing import check_placing

pytestmark = pytest.mark.slow
MONTH = Month(2026, 9)
ROWS = 400


def members() -> pd.DataFrame:
    """Workplaces of two 시도, two of three in one of ten districts."""
    numbers = range(ROWS)
    return pd.DataFrame(
        {
            "workplace_id": [f"w{number}" for number in numbers],
            "district_id": [f"d{number % 10}" if number % 3 else None for number in numbers],
            "sido_code": ["41" if number % 4 else "26" for number in numbers],
            "legal_form": [1 if number % 5 else 2 for number in numbers],
            "is_counted": [number % 50 > 0 for number in numbers],
        }
    )


def placed(folder: Path, now: pd.DataFrame) -> tuple[list[str], pd.DataFrame]:
    """The critical checks that fail, and the figures by area."""
    for name, frame in (("before", members()), ("now", now)):
        table = pa.Table.from_pandas(frame.astype({"district_id": object}), preserve_index=False)
        pq.write_table(table, folder / f"{name}.parquet")
    built = check_placing(folder / "now.parquet", folder / "before.parquet", MONTH, "abc", folder)
    figures = pq.read_table(built.files["placing_profile"]).to_pandas().set_index("area")
    return built.facts["stopping"], figures


def gone(frame: pd.DataFrame) -> pd.DataFrame:
    """One in ten of 경기 in no district any more."""
    lost = (frame["sido_code"] == "41") & (frame.index % 10 == 1)
    return frame.assign(district_id=frame["district_id"].mask(lost, None))


def strangers(frame: pd.DataFrame) -> pd.DataFrame:
    """One in five under a number nobody had."""
    new = frame["workplace_id"].mask(frame.index % 5 == 0, "new" + frame["workplace_id"])
    return frame.assign(workplace_id=new)


def swapped(frame: pd.DataFrame) -> pd.DataFrame:
    """부산 in other districts than before, as many as before."""
    other = frame["district_id"].mask((frame["sido_code"] == "26") & frame["district_id"].notna(), "d99")
    return frame.assign(district_id=other)


@pytest.mark.parametrize(
    ("change", "checks"),
    [
        (lambda frame: frame, set()),
        (lambda frame: frame[frame.index % 60 > 0], set()),
        (gone, {"nation_placed_to_before", "nation_stayed_share"}),
        (strangers, {"nation_recognised_share"}),
        (swapped, {"nation_stayed_share", "sido_stayed_share"}),
    ],
)
def test_what_breaks_a_bound_is_seen(
    tmp_path: Path, change: Callable[[pd.DataFrame], pd.DataFrame], checks: set[str]
) -> None:
    assert set(placed(tmp_path, change(members()))[0]) == checks


def test_the_figures_are_those_of_pandas(tmp_path: Path) -> None:
    now = gone(members()[members().index % 7 > 0])
    _, figures = placed(tmp_path, now)
    before = members()[members()["is_counted"]]
    pair = before.merge(now, on="workplace_id", how="left", suffixes=("", "_now"), indicator=True)
    could = pair[pair["district_id"].notna() & (pair["is_counted_now"] == True)]  # noqa: E712 - null is no yes
    stayed = (could["district_id"] == could["district_id_now"]).mean()
    recognised = (pair["_merge"] == "both").mean()
    firms, firms_before = (
        frame[frame["is_counted"] & (frame["legal_form"] == 1)] for frame in (now, members())
    )
    kept = firms["district_id"].notna().mean() / firms_before["district_id"].notna().mean()
    nation = figures.loc["00"]
    assert float(nation["nation_stayed_share"]) == pytest.approx(stayed, abs=1e-6)
    assert float(nation["nation_recognised_share"]) == pytest.approx(recognised, abs=1e-6)
    assert float(nation["nation_placed_to_before"]) == pytest.approx(kept, abs=1e-6)
