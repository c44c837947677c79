"""A real HTTP server on loopback that takes alerts, as a chat's webhook does."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "hook-token-that-nobody-may-see"  # noqa: S105 - of a server that lives as long as a test
PATH = "services/T0/secret-place"


@dataclass
class HookServer:
    """Serves within `with`; answers with `status` and remembers what came with the right token to the right place."""

    status: int = 200
    texts: list[str] = field(default_factory=list)

    def __enter__(self) -> HookServer:
        def take(handler: BaseHTTPRequestHandler) -> None:
            body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
            known = (handler.path, handler.headers["Authorization"]) == (f"/{PATH}", f"Bearer {TOKEN}")
            if known and self.status < 300:
                self.texts.append(body["text"])
            handler.send_response(self.status if known else 403)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        silent: dict[str, Any] = {"do_POST": take, "log_message": lambda *_: None}
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (BaseHTTPRequestHandler,), silent)
        )
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def connection(self) -> str:
        """The Airflow connection that leads to it, as an environment variable holds it."""
        port = self._server.server_address[1]
        told = {"conn_type": "http", "host": "127.0.0.1", "port": port, "password": TOKEN}
        return json.dumps({**told, "extra": {"path": f"/{PATH}"}})
