"""An interrupt that something swallows still ends the work."""

from __future__ import annotations

import contextlib
import signal

import pytest

from sogong_pipeline.cli.interrupts import kept_interrupts


def test_an_interrupt_that_is_swallowed_comes_again() -> None:
    before = signal.getsignal(signal.SIGINT)
    with kept_interrupts() as stop_if_one_came:
        stop_if_one_came()
        with contextlib.suppress(KeyboardInterrupt):  # as a broad `except` of a library does
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            stop_if_one_came()
    assert signal.getsignal(signal.SIGINT) is before
