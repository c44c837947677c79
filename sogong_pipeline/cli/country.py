"""Commands that moved to the checkout: each names its successor in one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sogong_pipeline.errors import RefusedError


def moved(name: str) -> Callable[[], dict[str, Any]]:
    """A command that refuses and says where it went."""

    def refuse() -> dict[str, Any]:
        raise RefusedError(f"`sogong {name}` is now `python -m country {name}`, run in a checkout")

    refuse.__doc__ = f"Moved: run `python -m country {name}` in a checkout."
    return refuse
