"""Streaming of a download to disk; the file appears only when complete."""

from __future__ import annotations

from pathlib import Path

import requests

from sogong_pipeline.errors import LaterError, OutageError, RefusedError
from sogong_pipeline.nps.file.archives import ZIP_MAGIC
from sogong_pipeline.nps.portal.deadline import Deadline
from sogong_pipeline.nps.portal.hints import BY_HAND
from sogong_pipeline.nps.portal.pages import glimpse, says_outage
from sogong_pipeline.nps.portal.status import root_cause
from sogong_pipeline.nps.portal.uploads import BytesProgress

SHORTEST_HEADER_BYTES = 383
"""Length of the shortest header the data set ever had; a shorter CSV has no rows."""
BLOCK_BYTES = 1 << 20
GLIMPSE_BYTES = 20_000


def save_body(
    response: requests.Response,
    target: Path,
    *,
    most_bytes: int,
    deadline: Deadline,
    progress: BytesProgress | None = None,
) -> None:
    """Stream a body into `target` through a temporary file beside it, with one block in memory.

    Raises:
        LaterError: when the body is truncated, takes too long, or is a page that announces an outage.
        RefusedError: when it is longer than any month, or neither CSV nor ZIP.
    """
    announced = response.headers.get("Content-Length", "")
    total = int(announced) if announced.isdecimal() and "Content-Encoding" not in response.headers else None
    length, head = 0, b""
    part = target.with_name(target.name + ".part")
    try:
        with part.open("wb") as file:
            for block in response.iter_content(BLOCK_BYTES):
                head = head or block[:GLIMPSE_BYTES]
                if _is_page(head):
                    break  # of any length
                file.write(block)
                length += len(block)
                if length > most_bytes:
                    raise RefusedError(
                        f"expected a month of at most {most_bytes:,} bytes from the portal, got more; look at its page "
                        f"in a browser, or {BY_HAND}"
                    )
                if progress is not None:
                    progress(length, total)
        if deadline.passed:
            raise LaterError(_too_slow(length, total, deadline))
        _refuse_other_content(head, length, total)
        part.replace(target)
    except requests.RequestException as error:
        raise LaterError(
            _too_slow(length, total, deadline)
            if deadline.passed
            else f"the portal broke off: expected {total or 'more'} bytes, got {response.raw.tell()} "
            f"({root_cause(error)}); try again, or {BY_HAND}"
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _is_page(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith((b"<", b"{"))


def _too_slow(length: int, total: int | None, deadline: Deadline) -> str:
    return (
        f"the portal is too slow: {length} of {total or 'an unknown number of'} bytes after {deadline.seconds:g} s; "
        f"try later, or {BY_HAND}"
    )


def _refuse_other_content(head: bytes, length: int, total: int | None) -> None:
    """Refuse a body that is a page or too short; raise LaterError when it announces an outage."""
    if not _is_page(head) and (length > SHORTEST_HEADER_BYTES or head.startswith(ZIP_MAGIC)):
        return
    text = head.decode("utf-8", "replace")
    if says_outage(text):
        raise OutageError(
            f"the portal is down for now and sent {glimpse(text)} for the file; try later, or {BY_HAND}"
        )
    received = total if total is not None else max(length, len(head))
    raise RefusedError(
        f"expected a CSV or ZIP file from the portal, got {received} bytes that begin {glimpse(text)}; "
        f"look at its page in a browser, or {BY_HAND}"
    )
