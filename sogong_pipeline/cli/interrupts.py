"""An interrupt that is not lost: what a library swallows is raised again at the next good moment."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def kept_interrupts() -> Iterator[Callable[[], None]]:
    """Remember an interrupt (Ctrl-C) that comes within.

    Python raises it wherever it happens to be: in a destructor or a callback of the import system it is ignored, and a
    broad `except` of a library eats it. Then the work would go on as if nobody had asked.

    Yields:
        What raises KeyboardInterrupt if one has come; to be called between two pieces of work.
    """
    came = threading.Event()

    def remember(_signal: int, _frame: FrameType | None) -> None:
        came.set()
        raise KeyboardInterrupt

    def stop_if_one_came() -> None:
        if came.is_set():
            raise KeyboardInterrupt

    # Only the main thread may handle signals, and only it gets them.
    if threading.current_thread() is not threading.main_thread():
        yield stop_if_one_came
        return
    before = signal.signal(signal.SIGINT, remember)
    try:
        yield stop_if_one_came
    finally:
        signal.signal(signal.SIGINT, before)
