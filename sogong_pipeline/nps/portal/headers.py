"""Parsers of the portal's HTTP headers: file name and waiting time."""

from __future__ import annotations

import contextlib
import email.utils
import re
from pathlib import PurePosixPath
from urllib.parse import unquote

LONGEST_NAME = 200
_FILE_NAME = re.compile(r"filename\*?\s*=\s*(?:UTF-8'[^']*')?\"?([^\";]+)", re.IGNORECASE)


def read_file_name(disposition: str) -> str:
    """Return the bare file name of a Content-Disposition header, percent-encoded or raw UTF-8; blank without one."""
    match = _FILE_NAME.search(disposition)
    name = unquote(match[1]) if match else ""
    with contextlib.suppress(UnicodeError):  # percent-encoded names are text already
        name = name.encode("latin-1").decode("utf-8")
    name = PurePosixPath(name.replace("\\", "/")).name
    return "".join(character for character in name if character.isprintable()).strip()[:LONGEST_NAME]


def read_retry_after(value: str, now: float) -> float | None:
    """Return the seconds of a Retry-After header, given as a number or a date; None for anything else."""
    if value.strip().isdecimal():
        return float(value)
    with contextlib.suppress(ValueError, TypeError):
        return max(0, email.utils.parsedate_to_datetime(value).timestamp() - now)
    return None
