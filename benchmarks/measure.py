"""Timing of a piece of work in a separate process, so that peak memory is its own too."""

from __future__ import annotations

import multiprocessing
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROUNDS = 3


@dataclass(frozen=True)
class Result:
    """Result of one implementation of a piece of work, the best of three rounds.

    Attributes:
        seconds: By the clock on the wall.
        processor: Summed over the cores; it hardly depends on the load of the machine.
        ratio: Wall-clock time of ours over this one.
        processor_ratio: Processor time of ours over this one.
        peak_mb: Peak memory of the process.
    """

    work: str
    how: str
    seconds: float
    processor: float
    ratio: float
    processor_ratio: float
    peak_mb: float


def peak_mb() -> float:
    """Return the peak memory of this process in megabytes.

    The kernel's own count: getrusage in a spawned process begins with its parent's.
    """
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(peak[1]) / 1024 if peak else float("nan")


def _child(
    work: Callable[..., Any], arguments: tuple[Any, ...], warm_up: tuple[Any, ...] | None, answer: Any
) -> None:
    if warm_up is not None:
        work(*warm_up)
    began, processor = time.perf_counter(), time.process_time()
    work(*arguments)
    answer.send((time.perf_counter() - began, time.process_time() - processor, peak_mb()))


def run(
    work: Callable[..., Any], *arguments: Any, warm_up: tuple[Any, ...] | None = None
) -> tuple[float, float, float]:
    """Return seconds, processor seconds and peak megabytes of one run in a fresh process.

    A small warm-up run before it loads the imports.
    """
    receiver, sender = multiprocessing.get_context("spawn").Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(
        target=_child, args=(work, arguments, warm_up, sender)
    )
    process.start()
    sender.close()  # otherwise a child that dies would leave us waiting
    answer: tuple[float, float, float] = receiver.recv()
    process.join()
    return answer


def compare(
    work: str, ways: dict[str, Callable[..., Any]], *arguments: Any, warm_up: tuple[Any, ...] | None = None
) -> list[Result]:
    """Time several implementations of one piece of work in three rounds; the first is ours."""
    rounds = [
        {how: run(way, *arguments, warm_up=warm_up) for how, way in ways.items()} for _ in range(ROUNDS)
    ]
    best = {
        how: [min(figures) for figures in zip(*(one[how] for one in rounds), strict=True)] for how in ways
    }
    wall, processor, _ = next(iter(best.values()))
    return [
        Result(work, how, seconds, cpu, wall / seconds, processor / cpu, peak)
        for how, (seconds, cpu, peak) in best.items()
    ]
