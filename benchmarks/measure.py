"""Times a piece of work in a process of its own, so that peak memory is its own too."""

from __future__ import annotations

import multiprocessing
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Result:
    """One way of doing one work: wall-clock seconds (the best of three), the ratio to ours, peak memory."""

    work: str
    how: str
    seconds: float
    ratio: float
    peak_mb: float


def peak_mb() -> float:
    """The most memory this process has held, in megabytes.

    The kernel's own count: what getrusage tells a spawned process begins with its parent's.
    """
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(peak[1]) / 1024 if peak else float("nan")


def _child(work: Callable[..., Any], arguments: tuple[Any, ...], answer: Any) -> None:
    began = time.perf_counter()
    work(*arguments)
    answer.send((time.perf_counter() - began, peak_mb()))


def run(work: Callable[..., Any], *arguments: Any) -> tuple[float, float]:
    """Seconds and peak megabytes of the best of three runs, each in a fresh process."""
    best = (float("inf"), 0.0)
    for _ in range(3):
        receiver, sender = multiprocessing.get_context("spawn").Pipe(duplex=False)
        process = multiprocessing.get_context("spawn").Process(target=_child, args=(work, arguments, sender))
        process.start()
        best = min(best, receiver.recv())
        process.join()
    return best


def compare(work: str, ways: dict[str, Callable[..., Any]], *arguments: Any) -> list[Result]:
    """Time several ways of one work; the first is ours, and each ratio says how much longer ours takes."""
    timed = {how: run(way, *arguments) for how, way in ways.items()}
    ours = next(iter(timed.values()))[0]
    return [Result(work, how, seconds, ours / seconds, peak) for how, (seconds, peak) in timed.items()]
