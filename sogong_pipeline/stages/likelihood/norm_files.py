"""Norm files in the lake: measured once for a quarter and a lag, then read by the rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Quarter
from sogong_pipeline.rates.contribution import coverage_breaks
from sogong_pipeline.stages.likelihood.histories import nation_panel
from sogong_pipeline.stages.likelihood.norms import DIVISIONS, Norm, measure_norm
from sogong_pipeline.stages.likelihood.parameters import Parameters

NORM = pa.schema(
    [
        ("quarter", pa.string()),
        ("lag_quarters", pa.int32()),
        ("size_bin", pa.int32()),
        ("workplaces", pa.int64()),
        ("survival", pa.float64()),
        ("growth_location", pa.float64()),
        ("growth_clip_scale", pa.float64()),
        ("growth_spread", pa.float64()),
    ]
)
TURNOVER = pa.schema(
    [
        ("quarter", pa.string()),
        ("lag_quarters", pa.int32()),
        ("division", pa.string()),
        ("exits", pa.int64()),
        ("expected_exits", pa.float64()),
    ]
)


def coverage_quarter(quarters: Iterable[Quarter]) -> int | None:
    """Return the number of the quarter in which sole proprietors joined the file; None when not in `quarters`."""
    covered = coverage_breaks()[0].quarter
    return next((number for number, quarter in enumerate(quarters) if quarter == covered), None)


def measure_norm_files(
    nations: Sequence[Path | None], quarter: Quarter, parameters: Parameters, workspace: Path
) -> Built:
    """Measure the norms of a quarter on the whole nation, for every lag whose base is in.

    Args:
        nations: `nation_workplace_quarter` of the quarters up to this one, oldest first; None where no month is in.
        quarter: The quarter.
        parameters: Size bins and clipping.
        workspace: An empty folder to write in.

    Returns:
        `workplace_norm` and `division_turnover`.
    """
    last = len(nations) - 1
    panel, _ = nation_panel(nations, coverage_quarter(quarter.shift(i - last) for i in range(len(nations))))
    bins: list[dict[str, Any]] = []
    turnover: list[dict[str, Any]] = []
    for lag in range(1, last + 1):
        if not panel.is_known(last - lag):
            continue
        norm = measure_norm(panel, last, lag, parameters)
        key = {"quarter": str(quarter), "lag_quarters": lag}
        bins += [
            {
                **key,
                "size_bin": number,
                "workplaces": int(norm.workplaces[number]),
                "survival": float(norm.survival[number]),
                "growth_location": float(norm.location[number]),
                "growth_clip_scale": float(norm.clip_scale[number]),
                "growth_spread": float(norm.spread[number]),
            }
            for number in range(norm.survival.size)
        ]
        turnover += [
            {
                **key,
                "division": f"{number:02d}",
                "exits": int(norm.exits[number]),
                "expected_exits": float(norm.expected[number]),
            }
            for number in np.flatnonzero(norm.expected).tolist()
        ]
    files = {}
    for name, rows, schema in (("workplace_norm", bins, NORM), ("division_turnover", turnover, TURNOVER)):
        files[name] = workspace / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema), files[name], compression="zstd")
    return Built(files, {"lags": len({row["lag_quarters"] for row in bins})})


def read_norms(norms: Path, turnover: Path) -> dict[int, Norm]:
    """Read the measured norms of a quarter back, by lag."""
    bins, by_division = pq.read_table(norms), pq.read_table(turnover)
    lag_of = by_division.column("lag_quarters").to_numpy()
    number = np.array([int(code) for code in by_division.column("division").to_pylist()], dtype=np.int64)
    norm_of = {}
    for lag in sorted(set(bins.column("lag_quarters").to_pylist())):
        rows = bins.filter(pc.equal(bins.column("lag_quarters"), lag))
        exits, expected = np.zeros(DIVISIONS), np.zeros(DIVISIONS)
        chosen = lag_of == lag
        exits[number[chosen]] = by_division.column("exits").to_numpy()[chosen]
        expected[number[chosen]] = by_division.column("expected_exits").to_numpy()[chosen]
        norm_of[lag] = Norm(
            survival=rows.column("survival").to_numpy(),
            location=rows.column("growth_location").to_numpy(),
            clip_scale=rows.column("growth_clip_scale").to_numpy(),
            spread=rows.column("growth_spread").to_numpy(),
            workplaces=rows.column("workplaces").to_numpy(),
            exits=exits,
            expected=expected,
        )
    return norm_of
