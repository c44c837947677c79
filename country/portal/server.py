"""A portal on this machine that serves a folder of monthly files page for page as the public one does.

The folder is read again for every request, so that a file laid into it is published at once. A request names an
upload only by an invented id, never by a path, so nothing else in the folder can be reached.
"""

from __future__ import annotations

import contextlib
import ssl
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from socketserver import ThreadingTCPServer
from typing import Any, Self

from country.portal.faults import Fault
from country.portal.handler import Handler, Request
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.portal.pages import DATA_SET

HOST = "127.0.0.1"
REMEMBERED_REQUESTS = 10_000


class PortalServer(ThreadingTCPServer):
    """The portal, answering in the background within a `with` block.

    Args:
        data_dir: The folder served; it may still be empty.
        port: The port on 127.0.0.1; 0 takes a free one.
        tls: For tests: its certificate; the server then uses https.
        data_set: The number of the data set whose uploads these are.

    Attributes:
        faults: For tests: by last part of a page's path (`fileDownload.do`), faults of the next requests of it,
            in order.
        variants: For tests: by last part of a page's path, the alternative form that is served.
        requests: The latest requests, in the order of their arrival.
        closing: Set when the portal is about to end, for answers that take their time.

    Raises:
        RefusedError: when the folder is missing or the port is taken.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(
        self, data_dir: Path, port: int = 0, tls: ssl.SSLContext | None = None, data_set: str = DATA_SET
    ) -> None:
        if not data_dir.is_dir():
            raise RefusedError(
                f"there is no folder {data_dir}; make one with python -m country simulate --out {data_dir}"
            )
        self.data_dir = data_dir
        self.data_set = data_set
        self.faults: dict[str, list[Fault]] = {}
        self.variants: dict[str, str] = {}
        self.requests: deque[Request] = deque(maxlen=REMEMBERED_REQUESTS)
        self.closing = threading.Event()
        self._scheme = "https" if tls else "http"
        try:
            super().__init__((HOST, port), Handler)
        except OSError as error:
            raise RefusedError(f"port {port} of {HOST} is not free ({error}); choose another") from error
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        """Return the address for `PortalClient`."""
        return f"{self._scheme}://{HOST}:{self.server_address[1]}"

    def next_fault(self, page: str) -> Fault | None:
        """Take the fault queued for the next request of a page, if any."""
        waiting = self.faults.get(page)
        return waiting.pop(0) if waiting else None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that hang up or reject the certificate; report faults of the server itself."""
        if not isinstance(sys.exception(), ConnectionError | ssl.SSLError):
            super().handle_error(request, client_address)


def serve(data_dir: Path, port: int, announce: Callable[[str], None] | None = None) -> None:
    """Serve `data_dir` until interrupted; call `announce` with the address once the server answers.

    Raises:
        RefusedError: as `PortalServer` does.
    """
    server = PortalServer(data_dir, port)
    if announce is not None:
        announce(server.url)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
    server.server_close()
