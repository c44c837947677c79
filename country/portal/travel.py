"""Transmission of an answer: complete, or with a fault."""

from __future__ import annotations

import socket
import struct
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import IO

from country.portal.faults import DRIP_SECONDS, Fault

BLOCK_BYTES = 1 << 20
_HALVED = {Fault.TRUNCATED, Fault.RESET_MIDWAY, Fault.CUT}
_UNANNOUNCED = {Fault.CUT, Fault.ENDLESS}


@dataclass(frozen=True)
class Reply:
    """An answer: `size` bytes of `body`, read from its beginning."""

    status: int
    headers: dict[str, str]
    body: IO[bytes]
    size: int


def send(
    handler: BaseHTTPRequestHandler, reply: Reply, fault: Fault | None, closing: threading.Event
) -> None:
    """Send a reply over a handler's connection, with an optional fault.

    Args:
        handler: Handler of the connection.
        reply: The reply to send.
        fault: The fault to play, if any.
        closing: Event that ends a slow reply.
    """
    match fault:
        case Fault.RESET:
            _reset(handler)
            return
        case Fault.SILENT:
            closing.wait(handler.timeout)
            return
        case Fault.SLOW_HEAD:
            _drip(handler, b"HTTP/1.0 200 OK\r\nX-Slow: " + b"." * BLOCK_BYTES, closing)
            return
    if fault is Fault.WRONG_TYPE:
        reply.headers["Content-Type"] = "text/html"
    handler.send_response(reply.status)
    for name, value in {**reply.headers, "Content-Length": str(reply.size)}.items():
        if name != "Content-Length" or fault not in _UNANNOUNCED:
            handler.send_header(name, value)
    handler.end_headers()
    if fault is Fault.SLOW:
        _drip(handler, reply.body.read(), closing)
        return
    while True:
        left = reply.size // 2 if fault in _HALVED else reply.size
        while left and (block := reply.body.read(min(left, BLOCK_BYTES))):
            handler.wfile.write(block)
            left -= len(block)
        if fault is not Fault.ENDLESS or closing.is_set():
            break
        reply.body.seek(0)
    if fault is Fault.RESET_MIDWAY:
        _reset(handler)


def _drip(handler: BaseHTTPRequestHandler, content: bytes, closing: threading.Event) -> None:
    """Send a byte now and then, until the client or the server closes."""
    for byte in content:
        handler.wfile.write(bytes([byte]))
        if closing.wait(DRIP_SECONDS):
            return


def _reset(handler: BaseHTTPRequestHandler) -> None:
    """End the connection with a reset instead of a proper end."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
