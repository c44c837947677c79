"""Runs every benchmark and prints a table; figures of another machine differ, ratios hardly do."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks import scheduler
from benchmarks.month import compare_month
from benchmarks.staging import compare_staging
from sogong_pipeline.periods import parse_months
from sogong_pipeline.simulator.country import write_country


def main() -> None:
    """Time each piece of work and its alternatives on a country, then a quarter under the scheduler; print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--outside", type=float, default=3.4, help="3.4 gives the 600,000 rows of the real file"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        country = Path(folder) / "country"
        write_country(country, months=parse_months("2026-07..2026-09"), outside=arguments.outside)
        results = [*compare_staging(country), *compare_month(country)]
    print(f"{'work':<34}{'how':<34}{'seconds':>9}{'ratio':>8}{'peak MB':>9}")
    for result in results:
        print(
            f"{result.work:<34}{result.how:<34}{result.seconds:>9.2f}{result.ratio:>8.2f}{result.peak_mb:>9.0f}"
        )
    scheduler.main()


if __name__ == "__main__":
    main()
