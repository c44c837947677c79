"""Run every benchmark and print a table; times depend on the machine, ratios hardly do."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks import decade, quarter, scheduler
from benchmarks.month import compare_month
from benchmarks.staging import compare_staging
from country.country import write_country
from sogong_pipeline.periods import parse_months

COLUMNS = ("work", "how", "seconds", "processor", "ratio", "of cpu", "peak MB")


def main() -> None:
    """Time each piece of work and its alternatives on a country, then a range, then a quarter under the scheduler."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--outside", type=float, default=3.4, help="3.4 gives the 600,000 rows of the real file"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        country = Path(folder) / "country"
        write_country(country, months=parse_months("2026-07..2026-09"), outside=arguments.outside)
        results = [*compare_staging(country), *compare_month(country)]
    print("{:<30}{:<30}{:>9}{:>10}{:>7}{:>8}{:>9}".format(*COLUMNS))
    for each in results:
        print(
            f"{each.work:<30}{each.how:<30}{each.seconds:>9.2f}{each.processor:>10.2f}{each.ratio:>7.2f}"
            f"{each.processor_ratio:>8.2f}{each.peak_mb:>9.0f}"
        )
    quarter.main([])
    decade.main(["--outside", str(arguments.outside)])
    scheduler.main()


if __name__ == "__main__":
    main()
