"""Monthly series for charts: comparable spans, and indices with a first month of 100."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from sogong_pipeline.periods import Month


def between_breaks(months: Sequence[Month], breaks: Collection[Month]) -> list[slice]:
    """Return the spans of months with comparable levels: a break begins a new one."""
    starts = [index for index, month in enumerate(months) if not index or month in breaks]
    return [slice(start, end) for start, end in pairwise([*starts, len(months)])]


def indexed(
    values: Sequence[int | None], months: Sequence[Month], breaks: Collection[Month]
) -> list[float | None]:
    """Return the series with the first known month as 100, reset at each break; None throughout if that month is 0."""
    index: list[float | None] = []
    for stretch in between_breaks(months, breaks):
        base = next((value for value in values[stretch] if value is not None), None)
        index += [100 * value / base if value is not None and base else None for value in values[stretch]]
    return index
