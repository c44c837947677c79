"""Pages typeset as PDF or as pictures, in a process beside this one."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import IO, Any, NamedTuple

PAGES_EACH = 6
"""After so many jobs the process is replaced: one that laid out 14 reports had grown to 0.9 GB."""


def compile_pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """Typeset a template with data as an accessible PDF (PDF/UA-1); Typst refuses one that is not.

    Args:
        template: name of a file among the templates.
        data: what the template reads as JSON from `sys.inputs.page`.
    """
    (made,) = _PROCESS.run({"template": template, "format": "pdf"}, data)
    return made


def compile_png(template: str, data: Mapping[str, Any], ppi: float) -> Sequence[bytes]:
    """Typeset a template with data as one picture a page."""
    return _PROCESS.run({"template": template, "format": "png", "ppi": ppi}, data)


class _Open(NamedTuple):
    """A running process and its pipes."""

    process: subprocess.Popen[bytes]
    jobs: IO[bytes]
    answers: IO[bytes]


class _Process:
    """The one process of this one; several threads wait for each other."""

    def __init__(self) -> None:
        self._open: _Open | None = None
        self._left = 0
        self._owner = os.getpid()
        self._lock = Lock()

    def run(self, job: Mapping[str, Any], data: Mapping[str, Any]) -> list[bytes]:
        """The files that a job gives.

        Raises:
            RuntimeError: when the template refuses the data, or the process ended.
        """
        line = json.dumps({**job, "page": json.dumps(data, ensure_ascii=False)}, ensure_ascii=False)
        with self._lock:
            jobs, answers = self._ready()
            self._left -= 1
            try:
                jobs.write(line.encode() + b"\n")
                jobs.flush()
                told = answers.readline()
                answer: dict[str, Any] = json.loads(told) if told else {"error": "the typesetter ended"}
                if "error" in answer:
                    raise RuntimeError(f"{job['template']}: {answer['error']}")
                return [answers.read(length) for length in answer["lengths"]]
            except BaseException:
                self._close()
                raise

    def _ready(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._owner != os.getpid():  # a fork has the pipes of its parent, which are not its to use
            self._open, self._owner = None, os.getpid()
        if self._open is None or not self._left:
            self._close()
            process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", f"{__package__}.typeset"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            if process.stdin is None or process.stdout is None:
                raise RuntimeError("the typesetter has no pipes")
            self._open, self._left = _Open(process, process.stdin, process.stdout), PAGES_EACH
        return self._open.jobs, self._open.answers

    def _close(self) -> None:
        """End the process: it stops when its standard input does."""
        if self._open is not None:
            self._open.jobs.close()
            self._open.answers.close()
            self._open.process.wait()
            self._open = None

    def end(self) -> None:
        """End the process when this one does."""
        if self._owner == os.getpid():
            self._close()


_PROCESS = _Process()
atexit.register(_PROCESS.end)
