"""Faults of one answer of the portal on this machine.

A fault is a status with a page, or it concerns the transmission of the bytes, or their content.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from enum import StrEnum

DRIP_SECONDS = 0.08
BOMB_BYTES = 64 << 20


class Fault(StrEnum):
    """The faults by name."""

    # instead of any page: a status and a page that explains it
    ERROR = "error"
    UNAVAILABLE = "unavailable"
    CLOSED = "closed"  # unavailable, and when it opens again
    BUSY = "busy"  # asked too often
    BUSY_FOR = "busy for"  # the same, and how long to wait
    FORBIDDEN = "forbidden"
    ABSENT = "absent"
    HTML = "html"  # an error page with status 200
    MAINTENANCE = "maintenance"  # a notice of maintenance with status 200
    REDIRECT = "redirect"  # to another host
    ROUND = "round"  # a redirect to itself
    # any page, or the file: transmission of its bytes
    RESET = "reset"  # the connection is reset before an answer
    SILENT = "silent"  # no answer comes
    SLOW_HEAD = "slow head"  # a byte now and then, before the body
    SLOW = "slow"  # a byte now and then
    TRUNCATED = "truncated"  # half of the announced bytes, then the end
    RESET_MIDWAY = "reset midway"  # half of the announced bytes, then a reset
    CUT = "cut"  # half of the bytes, whose number was not announced
    ENDLESS = "endless"  # the bytes again and again
    WRONG_TYPE = "wrong type"  # the right bytes, declared as a web page
    # the file alone: content of its bytes
    EMPTY = "empty"
    OTHER = "other"  # another upload's file
    BOMB = "bomb"  # a ZIP that unpacks to a thousand times its size
    PATHS = "paths"  # a ZIP with a path that leads out of a folder
    # the rows of the API alone
    DRIFT = "drift"  # a row more by now
    SHORT_PAGE = "short page"  # a row less than asked for, in the middle
    NO_SERVICE = "no service"  # listed in the description, but missing
    ENCODED_TWICE = "encoded twice"  # the key, echoed unchanged
    # the captcha check alone
    CAPTCHA = "captcha"


STATUS: dict[Fault, tuple[int, str, dict[str, str]]] = {
    Fault.ERROR: (500, "error.html", {}),
    Fault.UNAVAILABLE: (503, "error.html", {}),
    Fault.CLOSED: (503, "error.html", {"Retry-After": "120"}),
    Fault.BUSY: (429, "error.html", {}),
    Fault.BUSY_FOR: (429, "error.html", {"Retry-After": "120"}),
    Fault.FORBIDDEN: (403, "error.html", {}),
    Fault.ABSENT: (404, "error.html", {}),
    Fault.HTML: (200, "error.html", {}),
    Fault.MAINTENANCE: (200, "maintenance.html", {}),
    Fault.REDIRECT: (302, "error.html", {"Location": "https://portal.invalid/elsewhere"}),
    Fault.ROUND: (302, "error.html", {"Location": "?"}),
}
"""Status, page and headers of an answer."""


def zip_of(name: str, content: bytes) -> bytes:
    """A ZIP with one member."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


BODIES: dict[Fault, Callable[[bytes], bytes]] = {
    Fault.EMPTY: lambda _: b"",
    Fault.BOMB: lambda _: zip_of("month.csv", bytes(BOMB_BYTES)),
    Fault.PATHS: lambda content: zip_of("../../../month.csv", content),
}
"""Other bytes in place of a file's."""
