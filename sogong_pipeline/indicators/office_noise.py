"""Noise of offices: standard errors of the changes of their districts under resampling of workplaces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from math import isnan
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sogong_pipeline.districts.registry import District
from sogong_pipeline.indicators.bootstrap import INDICATORS, Floats, draw
from sogong_pipeline.indicators.offices import ALL, DISTRICTS, office_code
from sogong_pipeline.periods import Quarter

DRAWS = 400
NOISE = pa.schema(
    [("area", pa.string()), ("base", pa.string())]
    + [(indicator, pa.decimal128(12, 2)) for indicator in INDICATORS]
)


def office_noise(
    pairs: Path, districts: Iterable[District], bases: Sequence[str], quarter: Quarter, workspace: Path
) -> pa.Table:
    """Return standard errors of the changes of each office's districts, in points.

    Args:
        pairs: rows of `sql/editions/paired_workplace`.
        districts: the districts judged.
        bases: the bases of the quarter.
        quarter: the quarter judged, which seeds the draws.
        workspace: a folder to write in.

    Returns:
        Columns `area`, `base` and one for each of `INDICATORS`; null without a base.
    """
    table = pq.read_table(pairs)
    owner = {one.district_id: office_code(one.sido_code) for one in districts}
    of_rows = pa.array([owner[one] for one in table["district_id"].to_pylist()], pa.string())
    by_office = pa.concat_tables([table.set_column(0, "district_id", of_rows), _all_together(table)])
    target = workspace / "paired_office.parquet"
    pq.write_table(by_office.take(pc.sort_indices(by_office["district_id"])), target)
    seed = quarter.year * 4 + quarter.number
    rows = [
        {"area": f"{drawn.district_id}/{DISTRICTS}", "base": base, **_errors(drawn.factor[:, number, :])}
        for drawn in draw(target, bases, draws=DRAWS, seed=seed)
        for number, base in enumerate(bases)
    ]
    target.unlink()
    return pa.Table.from_pylist(rows, NOISE)


def _all_together(table: pa.Table) -> pa.Table:
    return table.set_column(0, "district_id", pa.array([ALL] * len(table), pa.string()))


def _errors(factor: Floats) -> dict[str, Decimal | None]:
    """Return the standard deviation of each indicator's change, shape (draws, indicators); None without a base."""
    errors = (100 * factor.std(axis=0, ddof=1)).tolist()
    return {
        indicator: None if isnan(error) else Decimal(repr(error)).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
        for indicator, error in zip(INDICATORS, errors, strict=True)
    }
