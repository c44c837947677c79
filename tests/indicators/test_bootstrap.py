"""The bootstrap against draws written out one by one, and the shrinkage against its formulas."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sogong_pipeline.indicators import bootstrap
from sogong_pipeline.indicators.bootstrap import INDICATORS, draw
from sogong_pipeline.indicators.shrinkage import percentile, shrink

BASES = ("year", "two_years")


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Two districts of 7 and 30 workplaces; one has nothing two years before."""
    rng = np.random.default_rng(1)
    columns = [f"{b}_{s}_{i}" for b in BASES for s in ("now", "before") for i in INDICATORS]
    frame = pd.DataFrame(rng.integers(1, 10**9, (37, 12)).astype(float), columns=columns)
    frame.loc[:6, [f"two_years_before_{i}" for i in INDICATORS]] = 0.0
    frame.insert(0, "district_id", ["D1"] * 7 + ["D2"] * 30)
    frame.to_parquet(tmp_path / "pairs.parquet")
    return tmp_path / "pairs.parquet"


def test_each_draw_is_a_sample_with_replacement(pairs: Path) -> None:
    frame = pd.read_parquet(pairs)
    for found in draw(pairs, BASES, draws=40, seed=5):
        mine = frame[frame["district_id"] == found.district_id].drop(columns="district_id")
        rng = np.random.Generator(np.random.PCG64([5, zlib.crc32(found.district_id.encode())]))
        rows = rng.integers(0, len(mine), (40, len(mine)))
        assert found.workplaces == len(mine)
        for number, chosen in enumerate(rows):
            sums = mine.iloc[chosen].sum()
            for b, base in enumerate(BASES):
                for i, indicator in enumerate(INDICATORS):
                    before = sums[f"{base}_before_{indicator}"]
                    expected = sums[f"{base}_now_{indicator}"] / before if before else np.nan
                    np.testing.assert_equal(found.factor[number, b, i], expected)


def test_draws_depend_on_seed_and_district_alone(pairs: Path, tmp_path: Path) -> None:
    frame = pd.read_parquet(pairs)
    frame[frame["district_id"] == "D2"].to_parquet(tmp_path / "alone.parquet")
    _, both = draw(pairs, BASES, draws=50, seed=5)
    (alone,) = draw(tmp_path / "alone.parquet", BASES, draws=50, seed=5)
    _, other = draw(pairs, BASES, draws=50, seed=6)
    np.testing.assert_array_equal(both.factor, alone.factor)
    assert not np.array_equal(both.factor, other.factor)


def test_blocks_bound_memory_and_keep_the_law(pairs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [found.factor for found in draw(pairs, BASES, draws=400, seed=5)]
    monkeypatch.setattr(bootstrap, "LARGEST_BLOCK", 70)
    parts = [found.factor for found in draw(pairs, BASES, draws=400, seed=5)]
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one, other)


def test_shrinkage_follows_its_formulas() -> None:
    change = np.array([-20.0, -4.0, 0.0, 3.0, 30.0, np.nan, 5.0])
    error = np.array([10.0, 2.0, 1.0, 2.0, 12.0, 3.0, 0.0])
    y, v = change[:5], error[:5] ** 2
    mean = (y / v).sum() / (1 / v).sum()
    q = ((y - mean) ** 2 / v).sum()
    tau2 = max(0, (q - 4) / ((1 / v).sum() - (1 / v**2).sum() / (1 / v).sum()))
    centre = (y / (tau2 + v)).sum() / (1 / (tau2 + v)).sum()
    assert tau2 > 0
    shrunken = shrink(change, error)
    np.testing.assert_allclose(shrunken[:5], centre + (y - centre) * tau2 / (tau2 + v), rtol=1e-9)
    assert np.isnan(shrunken[5:]).all()
    assert abs(shrunken[0]) < 20 and abs(shrunken[0] - y[0]) > abs(shrunken[2] - y[2])


def test_the_percentile_is_the_share_below_ties_half() -> None:
    np.testing.assert_allclose(
        percentile(np.array([1.0, np.nan, 3.0, 1.0, -5.0])), [50.0, np.nan, 87.5, 50.0, 12.5]
    )
