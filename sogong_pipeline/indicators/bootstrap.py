"""Bootstrap: a district's workplaces are resampled with replacement, and its changes computed for each draw.

One draw keeps a workplace's figures of all quarters together, so the changes of a draw are consistent. Sums are whole
numbers below 2^53 in float64, hence exact in any order of addition; the same seed gives the same draws on any
machine.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

INDICATORS = ("workplaces", "workers", "payroll")
LARGEST_BLOCK = 32_000
"""Draws x workplaces processed at once: arrays of 256 kB stay in the cache and are reused."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Draws:
    """Draws of one district: `factor` is the ratio of now to base (1.0: unchanged), NaN without a base.

    Attributes:
        district_id: The district.
        workplaces: Number of distinct workplaces on either side.
        factor: Shape (draws, bases, indicators).
    """

    district_id: str
    workplaces: int
    factor: Floats


def draw(pairs: Path, bases: Sequence[str], *, draws: int, seed: int) -> Iterator[Draws]:
    """Resample every district's workplaces.

    Args:
        pairs: rows of `sql/editions/paired_workplace`.
        bases: the bases to compute, a subset of those in `pairs`.
        draws: number of draws.
        seed: seed of the draws; those of a district depend on it and the district's identifier alone.

    Yields:
        Each district that has a workplace, in order.
    """
    table = pq.read_table(pairs)
    names = table.column("district_id").combine_chunks().dictionary_encode()
    owner = names.indices.to_numpy()
    columns = [
        f"{base}_{side}_{indicator}"
        for base in bases
        for side in ("now", "before")
        for indicator in INDICATORS
    ]
    figures = np.column_stack([table.column(name).to_numpy() for name in columns])
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    ends = np.append(starts, owner.size)[1:]
    shape = (draws, len(bases), 2, len(INDICATORS))
    for district_id, start, end in zip(names.dictionary.to_pylist(), starts, ends, strict=True):
        rng = np.random.Generator(np.random.PCG64([seed, zlib.crc32(district_id.encode())]))
        sums = _resampled_sums(figures[start:end], draws, rng).reshape(shape)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.where(sums[:, :, 1] > 0, sums[:, :, 0] / sums[:, :, 1], np.nan)
        yield Draws(district_id, int(end - start), factor)


def _resampled_sums(figures: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Return sums over `draws` samples with replacement of the rows of (n, k) figures; shape (draws, k)."""
    count = len(figures)
    block = max(1, min(draws, LARGEST_BLOCK // count))
    parts = []
    for first in range(0, draws, block):
        size = min(block, draws - first)
        chosen = rng.integers(0, count, (size, count))
        chosen += np.arange(0, size * count, count)[:, None]
        times = np.bincount(chosen.ravel(), minlength=size * count).reshape(size, count)
        parts.append(times.astype(np.float64) @ figures)
    return np.concatenate(parts)
