"""How a portal is treated, and the turns in which it is asked: one at a time, with pauses, so many a day.

The rules are numbers; the turns are remembered in one folder per portal on this machine, so that two runs at once,
or one after the other, keep to them together.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from sogong_pipeline.errors import LaterError
from sogong_pipeline.nps.portal.memory import Memory
from sogong_pipeline.periods import SEOUL

BY_HAND = "download the file by hand and use --from FILE"
POLL_SECONDS = 0.05
DAY_SECONDS = 24 * 3600
LONGEST_WAIT_SECONDS = DAY_SECONDS
"""A portal that asks for more is asked again after a day, and so is one that asked before the clock was set back."""


@dataclass(frozen=True)
class Manners:
    """The rules towards one portal."""

    pause_seconds: float = 1
    """Between the end of one answer and the next request."""
    requests_a_day: int = 1_000
    """By the day in Seoul. All 130 months since 2015-11 take 650; what asks for more has gone astray."""
    retry_waits: tuple[float, ...] = (2, 8, 30)
    """Seconds before each new attempt where a portal gave no answer; a refusal is never repeated."""
    wait_seconds: float = 600
    """How long a portal that says it is asked too often is left alone when it does not say how long."""
    turn_seconds: float = 300
    """How long a run waits while another one on this machine asks."""
    silence_seconds: float = 60
    """For a connection, and between two pieces of an answer."""
    page_seconds: float = 120
    """For a page as a whole."""
    file_seconds: float = 1_800
    """For a file as a whole: 115 MB at 64 kB a second."""
    page_bytes: int = 2 << 20
    file_bytes: int = 512 << 20
    """Far more than any month (115 MB); a body without end stops here."""


ELSEWHERE = Manners()
ON_THIS_MACHINE = Manners(pause_seconds=0, requests_a_day=1_000_000, retry_waits=(0.1, 0.2, 0.4))
"""Nobody else is served by a portal on loopback."""


@dataclass
class Turns:
    """The turns in which one portal is asked by this machine.

    Attributes:
        host: The portal, for messages.
        memory: Where the turns are remembered.
        manners: The rules.
        clock: Seconds since 1970; the real clock, because it concerns nobody's results.
        sleep: Waits so many seconds.
    """

    host: str
    memory: Memory
    manners: Manners
    clock: Callable[[], float] = field(default=time.time)
    sleep: Callable[[float], None] = field(default=time.sleep)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the only connection to the portal, after the pause that is due; counted even if it comes to nothing.

        Raises:
            LaterError: when the portal asked to be left alone, the day's requests are used up, or another run
                does not come to its end.
        """
        with self._alone():
            past = self._past()
            self._refuse_if_too_soon(past)
            self.sleep(
                min(
                    self.manners.pause_seconds,
                    max(0, past["ended"] + self.manners.pause_seconds - self.clock()),
                )
            )
            past["requests"] += 1
            self.memory.keep(past, "turns")
            try:
                yield
            finally:
                self.memory.keep({**self._past(), "ended": self.clock()}, "turns")

    def leave_alone(self, seconds: float | None) -> str:
        """Remember within a turn that the portal asked to be left alone; say until when."""
        until = self.clock() + min(seconds or self.manners.wait_seconds, LONGEST_WAIT_SECONDS)
        self.memory.keep({**self._past(), "not_before": until}, "turns")
        return _shown(until)

    def _past(self) -> dict[str, float]:
        """The turns so far; requests count from midnight in Seoul."""
        today = dt.datetime.fromtimestamp(self.clock(), SEOUL).toordinal()
        found = self.memory.recall("turns") or {}
        same_day = found.get("day") == today
        return {
            "day": today,
            "requests": found.get("requests", 0) if same_day else 0,
            "ended": found.get("ended", 0),
            "not_before": found.get("not_before", 0),
        }

    def _refuse_if_too_soon(self, past: dict[str, float]) -> None:
        left = past["not_before"] - self.clock()
        if 0 < left <= LONGEST_WAIT_SECONDS:
            raise LaterError(
                f"{self.host} asked to be left alone until {_shown(past['not_before'])}, so it was not asked; "
                f"try again then, or {BY_HAND}"
            )
        if past["requests"] >= self.manners.requests_a_day:
            raise LaterError(
                f"{self.host} was asked {past['requests']:.0f} times today, which is the day's limit; look for what "
                f"repeats itself, try again tomorrow, or {BY_HAND}"
            )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other runs on this machine waiting; the lock dies with its process."""
        waited_until = time.monotonic() + self.manners.turn_seconds
        self.memory.folder.mkdir(parents=True, exist_ok=True)
        with (self.memory.folder / "lock").open("w") as file:
            while not _locked(file):
                if time.monotonic() > waited_until:
                    raise LaterError(
                        f"another run on this machine has been asking {self.host} for more than "
                        f"{self.manners.turn_seconds:.0f} s; try again when it has ended"
                    )
                time.sleep(POLL_SECONDS)
            yield


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _shown(moment: float) -> str:
    return f"{dt.datetime.fromtimestamp(moment, SEOUL):%Y-%m-%d %H:%M:%S}"
