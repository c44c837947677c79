"""What the portal's headers say: the name of a file, how long to wait."""

from __future__ import annotations

import contextlib
import email.utils
import re
from pathlib import PurePosixPath
from urllib.parse import unquote

LONGEST_NAME = 200
_FILE_NAME = re.compile(r"filename\*?\s*=\s*(?:UTF-8'[^']*')?\"?([^\";]+)", re.IGNORECASE)


def read_file_name(disposition: str) -> str:
    """The bare name in a Content-Disposition header, whether percent-encoded or raw UTF-8, or nothing."""
    found = _FILE_NAME.search(disposition)
    name = unquote(found[1]) if found else ""
    with contextlib.suppress(UnicodeError):  # what was percent-encoded is text already
        name = name.encode("latin-1").decode("utf-8")
    name = PurePosixPath(name.replace("\\", "/")).name
    return "".join(character for character in name if character.isprintable()).strip()[:LONGEST_NAME]


def read_retry_after(value: str, now: float) -> float | None:
    """The seconds a Retry-After header asks for, written as a number or as a date, or None when it says neither."""
    if value.strip().isdecimal():
        return float(value)
    with contextlib.suppress(ValueError, TypeError):
        return max(0, email.utils.parsedate_to_datetime(value).timestamp() - now)
    return None
