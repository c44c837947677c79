"""Times a piece of work in a process of its own, so that peak memory is its own too."""

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


def _child(
    work: Callable[..., Any], arguments: tuple[Any, ...], warm_up: tuple[Any, ...] | None, answer: Any
) -> None:
    if warm_up is not None:
        work(*warm_up)
    began = time.perf_counter()
    work(*arguments)
    answer.send((time.perf_counter() - began, peak_mb()))


def run(
    work: Callable[..., Any], *arguments: Any, warm_up: tuple[Any, ...] | None = None
) -> tuple[float, float]:
    """Seconds and peak megabytes of one run in a fresh process; a small work before loads what it imports."""
    receiver, sender = multiprocessing.get_context("spawn").Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(
        target=_child, args=(work, arguments, warm_up, sender)
    )
    process.start()
    sender.close()  # or a child that dies would leave us waiting
    answer: tuple[float, float] = receiver.recv()
    process.join()
    return answer


def compare(
    work: str, ways: dict[str, Callable[..., Any]], *arguments: Any, warm_up: tuple[Any, ...] | None = None
) -> list[Result]:
    """Time several ways of one work in three rounds; each ratio says how much longer ours, the first, takes."""
    rounds = [
        {how: run(way, *arguments, warm_up=warm_up) for how, way in ways.items()} for _ in range(ROUNDS)
    ]
    timed = {how: min(one[how] for one in rounds) for how in ways}
    ours = next(iter(timed.values()))[0]
    return [Result(work, how, seconds, ours / seconds, peak) for how, (seconds, peak) in timed.items()]
