"""`sogong` in processes of their own that begin at once: forked from one that has imported everything.

Such a process can be killed like any other, and costs what its work costs, not five seconds of imports before it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import typer

from sogong_pipeline.cli import main as cli
from sogong_pipeline.councils import (  # noqa: F401 - imported for the processes to be forked
    final,
    issue,
    record,
)
from sogong_pipeline.quality import suite  # noqa: F401
from sogong_pipeline.quality_pages import publish  # noqa: F401
from sogong_pipeline.reports import publish as reports  # noqa: F401
from sogong_pipeline.warehouse import load  # noqa: F401

CONTEXT = multiprocessing.get_context("forkserver")
Commands = Sequence[Sequence[str | Path]]


def start(
    commands: Commands, progress: Path, *, last_change: int = 0, **environment: str
) -> ForkServerProcess:
    """Start commands one after the other, each as if typed; the first that fails ends the process with its status.

    Args:
        commands: the words of each.
        progress: a file with one byte per completed command; those are skipped.
        last_change: number of file creations and removals below SOGONG_HOME before the process is killed.
        environment: more variables.
    """
    CONTEXT.set_forkserver_preload([__name__])
    process = CONTEXT.Process(target=_run, args=(commands, progress, last_change, environment), daemon=True)
    process.start()
    return process


def _run(commands: Commands, progress: Path, last_change: int, environment: dict[str, str]) -> None:
    os.environ.update(environment)
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - the process ends with it
    if last_change:
        sys.addaudithook(_KillAfter(last_change, environment["SOGONG_HOME"]))
    done = progress.stat().st_size if progress.exists() else 0
    for arguments in commands[done:]:
        command = typer.main.get_command(cli.app)
        if status := command.main([*map(str, arguments)], "sogong", standalone_mode=False):
            sys.exit(status)
        with progress.open("a") as file:
            file.write(".")


class _KillAfter:
    """Kill this process instead of the change after the last allowed one."""

    def __init__(self, changes: int, home: str) -> None:
        self._left = changes
        self._home = home

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if event in {"os.rename", "os.remove"} and str(arguments[0]).startswith(self._home):
            self._left -= 1
            if self._left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
