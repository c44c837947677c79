"""Runs a function as a command: what it returns is printed, what it refuses is one line and a status.

Exit status: 0 done, 1 refused or failed with one line, 2 wrong usage, 3 something is late or stale (`status`).
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable
from typing import Any, NoReturn, ParamSpec

import typer

from sogong_pipeline.errors import RefusedError, one_line

P = ParamSpec("P")
STOPPED = "stopped; what was finished is kept, run the same command again to go on"


def application(about: str | None) -> typer.Typer:
    """An empty command line with the settings that all of ours share."""
    return typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help=about,
        rich_markup_mode=None,
    )


def group_of(app: typer.Typer, name: str, about: str) -> typer.Typer:
    """Add a group of commands to a command line."""
    group = typer.Typer(no_args_is_help=True, help=about)
    app.add_typer(group, name=name)
    return group


def command(
    group: typer.Typer, name: str, function: Callable[P, dict[str, Any]], *, hidden: bool = False
) -> None:
    """Register a command that returns what it did; refusals and broken files become one line and status 1."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        as_json = bool(kwargs.get("as_json"))
        try:
            done = function(*args, **kwargs)
        except RefusedError as refusal:
            _fail(str(refusal), as_json=as_json)
        except OSError as error:
            _fail(one_line(error), as_json=as_json)
        except KeyboardInterrupt:
            typer.echo(f"sogong: {STOPPED}", err=True)
            raise typer.Exit(130) from None
        except Exception as error:  # the edge: a user gets one line, an engineer the rest on request
            if os.environ.get("SOGONG_DEBUG"):
                raise
            line = " ".join(str(error).split())[:300]
            _fail(f"{type(error).__name__}: {line}; SOGONG_DEBUG=1 shows where", as_json=as_json)
        lines, status = done.pop("lines", []), done.pop("status", 0)
        typer.echo(json.dumps(done, ensure_ascii=False, default=str) if as_json else "\n".join(lines))
        raise typer.Exit(status)

    # What follows a moved command is passed over, so that the one line about it is all that is said.
    settings = {"ignore_unknown_options": True, "allow_extra_args": True} if hidden else {}
    group.command(name, hidden=hidden, context_settings=settings)(run)


def _fail(message: str, *, as_json: bool) -> NoReturn:
    typer.echo(
        json.dumps({"error": message}, ensure_ascii=False) if as_json else f"sogong: {message}",
        err=not as_json,
    )
    raise typer.Exit(1)
