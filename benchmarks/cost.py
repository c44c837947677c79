"""Cost of one task: processor time and peak memory, in a separate process that has imported the workers' modules."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.measure import peak_mb


@dataclass(frozen=True)
class Cost:
    """Cost of one task: seconds of processor time without imports, peak memory in MB, and the part of the imports."""

    task: str
    seconds: float
    peak_mb: float
    imports_mb: float


def _child(work: Callable[..., None], arguments: tuple[Any, ...], answer: Connection) -> None:
    import sogong_pipeline.orchestration.preload  # noqa: F401 - what a worker has imported before its first task

    imports = peak_mb()
    began = time.process_time()
    work(*arguments)
    answer.send((time.process_time() - began, peak_mb(), imports))


def cost(task: str, work: Callable[..., None], *arguments: Any) -> Cost:
    """Run a task once in a fresh process: a second run would reuse its results."""
    spawn = multiprocessing.get_context("spawn")
    receiver, sender = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_child, args=(work, arguments, sender))
    process.start()
    sender.close()
    measured = receiver.recv()
    process.join()
    return Cost(task, *measured)
