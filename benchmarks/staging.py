"""Staging of three months: digest, decode, type 22 columns, detect duplicates, write Parquet."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from benchmarks.measure import Result, compare

DATES = ["적용일자", "재등록일자", "탈퇴일자"]
NUMBERS = [
    "사업장가입상태코드 1 등록 2 탈퇴",
    "사업장형태구분코드 1 법인 2 개인",
    "가입자수",
    "당월고지금액",
    "신규취득자수",
    "상실가입자수",
]
SAMPLE_LINES = 100


def ours(*files: str) -> None:
    """Pipeline implementation, with its account of rows and reasons."""
    for file in files:
        _ours(file)


def _ours(file: str) -> None:
    from sogong_pipeline.nps.file.content import data_month
    from sogong_pipeline.nps.file.staging import stage

    path = Path(file)
    with path.open("rb") as body:
        hashlib.file_digest(body, "sha256")
    with tempfile.TemporaryDirectory() as folder:
        stage(path, path.name, data_month(path, path.name), Path(folder))


def with_pandas(*files: str) -> None:
    """Plain pandas implementation: duplicates and rows that cannot be typed go to a separate file."""
    for file in files:
        _pandas(file)


def _pandas(file: str) -> None:
    import pandas as pd

    with Path(file).open("rb") as body:
        hashlib.file_digest(body, "sha256")
    frame = pd.read_csv(file, encoding="cp949", encoding_errors="replace", dtype=str, keep_default_na=False)
    bad = frame.duplicated()
    for column in DATES:
        blank = frame[column] == ""
        frame[column] = pd.to_datetime(frame[column], errors="coerce", format="%Y-%m-%d")
        bad |= frame[column].isna() & ~blank
    for column in NUMBERS:
        frame[column] = pd.to_numeric(frame[column], errors="coerce")
        bad |= frame[column].isna()
    with tempfile.TemporaryDirectory() as folder:
        frame[~bad].to_parquet(Path(folder) / "out.parquet", compression="zstd")
        frame[bad].to_parquet(Path(folder) / "bad.parquet", compression="zstd")


def with_duckdb(*files: str) -> None:
    """Plain DuckDB implementation: decode, infer the types, write; without checks."""
    for file in files:
        _duckdb(file, "*")


def with_duckdb_distinct(*files: str) -> None:
    """The same without duplicate lines."""
    for file in files:
        _duckdb(file, "DISTINCT *")


def _duckdb(file: str, columns: str) -> None:
    import duckdb

    with Path(file).open("rb") as body:
        hashlib.file_digest(body, "sha256")
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "utf8.csv"
        text.write_text(Path(file).read_text(encoding="cp949", errors="replace"), encoding="utf-8")
        duckdb.execute("SET enable_progress_bar = false")
        duckdb.sql(
            f"COPY (SELECT {columns} FROM read_csv('{text}')) TO '{folder}/out.parquet' (COMPRESSION zstd)"
        )


def compare_staging(country: Path) -> list[Result]:
    """Ours against pandas and bare DuckDB on every month of a country."""
    files = sorted((country / "files").iterdir())
    ways = {
        "ours": ours,
        "pandas": with_pandas,
        "bare DuckDB": with_duckdb,
        "bare DuckDB, without duplicates": with_duckdb_distinct,
    }
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder) / "sample.csv"
        sample.write_bytes(b"".join(files[0].read_bytes().splitlines(keepends=True)[:SAMPLE_LINES]))
        return compare(f"stage {len(files)} months", ways, *map(str, files), warm_up=(str(sample),))
