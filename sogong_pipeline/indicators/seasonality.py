"""Seasonal adjustment of monthly series by STL, a decomposition by local regression, over an edition's three years.

The logarithm of a measure is split into trend, season and remainder by statsmodels. The result is published as
factors in millionths, and every adjusted value is computed from those by whole numbers: a last bit that another
processor rounds otherwise changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import yaml
from numpy.typing import NDArray

from sogong_pipeline.districts.registry import District
from sogong_pipeline.indicators.month import outside_roll_out
from sogong_pipeline.indicators.quarter import MonthIn, make_tables, window
from sogong_pipeline.indicators.series_breaks import area_breaks
from sogong_pipeline.lake.partitions import SHORT, digest_of
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.rates.contribution import coverage_breaks
from sogong_pipeline.sql_engine import Engine, query
from sogong_pipeline.vocabulary import MEASURES

PERIOD = 12
MILLION = 1_000_000
PERIODIC = 361
"""Window of the seasonal regression in years, wide enough for a plain mean by calendar month, as three years allow."""
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def adjust_series(
    months: Mapping[Month, MonthIn],
    districts: Sequence[District],
    quarter: Quarter,
    edition: str,
    workspace: Path,
) -> Path:
    """Write the table adjusted_series: regions and large districts, month by month, adjusted and unadjusted.

    Args:
        months: the months of `window(quarter)` that are in; only with all of them is anything adjusted.
        districts: the districts judged.
        quarter: the quarter judged.
        edition: the digest of the inputs, carried by every row.
        workspace: a folder to write in.
    """
    span = window(quarter)
    crosses = any(span[0] < month <= span[-1] for month in coverage_breaks())
    target = workspace / "adjusted_series.parquet"
    with Engine(workspace) as engine:
        for table in ("fact_district_month", "fact_region_month"):
            engine.view(table, [one.measured.path(table) for one in months.values()])
        engine.variables(
            {
                "quarter": str(quarter),
                "edition": edition,
                "scope": "corporations" if crosses else "all",
                "first_month": str(span[0]),
                "last_month": str(span[-1]),
                "fewest": fewest_workplaces(quarter),
            }
        )
        reforms = area_breaks(districts)
        engine.connection.register("calendar", pa.table({"data_month": [str(month) for month in span]}))
        engine.connection.register(
            "reform",
            pa.table(
                {
                    "area": [area for area, _, _ in reforms],
                    "from_month": [month for _, month, _ in reforms],
                    "evidence": [evidence for _, _, evidence in reforms],
                }
            ),
        )
        engine.connection.register("outside_roll_out", outside_roll_out(districts, quarter))
        make_tables(engine, ("series", "broken_area"))
        engine.connection.register("season", _season(engine, span))
        engine.write(query("editions", "adjusted_series"), target)
    return target


def _season(engine: Engine, span: Sequence[Month]) -> pa.Table:
    """Return the factors of every large area that is known in every month: one row per area and month."""
    columns: dict[str, Any] = {}
    series = engine.execute(query("editions", "adjustable_series")).to_arrow_table()
    for measure in MEASURES:
        values = np.array(series[measure].to_pylist(), dtype=np.float64).reshape(-1, len(span))
        seasonal, irregular = split(values)
        columns[f"{measure}_seasonal"] = seasonal.ravel()
        columns[f"{measure}_irregular"] = irregular.ravel()
    for name in ("level", "area"):
        columns[name] = pa.array(np.repeat(series[name].to_numpy(), len(span)), pa.string())
    columns["data_month"] = pa.array([str(month) for month in span] * len(series), pa.string())
    return pa.table(columns)


def split(values: Floats) -> tuple[Integers, Integers]:
    """Split series into seasonal and irregular factors.

    Args:
        values: positive, shape (series, months).

    Returns:
        Two factors in millionths, both of shape (series, months): value = trend x seasonal x irregular.
    """
    seasonal, irregular = np.zeros((2, *values.shape))
    if values.size:
        from statsmodels.tsa.seasonal import STL  # noqa: PLC0415 - takes seconds, and most editions need none

        for row, series in enumerate(np.log(values)):
            fit = STL(series, period=PERIOD, seasonal=PERIODIC, seasonal_deg=0, robust=True).fit()
            seasonal[row], irregular[row] = fit.seasonal, fit.resid
    return _millionths(seasonal), _millionths(irregular)


def _millionths(logarithm: Floats) -> Integers:
    factors: Integers = np.rint(np.exp(logarithm) * MILLION).astype(np.int64)
    return factors


@cache
def _settings() -> dict[str, list[dict[str, Any]]]:
    text = resources.files(__package__).joinpath("seasonality.yaml").read_text(encoding="utf-8")
    settings: dict[str, list[dict[str, Any]]] = yaml.safe_load(text)
    return settings


def fewest_workplaces(quarter: Quarter) -> int:
    """Return the fewest workplaces of an area for adjustment in a quarter."""
    return int(
        [one for one in _settings()["large_area"] if Quarter.parse(one["from"]) <= quarter][-1]["workplaces"]
    )


@cache
def seasonality_version() -> str:
    """Return a digest of the threshold; a change makes the tables adjusted with it stale."""
    return digest_of(_settings())[:SHORT]
