"""Standard output that may be closed or full: the first ends a command silently, the second in one line."""

from __future__ import annotations

import os
import sys

import typer

CLOSED = 141
"""The status of a command whose reader has gone, as a shell reports SIGPIPE."""


class FullError(Exception):
    """Standard output takes nothing more; the message is one line."""


def say(text: str) -> None:
    """Print a line on standard output, flushed.

    Raises:
        typer.Exit: when nobody reads it any more, as in `sogong status | head -1`.
        FullError: when it cannot be written, as on a full disk.
    """
    try:
        typer.echo(text)
    except BrokenPipeError:
        _discard()
        raise typer.Exit(CLOSED) from None
    except OSError as error:
        _discard()
        raise FullError(
            f"standard output: {error.strerror or error}; make room there and run the same command again: what was "
            "finished is kept"
        ) from None


def _discard() -> None:
    """Send the rest to nowhere, so that the interpreter does not fail over it once more when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
