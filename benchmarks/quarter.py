"""A quarter of a whole country: its measures against bare sums in DuckDB, its draws against plain numpy.

python -m benchmarks.quarter [--districts 2185] [--months 2023-07..2026-09] [--country FOLDER, kept and used again]
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from benchmarks.measure import Result, compare
from sogong_pipeline.districts.registry import Registry
from sogong_pipeline.districts.template import read_registry
from sogong_pipeline.indicators.bootstrap import draw
from sogong_pipeline.indicators.quarter import measure_quarter, window
from sogong_pipeline.periods import Month, Quarter, parse_months

BASES = ("year", "two_years")
DRAWS, SEED = 1_000, 510


def measures(home: str, registry: str, pairs: str, quarter: str) -> None:
    """Every table of a quarter: districts and regions, divisions and bands, the chain of pay, the trend, the pairs."""
    judged = Quarter.parse(quarter)
    months: dict[Month, Any] = {
        month: SimpleNamespace(
            **{layer: _files(home, layer, str(month)) for layer in ("matched", "measured")}
        )
        for month in window(judged)
        if (Path(home) / "measured" / str(month)).exists()
    }
    districts = Registry.of(read_registry(Path(registry))).on(judged.last_day).districts
    with tempfile.TemporaryDirectory() as folder:
        measure_quarter(months, districts, judged, "bench", Path(folder))


def _files(home: str, layer: str, month: str) -> SimpleNamespace:
    folder = Path(home) / layer / month
    return SimpleNamespace(path=lambda name: folder / f"{name}.parquet")


def bare_sums(home: str, registry: str, pairs: str, quarter: str) -> None:
    """Sum the matched rows of the same months, in total, by division and by band, without comparisons."""
    judged = Quarter.parse(quarter)
    months = [str(month) for back in (0, 1, 4, 8) for month in judged.shift(-back).months]
    files = [str(Path(home) / "matched" / month / "district_member.parquet") for month in months]
    connection = duckdb.connect()
    connection.read_parquet([file for file in files if Path(file).exists()]).create_view("member")
    for part in ("", ", division", ", size_band"):
        connection.execute(
            f"""
            SELECT data_month, district_id{part}, count(*), sum(subscribers), sum(billed_amount_krw), sum(joined),
                sum(departed), max(subscribers), sum(subscribers * subscribers)
            FROM member WHERE is_counted GROUP BY ALL
            """
        ).fetchall()


def draws(home: str, registry: str, pairs: str, quarter: str) -> None:
    """Our draws of every district."""
    for _ in draw(Path(pairs), BASES, draws=DRAWS, seed=SEED):
        pass


def draws_with_numpy(home: str, registry: str, pairs: str, quarter: str) -> None:
    """Plain numpy implementation: draw row numbers, take the rows, add them up; a hundred draws at once."""
    rng = np.random.default_rng(SEED)
    for _, group in pd.read_parquet(pairs).groupby("district_id"):
        columns = [name for name in group.columns if name.startswith(BASES)]
        figures = group[columns].to_numpy()
        sums = [
            figures[rng.integers(0, len(figures), (100, len(figures)))].sum(axis=1)
            for _ in range(DRAWS // 100)
        ]
        np.concatenate(sums)


def prepare(folder: Path, districts: int, months: str, quarter: str) -> tuple[str, str, str, str]:
    """Write a country, match and measure the months a quarter needs, and pair its workplaces; once per folder."""
    from country.country import write_country
    from sogong_pipeline.districts.matching import match
    from sogong_pipeline.indicators.month import measure_month
    from sogong_pipeline.nps.file.content import data_month
    from sogong_pipeline.nps.file.staging import stage
    from sogong_pipeline.workplaces.trace import trace_month

    country, home, pairs = folder / "country", folder / "home", folder / "quarter"
    registry, paired = country / "registry.csv", pairs / "paired_workplace.parquet"
    if paired.exists():
        return str(home), str(registry), str(paired), quarter
    write_country(country, months=parse_months(months), districts=districts)
    of_quarter = Quarter.parse(quarter)
    judged = Registry.of(read_registry(registry)).on(of_quarter.last_day)
    months_in: dict[Any, Any] = {}
    for file in sorted((country / "files").iterdir()):
        month = data_month(file, file.name)
        if month not in window(of_quarter):
            continue
        places = {layer: home / layer / str(month) for layer in ("staged", "matched", "measured")}
        for place in places.values():
            place.mkdir(parents=True)
        staged = stage(file, file.name, month, places["staged"]).files["workplace"]
        trace = trace_month(staged, month, None, places["staged"]).files["workplace_trace"]
        matched = match(staged, trace, judged, month, places["matched"]).files["district_member"]
        measure_month(matched, judged, month, places["measured"])
        months_in[month] = SimpleNamespace(
            **{layer: _files(str(home), layer, str(month)) for layer in ("matched", "measured")}
        )
    pairs.mkdir()
    measure_quarter(months_in, judged.districts, of_quarter, "bench", pairs)
    return str(home), str(registry), str(paired), quarter


def compare_quarter(districts: int, months: str, country: Path | None) -> list[Result]:
    """Compare ours with the plain implementations on the last quarter of a country, kept in a given folder."""
    quarter = str(parse_months(months)[-1].quarter)
    with tempfile.TemporaryDirectory() as folder:
        arguments = prepare(country or Path(folder), districts, months, quarter)
        work = {"ours": measures, "bare DuckDB sums": bare_sums}
        redrawn = {"ours": draws, "plain numpy": draws_with_numpy}
        return [
            *compare("all measures of a quarter", work, *arguments),
            *compare("1,000 draws of a quarter", redrawn, *arguments),
        ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the results, and the limit of three times the bare sums and two seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--districts", type=int, default=2185)
    parser.add_argument("--months", default="2023-07..2026-09")
    parser.add_argument("--country", type=Path)
    options = parser.parse_args(arguments)
    results = compare_quarter(options.districts, options.months, options.country)
    print()
    for each in results:
        print(
            f"{each.work:<30}{each.how:<30}{each.seconds:>9.2f}{each.processor:>10.2f}{each.ratio:>7.2f}"
            f"{each.processor_ratio:>8.2f}{each.peak_mb:>9.0f}"
        )
    ours, bare = results[:2]
    print(
        f"limit of the measures, 3 x bare + 2 s: processor {3 * bare.processor + 2:.2f} s, taken {ours.processor:.2f}; "
        f"wall {3 * bare.seconds + 2:.2f} s, taken {ours.seconds:.2f}"
    )


if __name__ == "__main__":
    main()
