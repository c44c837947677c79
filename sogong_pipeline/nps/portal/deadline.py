"""Total time limit for an answer: a portal that sends a byte now and then would outlast every other timeout."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection


@dataclass
class Deadline:
    """Result of a deadline: `is_over` after the time has run out."""

    seconds: float
    passed: bool = False


class DeadlineAdapter(HTTPAdapter):
    """An adapter whose connection can be cut by the clock, wherever the reader is waiting."""

    def __init__(self) -> None:
        self._sockets: WeakSet[socket.socket] = WeakSet()
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[Deadline]:
        """Cut every connection when the time runs out before the block ends."""
        deadline = Deadline(seconds)

        def cut() -> None:
            deadline.passed = True
            for open_socket in list(self._sockets):
                with suppress(OSError):
                    # The plain socket below TLS: the TLS socket's own shutdown would drop state that the
                    # reader still uses.
                    socket.socket.shutdown(open_socket, socket.SHUT_RDWR)

        timer = threading.Timer(seconds, cut)
        timer.daemon = True
        timer.start()
        try:
            yield deadline
        finally:
            timer.cancel()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Create a pool of tracked connections; see `HTTPAdapter`."""
        super().init_poolmanager(*args, **kwargs)
        self._know(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> ProxyManager:
        """Create a pool of tracked connections through a proxy."""
        manager: ProxyManager = super().proxy_manager_for(proxy, **kwargs)
        self._know(manager)
        return manager

    def _know(self, manager: PoolManager) -> None:
        sockets = self._sockets

        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                sockets.add(self.sock)

        class Secure(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                sockets.add(self.sock)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
