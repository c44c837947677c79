"""Runs a function as a command: what it returns is printed, what it refuses is one line and a status.

Exit status: 0 done, 1 refused or failed with one line, 2 wrong usage, 3 something is late or stale (`status`).
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NoReturn, ParamSpec

import typer
from typer.core import TyperGroup

from sogong_pipeline.cli.output import FullError, say
from sogong_pipeline.errors import RefusedError, one_line

P = ParamSpec("P")
STOPPED = "stopped; what was finished is kept, run the same command again to go on"


def application(about: str | None, *, completion: bool = False) -> typer.Typer:
    """An empty command line with the settings that all of ours share, with completion in a shell where asked for."""
    return typer.Typer(
        no_args_is_help=True,
        add_completion=completion,
        pretty_exceptions_enable=False,
        help=about,
        rich_markup_mode=None,
    )


def in_order(names: Sequence[str]) -> type[TyperGroup]:
    """The class of a command line whose help lists commands in a given order, those that are not named last."""

    class InOrder(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:
            known = {name: place for place, name in enumerate(names)}
            return sorted(super().list_commands(ctx), key=lambda name: known.get(name, len(known)))

    return InOrder


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
            lines, status = done.pop("lines", []), done.pop("status", 0)
            say(json.dumps(done, ensure_ascii=False, default=str) if as_json else "\n".join(lines))
        except typer.Exit:
            raise
        except FullError as full:
            _fail(str(full), as_json=False)
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
        raise typer.Exit(status)

    # What follows a moved command is passed over, so that the one line about it is all that is said.
    settings = {"ignore_unknown_options": True, "allow_extra_args": True} if hidden else {}
    group.command(name, hidden=hidden, context_settings=settings)(run)


def _fail(message: str, *, as_json: bool) -> NoReturn:
    if as_json:
        with suppress(FullError):
            say(json.dumps({"error": message}, ensure_ascii=False))
    else:
        typer.echo(f"sogong: {message}", err=True)
    raise typer.Exit(1)
