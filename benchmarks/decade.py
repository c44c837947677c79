"""What months cost one after the other, whether the last cost what the first did, and what all of them would take.

    python -m benchmarks.decade [--months 2024-10..2026-09] [--outside 3.4]

Each step of each month is timed in one process; then the command ingests the same range, with a process a core.
"""

from __future__ import annotations

import argparse
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
from sogong_pipeline.periods import Month, parse_months
from sogong_pipeline.simulator.country import write_country

ALL_MONTHS = len(parse_months("2015-11..2026-09"))
STEPS = ("land", "stage", "check", "measure", "load")
SOGONG = Path(sys.executable).with_name("sogong")
Costs = list[dict[str, float]]


def month_costs(country: Path, home: Path, months: Sequence[Month]) -> tuple[Costs, float]:
    """Processor seconds of each step of each month, in order, and the peak memory of them all."""
    from sogong_pipeline.pipeline import Pipeline
    from sogong_pipeline.quality import suite  # noqa: F401 - imports are no part of a month
    from sogong_pipeline.settings import Settings
    from sogong_pipeline.warehouse.load import Warehouse

    pipeline = Pipeline(Settings(home=home))
    pipeline.registry.load(country / "registry.csv")
    warehouse, costs = Warehouse(pipeline), []

    def timed(work: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
        began = time.process_time()
        result = work(*arguments)
        return time.process_time() - began, result

    for month in months:
        cost: dict[str, float] = {}
        cost["land"], landed = timed(list, pipeline.months.fetch(month, str(country / "files")))
        vintage = landed[0][0]
        cost["stage"], _ = timed(pipeline.months.stage, month, vintage)
        cost["check"], _ = timed(pipeline.months.check, month, vintage)
        cost["measure"], _ = timed(pipeline.months.measure_in_force, month)
        cost["load"], _ = timed(warehouse.load_month, month)
        costs.append(cost)
    return costs, peak_mb()


def _child(answer: Connection, *arguments: Any) -> None:
    answer.send(month_costs(*arguments))


def by_command_line(country: Path, home: Path, months: Sequence[Month]) -> float:
    """Seconds on the wall of the command with as many processes as it takes by itself."""
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
    """Print the mean of each step, how it changes with the months before, and all months at that pace."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--months", default="2024-10..2026-09")
    parser.add_argument("--outside", type=float, default=3.4)
    given = parser.parse_args(arguments)
    months = parse_months(given.months)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_country(folder / "country", months=months, outside=given.outside)
        spawn = multiprocessing.get_context("spawn")
        receiver, sender = spawn.Pipe(duplex=False)
        process = spawn.Process(target=_child, args=(sender, folder / "country", folder / "one", months))
        process.start()
        sender.close()
        costs, peak = receiver.recv()
        process.join()
        wall = by_command_line(folder / "country", folder / "several", months)
    totals = [sum(cost.values()) for cost in costs]
    print(f"\n{len(months)} months in one process, processor seconds a month; peak memory {peak:,.0f} MB")
    for step in STEPS:
        taken = [cost[step] for cost in costs]
        print(f"  {step:<10}{fmean(taken):6.2f}   {_trend(taken)}")
    print(f"  {'all':<10}{fmean(totals):6.2f}   {_trend(totals)}")
    cores = os.cpu_count()
    print(
        f"the command on {cores} cores: {wall:.0f} s, {wall / len(months):.2f} s a month; all {ALL_MONTHS} months at "
        f"that pace {wall / len(months) * ALL_MONTHS / 60:.1f} min, of which the processor needs "
        f"{fmean(totals) * ALL_MONTHS / (cores or 1) / 60:.1f}"
    )


def _trend(taken: Sequence[float]) -> str:
    """How a cost grows from month to month, against its mean; the first month has none before it."""
    slope, _ = linear_regression(range(len(taken) - 1), taken[1:])
    half = len(taken) // 2
    return (
        f"first half {fmean(taken[1:half]):.2f}, second {fmean(taken[half:]):.2f}, "
        f"slope {slope / fmean(taken) * 100:+.2f} % a month"
    )


if __name__ == "__main__":
    main()
