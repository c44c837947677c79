"""Rate limiting of requests to a portal: one at a time, with pauses, a daily limit, and limits of time and size.

The limiter keeps its state in one folder per portal on this machine, so that concurrent and successive runs share it.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from sogong_pipeline.errors import OutageError
from sogong_pipeline.nps.portal.hints import BY_HAND
from sogong_pipeline.nps.portal.memory import Memory
from sogong_pipeline.periods import SEOUL

POLL_SECONDS = 0.05
DAY_SECONDS = 24 * 3600
LONGEST_WAIT_SECONDS = DAY_SECONDS
"""Longest wait that is honoured: a day. It also ends a wait recorded before the clock was set back."""
_STATE = "turns"
"""Kind under which the limiter's state is stored."""


@dataclass(frozen=True)
class RequestLimits:
    """The limits on requests to one portal."""

    pause_seconds: float = 1
    """Between the end of one answer and the next request."""
    requests_a_day: int = 1_000
    """By the day in Seoul. All 130 months since 2015-11 take 650; more means a fault in the program."""
    retry_waits: tuple[float, ...] = (2, 8, 30)
    """Seconds before each retry when a portal gave no answer; a refusal is never retried."""
    wait_seconds: float = 600
    """Seconds without requests after a portal answered "too many requests" and named no time."""
    lock_seconds: float = 300
    """Longest wait for the lock while another run on this machine sends requests."""
    silence_seconds: float = 60
    """Timeout of a connection, and between two pieces of an answer."""
    page_seconds: float = 120
    """Timeout of a whole page."""
    file_seconds: float = 1_800
    """Timeout of a whole file: 115 MB at 64 kB a second."""
    page_bytes: int = 2 << 20
    file_bytes: int = 512 << 20
    """Far more than any month (115 MB); a body without end stops here."""


REMOTE_LIMITS = RequestLimits()
LOOPBACK_LIMITS = RequestLimits(pause_seconds=0, requests_a_day=1_000_000, retry_waits=(0.1, 0.2, 0.4))
"""A portal on loopback serves nobody else."""


@dataclass
class RateLimiter:
    """Serialises this machine's requests to one portal and counts them.

    Attributes:
        host: The portal, for messages.
        memory: Store of the limiter's state.
        limits: The limits to keep.
        clock: Seconds since 1970; the real clock, because no result depends on it.
        sleep: Function that waits for a number of seconds.
    """

    host: str
    memory: Memory
    limits: RequestLimits
    clock: Callable[[], float] = field(default=time.time)
    sleep: Callable[[float], None] = field(default=time.sleep)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold the only connection to the portal, after the pause that is due; a failed request counts too.

        Raises:
            LaterError: when a wait is due, the day's requests are used up, or another run
                does not release the lock.
        """
        with self._locked():
            state = self._state()
            self._refuse_if_too_soon(state)
            pause = self.limits.pause_seconds
            self.sleep(min(pause, max(0, state["ended"] + pause - self.clock())))
            state["requests"] += 1
            self.memory.keep(state, _STATE)
            try:
                yield
            finally:
                self.memory.keep({**self._state(), "ended": self.clock()}, _STATE)

    def back_off(self, seconds: float | None) -> str:
        """Stop requests for a while, within a slot; return until when, for messages.

        Args:
            seconds: The wait that the portal asks for; `wait_seconds` when it names none.
        """
        until = self.clock() + min(seconds or self.limits.wait_seconds, LONGEST_WAIT_SECONDS)
        self.memory.keep({**self._state(), "not_before": until}, _STATE)
        return _shown(until)

    def _state(self) -> dict[str, float]:
        """Return the stored state; requests count from midnight in Seoul."""
        today = dt.datetime.fromtimestamp(self.clock(), SEOUL).toordinal()
        remembered = self.memory.recall(_STATE) or {}
        same_day = remembered.get("day") == today
        return {
            "day": today,
            "requests": remembered.get("requests", 0) if same_day else 0,
            "ended": remembered.get("ended", 0),
            "not_before": remembered.get("not_before", 0),
        }

    def _refuse_if_too_soon(self, state: dict[str, float]) -> None:
        left = state["not_before"] - self.clock()
        if 0 < left <= LONGEST_WAIT_SECONDS:
            raise OutageError(
                f"{self.host} asked to be left alone until {_shown(state['not_before'])}, so it was not asked; "
                f"try again then, or {BY_HAND}"
            )
        if state["requests"] >= self.limits.requests_a_day:
            raise OutageError(
                f"{self.host} was asked {state['requests']:.0f} times today, which is the day's limit; look for what "
                f"repeats itself, try again tomorrow, or {BY_HAND}"
            )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Lock out other runs on this machine; the lock ends with its process."""
        deadline = time.monotonic() + self.limits.lock_seconds
        self.memory.folder.mkdir(parents=True, exist_ok=True)
        with (self.memory.folder / "lock").open("w") as file:
            while not _try_lock(file):
                if time.monotonic() > deadline:
                    raise OutageError(
                        f"another run on this machine has been asking {self.host} for more than "
                        f"{self.limits.lock_seconds:.0f} s; try again when it has ended"
                    )
                time.sleep(POLL_SECONDS)
            yield


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _shown(moment: float) -> str:
    return f"{dt.datetime.fromtimestamp(moment, SEOUL):%Y-%m-%d %H:%M:%S}"
