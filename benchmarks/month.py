"""Matching and measuring one month of districts, against a bare join in DuckDB and a merge in pandas."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

from benchmarks.measure import Result, compare
from sogong_pipeline.districts.matching import match
from sogong_pipeline.districts.registry import Registry
from sogong_pipeline.districts.template import read_registry
from sogong_pipeline.indicators.month import measure_month
from sogong_pipeline.nps.file.content import data_month
from sogong_pipeline.nps.file.staging import stage
from sogong_pipeline.quality import suite  # noqa: F401 - imports are no part of a month
from sogong_pipeline.workplaces.trace import trace_month


def ours(staged: str, trace: str, registry: str, month: str) -> None:
    """Match with grades, then the facts of districts, nation and regions, with their account."""
    from sogong_pipeline.periods import Month

    newest = Month.parse(month)
    districts = Registry.of(read_registry(Path(registry))).on(newest.quarter.last_day)
    with tempfile.TemporaryDirectory() as folder:
        matched = match(Path(staged), Path(trace), districts, newest, Path(folder))
        measure_month(matched.files["district_member"], districts, newest, Path(folder))


def match_alone(file: str, staged: str, trace: str, registry: str) -> None:
    """Place every row in its regions and districts."""
    month = data_month(Path(file), Path(file).name)
    districts = Registry.of(read_registry(Path(registry))).on(month.quarter.last_day)
    with tempfile.TemporaryDirectory() as folder:
        match(Path(staged), Path(trace), districts, month, Path(folder))


def stage_alone(file: str, staged: str, trace: str, registry: str) -> None:
    """Type the same rows: an upper bound for the time of matching."""
    path = Path(file)
    with tempfile.TemporaryDirectory() as folder:
        stage(path, path.name, data_month(path, path.name), Path(folder))


def _places(registry: str) -> list[tuple[str, str, str]]:
    with Path(registry).open(encoding="utf-8") as file:
        return [
            (row["district_id"], dong, postal_code)
            for row in csv.DictReader(file)
            for dong in row["legal_dong_codes"].split("|")
            for postal_code in row["postal_codes"].split("|")
        ]


def with_duckdb(staged: str, trace: str, registry: str, month: str) -> None:
    """Run one join and one GROUP BY; rows with several claims are counted several times."""
    import duckdb
    import pyarrow as pa

    rows = _places(registry)
    place = pa.table(
        {name: [row[i] for row in rows] for i, name in enumerate(("district_id", "dong", "postal"))}
    )
    connection = duckdb.connect()
    connection.register("place", place)
    connection.sql(
        f"""
        SELECT district_id, count(*), sum(subscribers), sum(billed_amount_krw) FROM '{staged}'
        JOIN place ON legal_dong_code = dong AND (postal = '' OR postal = postal_code)
        WHERE status = 1 AND subscribers >= 1 GROUP BY ALL
        """
    ).fetchall()


def with_pandas(staged: str, trace: str, registry: str, month: str) -> None:
    """A merge, claims counted, and a groupby."""
    import pandas as pd

    frame = pd.read_parquet(staged)
    frame = frame[(frame["status"] == 1) & (frame["subscribers"] >= 1)]
    place = pd.DataFrame(_places(registry), columns=["district_id", "legal_dong_code", "postal_code"])
    claims = frame.merge(place, on=["legal_dong_code", "postal_code"])
    single = claims[~claims["row_number"].duplicated(keep=False)]
    single.groupby("district_id").agg(
        workplaces=("row_number", "size"), workers=("subscribers", "sum"), billed=("billed_amount_krw", "sum")
    )


def compare_month(country: Path) -> list[Result]:
    """Ours against both on the newest month of a country."""
    file = max((country / "files").iterdir())
    month = data_month(file, file.name)
    with tempfile.TemporaryDirectory() as folder:
        staged = stage(file, file.name, month, Path(folder)).files["workplace"]
        trace = trace_month(staged, month, None, Path(folder)).files["workplace_trace"]
        ways = {"ours": ours, "pandas": with_pandas, "bare DuckDB": with_duckdb}
        whole = compare(
            "match and measure a month",
            ways,
            str(staged),
            str(trace),
            str(country / "registry.csv"),
            str(month),
        )
        alone = compare(
            "match a month",
            {"ours": match_alone, "staging it": stage_alone},
            str(file),
            str(staged),
            str(trace),
            str(country / "registry.csv"),
        )
    return [*whole, *alone]
