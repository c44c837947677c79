"""The exceptions that reach a user as a single line."""

from __future__ import annotations


class RefusedError(Exception):
    """Something was refused before anything changed.

    The message is one line: what was found and where (file, row, column, value), and what to do next.
    The command line prints it and exits with status 1; Airflow shows it as the reason of the failure.
    """

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class LaterError(RefusedError):
    """Refused for now: the same call may succeed later, because somebody else gave no answer or no file yet."""
