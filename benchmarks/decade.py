"""Cost of consecutive months, its trend, and an extrapolation to all months.

    python -m benchmarks.decade [--months 2024-10..2026-09] [--outside 3.4] [--country FOLDER]

Each step of each month is timed in one process; then the command ingests the same range, with a process a core. A
country is made first, or taken from a folder that `python -m country simulate` filled.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import fmean, linear_regression
from typing import Any

from benchmarks.measure import peak_mb
from country.country import write_country
from sogong_pipeline.periods import Month, parse_months

ALL_MONTHS = len(parse_months("2015-11..2026-09"))
STEPS = ("land", "stage", "check", "measure", "load")
SOGONG = Path(sys.executable).with_name("sogong")
Costs = list[dict[str, float]]


def month_costs(country: Path, home: Path, months: Sequence[Month]) -> tuple[Costs, float]:
    """Return processor seconds of each step of each month, in order, and the peak memory of them all."""
    from sogong_pipeline.quality import suite  # noqa: F401 - imports are no part of a month
    from sogong_pipeline.settings import Settings
    from sogong_pipeline.steps.installation import Installation
    from sogong_pipeline.warehouse.load import Warehouse

    installation = Installation(Settings(home=home))
    installation.registry.load(country / "registry.csv")
    warehouse, costs = Warehouse(installation), []

    def timed(work: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
        began = time.process_time()
        result = work(*arguments)
        return time.process_time() - began, result

    for month in months:
        cost: dict[str, float] = {}
        cost["land"], landed = timed(list, installation.months.fetch(month, str(country / "files")))
        vintage = landed[0][0]
        cost["stage"], _ = timed(installation.months.stage, month, vintage)
        cost["check"], _ = timed(installation.months.check, month, vintage)
        cost["measure"], _ = timed(installation.months.measure_in_force, month)
        cost["load"], _ = timed(warehouse.load_month, month)
        costs.append(cost)
    return costs, peak_mb()


def _child(answer: Connection, *arguments: Any) -> None:
    answer.send(month_costs(*arguments))


def by_command_line(country: Path, home: Path, months: Sequence[Month]) -> float:
    """Return wall-clock seconds of the command with its default number of processes."""
    environment = {**os.environ, "SOGONG_HOME": str(home)}
    subprocess.run(
        [SOGONG, "registry", "load", country / "registry.csv"],
        env=environment, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    began = time.perf_counter()
    subprocess.run(
        [SOGONG, "ingest", f"{months[0]}..{months[-1]}", "--from", country / "files"],
        env=environment, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return time.perf_counter() - began


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the mean of each step, its trend over the months, and an extrapolation to all months."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--months", default="2024-10..2026-09")
    parser.add_argument("--outside", type=float, default=3.4)
    parser.add_argument("--country", type=Path)
    options = parser.parse_args(arguments)
    months = parse_months(options.months)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        country = options.country or folder / "country"
        if not options.country:
            write_country(country, months=months, outside=options.outside)
        spawn = multiprocessing.get_context("spawn")
        receiver, sender = spawn.Pipe(duplex=False)
        process = spawn.Process(target=_child, args=(sender, country, folder / "one", months))
        process.start()
        sender.close()
        costs, peak = receiver.recv()
        process.join()
        wall = by_command_line(country, folder / "several", months)
    totals = [sum(cost.values()) for cost in costs]
    print(f"\n{len(months)} months in one process, processor seconds a month; peak memory {peak:,.0f} MB")
    for step in STEPS:
        taken = [cost[step] for cost in costs]
        print(f"  {step:<10}{fmean(taken):6.2f}   {_trend(taken)}")
    print(f"  {'all':<10}{fmean(totals):6.2f}   {_trend(totals)}")
    all_months, error = _extrapolated(totals)
    pace = wall / len(months)
    print(
        f"the command with {os.cpu_count()} cores: {wall:.0f} s, {pace:.2f} s a month\n"
        f"all {ALL_MONTHS} months: {fmean(totals) * ALL_MONTHS / 60:.0f} min of processor at that mean, "
        f"{all_months / 60:.0f} +- {error / 60:.0f} on that line; {pace * ALL_MONTHS / 60:.0f} min by the command"
    )


def _trend(taken: Sequence[float]) -> str:
    """Describe the trend of a cost from month to month, without the first month, which has none before it."""
    slope, _, error = _line(taken[1:])
    third, mean = max(2, len(taken) // 3), fmean(taken)
    return (
        f"first third {fmean(taken[1:third]):.2f}, last {fmean(taken[-third:]):.2f}, "
        f"slope {slope / mean * 100:+.2f} +- {2 * error / mean * 100:.2f} % a month"
    )


def _line(taken: Sequence[float]) -> tuple[float, float, float]:
    """Return slope and intercept of the least-squares line, and the standard error of the slope."""
    months = range(len(taken))
    slope, intercept = linear_regression(months, taken)
    residual = sum((cost - intercept - slope * month) ** 2 for month, cost in zip(months, taken, strict=True))
    spread = sum((month - fmean(months)) ** 2 for month in months)
    return slope, intercept, math.sqrt(residual / (len(taken) - 2) / spread)


def _extrapolated(taken: Sequence[float]) -> tuple[float, float]:
    """Return the extrapolated cost of all months along a line, and twice the error due to its slope."""
    slope, intercept, error = _line(taken[1:])
    middle = (ALL_MONTHS - 1) / 2
    return ALL_MONTHS * (intercept + slope * middle), 2 * ALL_MONTHS * error * abs(
        middle - (len(taken) - 2) / 2
    )


if __name__ == "__main__":
    main()
