"""A range of months: what needs no other month is done ahead, in processes of their own.

Landing stays in one thread, in the order of the months: a portal is asked one thing at a time, and what one upload was
found to hold helps to find the next. Staging, the larger half of the work, is spread over processes. What the month
before has a say in (the gate) and what writes tables stays with the caller, again in order. So every partition is
made from the same inputs as by one process, and is the same bytes.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice

from sogong_pipeline.errors import OutageError, RefusedError
from sogong_pipeline.periods import Month
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.steps.months import Landed, MonthState

MOST_JOBS = 4
"""The caller's own part of a month takes about as long as staging it: more processes would wait for it."""
Outcome = list[MonthState] | RefusedError
Land = Callable[[Month], list[Landed]]


def usual_jobs() -> int:
    """How many processes work at once unless somebody says otherwise: one a core."""
    return min(len(os.sched_getaffinity(0)), MOST_JOBS)


def ingest_range(
    installation: Installation, months: Sequence[Month], source: str | None, jobs: int
) -> Generator[tuple[Month, Outcome]]:
    """Ingest months in their order; a refused one does not stop the others, an outage of the source does.

    Args:
        installation: the installation.
        months: the months, oldest first.
        source: a file, a folder or a portal's address; the configured portal when None.
        jobs: how many processes may work at once, this one among them; so many months at most are landed ahead.

    Yields:
        Each month with what was done for it, or why it was refused, once it is done and before the next is checked.
        A month with an OutageError is the last.
        Close it when leaving early: it waits for what is at work and begins nothing more.
    """
    if jobs < 1:
        raise RefusedError(f"jobs is {jobs}; give 1 or more")
    with _landing(installation, months, source, min(jobs, len(months))) as land:
        for month in months:
            try:
                outcome: Outcome = installation.months.finish(month, land(month))
            except RefusedError as refusal:
                outcome = refusal
            except BrokenProcessPool:
                raise RefusedError(
                    f"{month}: a process that staged months was killed, most likely for want of memory; run the same "
                    "command again with --jobs 1"
                ) from None
            yield month, outcome
            if isinstance(outcome, OutageError):
                return


@contextmanager
def _landing(
    installation: Installation, months: Sequence[Month], source: str | None, jobs: int
) -> Iterator[Land]:
    """What lands a month, or has landed it ahead; it must be asked for the months in their order."""
    if jobs == 1:
        yield lambda month: list(installation.months.fetch(month, source))
        return
    stagers = ProcessPoolExecutor(
        jobs - 1, mp_context=multiprocessing.get_context("spawn"), initializer=_die_with_parent
    )
    lander, stopping, down = ThreadPoolExecutor(1), threading.Event(), threading.Event()

    def go_on(received: int, announced: int | None) -> None:  # noqa: ARG001 - told of every piece of a download
        if stopping.is_set():
            raise RefusedError("stopped")

    def ahead(month: Month) -> tuple[list[Landed], list[Future[None]]]:
        if down.is_set():
            raise OutageError(f"{month} was not asked for: the source gave no answer for the month before")
        try:
            landed = list(installation.months.fetch(month, source, go_on))
        except OutageError:
            down.set()
            raise
        return landed, [
            stagers.submit(_stage, installation.settings, month, vintage) for vintage, _ in landed
        ]

    left = iter(months)
    waiting = deque(lander.submit(ahead, month) for month in islice(left, jobs))

    def land(_: Month) -> list[Landed]:
        following = waiting.popleft()
        if (month := next(left, None)) is not None:
            waiting.append(lander.submit(ahead, month))
        landed, staged = following.result()
        for done in staged:
            done.result()
        return landed

    try:
        yield land
    finally:
        stopping.set()
        lander.shutdown(cancel_futures=True)
        stagers.shutdown(cancel_futures=True)


def _stage(settings: Settings, month: Month, vintage: str) -> None:
    Installation(settings).months.stage(month, vintage)


def _die_with_parent() -> None:
    """Leave an interrupt to the parent, and go when it is gone, however it went: nobody would wait for the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch_parent, daemon=True).start()


def _watch_parent() -> None:
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)
