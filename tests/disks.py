"""Run `sogong` on a small disk, a tmpfs that only this process sees, and report the results in lines of JSON.

Usage: unshare --mount python -m tests.disks HOME STATE... COMMANDS, where COMMANDS is a JSON list of lists of words,
and each STATE is `ro` for a read-only disk, or the number of free bytes.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import typer

from sogong_pipeline.cli.main import app
from sogong_pipeline.lake.partitions import sha256_of
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.upkeep.verify import verify

BYTES = 64 << 20


def mount(home: Path, *options: str) -> None:
    """Mount the disk, or remount it."""
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", ",".join((f"size={BYTES}", "mode=0700", *options)), "tmpfs", home],
        check=True,
    )


def run(commands: list[list[str]]) -> tuple[int, str]:
    """Run commands until one fails; return its status and the messages on standard error."""
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
        for words in commands:
            try:
                typer.main.get_command(app).main(words, "sogong")
            except SystemExit as done:
                if done.code:
                    return int(str(done.code)), errors.getvalue()
    return 0, errors.getvalue()


def main(home: Path, states: list[str], commands: list[list[str]]) -> None:
    """Run commands on a disk in each state, then again on one without fault."""
    os.environ["SOGONG_HOME"] = str(home)
    for state in states:
        mount(home)
        filler = home.with_name("filler") if state == "ro" else home / "filler"
        if state == "ro":
            mount(home, "remount", "ro")
        else:
            with filler.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(home).free - int(state))
        status, message = run(commands)
        if state == "ro":
            mount(home, "remount", "rw")
        done = verify(Installation(Settings()).lake)
        filler.unlink(missing_ok=True)
        then, _ = run(commands)
        lake = home / "lake"
        sys.stdout.write(
            json.dumps(
                {
                    "state": state,
                    "status": status,
                    "told": message,
                    "damaged": [damage.found for damage in done.damaged],
                    "then": then,
                    "lake": {
                        str(path.relative_to(lake)): sha256_of(path)
                        for path in sorted(lake.rglob("*"))
                        if path.is_file()
                    },
                }
            )
            + "\n"
        )
        subprocess.run(["umount", home], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:-1], json.loads(sys.argv[-1]))
