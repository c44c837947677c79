"""Progress for people: a bar on a terminal; elsewhere nothing but, once in a while, what the rest will take."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

TOLD_EVERY = 12
"""Of so many steps that know what the rest will take one says it in a log, the first of them to begin with."""


class Steps:
    """Counts the steps of one piece of work and names the present one."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=total, aside="")
        self._asides = 0

    def begin(self, name: str) -> None:
        """Say what is being done now."""
        self._progress.update(self._task, description=name)

    def done(self, aside: str = "") -> None:
        """Count one step as done, and say what is known of the others."""
        self._progress.update(self._task, advance=1, aside=aside)
        if self._progress.disable and aside:
            if self._asides % TOLD_EVERY == 0:
                print(aside, file=sys.stderr, flush=True)  # noqa: T201 - for whoever reads the log of a long run
            self._asides += 1


@contextmanager
def steps(total: int) -> Iterator[Steps]:
    """Show `total` steps on standard error while the block runs."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        TextColumn("{task.fields[aside]}"),
    )
    with Progress(
        *columns,
        console=console,
        disable=not console.is_terminal,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),  # lines written to a file or a pipe stay there
    ) as progress:
        yield Steps(progress, total)
