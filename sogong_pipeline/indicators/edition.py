"""Edition: the facts of one quarter, a pure function of its inputs, whose digest is its name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.districts.registry import District
from sogong_pipeline.indicators.quarter import MonthIn, measure_quarter
from sogong_pipeline.indicators.seasonality import adjust_series
from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.workplaces.flows import count_flows

NAME = "edition"
"""Column with an edition's own name, left out of the digest of its content."""


def measure_edition(
    months: Mapping[Month, MonthIn],
    movements: Mapping[Month, Path],
    districts: Sequence[District],
    quarter: Quarter,
    edition: str,
    *,
    facts: dict[str, Any],
    workspace: Path,
) -> Built:
    """Measure a quarter.

    Args:
        months: the months of `window(quarter)` that are in.
        movements: per month of `flow_window(quarter)` that follows another one, `movement` (Parquet).
        districts: the districts judged.
        quarter: the quarter judged.
        edition: the digest of all inputs.
        facts: facts about the inputs for the manifest.
        workspace: an empty folder to write in.

    Returns:
        The tables of `measure_quarter`, `adjusted_series` and `establishment_flow`, with a digest of their content
        in the facts, the edition's own name left out.
    """
    files = measure_quarter(months, districts, quarter, edition, workspace)
    files["adjusted_series"] = adjust_series(months, districts, quarter, edition, workspace)
    facts_of_districts = [month.measured.path("fact_district_month") for month in months.values()]
    files["establishment_flow"] = count_flows(movements, facts_of_districts, quarter, edition, workspace)
    return Built(files, {**facts, "districts": len(districts), "content": content_digest(files)})


def content_digest(files: Mapping[str, Path]) -> str:
    """Return the SHA-256 in hex of the rows of Parquet files, by name, without the column of the edition's name."""
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        table = pq.read_table(path)
        rows = table.drop_columns([NAME]) if NAME in table.column_names else table
        with pa.BufferOutputStream() as sink:
            with pa.ipc.new_stream(sink, rows.schema.remove_metadata()) as stream:
                stream.write_table(rows.replace_schema_metadata(None).combine_chunks())
            digest.update(f"{name}\0".encode())
            digest.update(sink.getvalue())
    return digest.hexdigest()
