"""A real S3 server on loopback that keeps objects in memory and can play faults."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

KEYS = {"AWS_ACCESS_KEY_ID": "loopback", "AWS_SECRET_ACCESS_KEY": "not-a-secret"}
REGION = "ap-northeast-2"
Answer = tuple[str, str]
"""A status line and the S3 error code in its body."""


class S3Server:
    """Server from construction to `close`; `fault` may answer a request in its place."""

    def __init__(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._app = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._serve, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.port}"
        self.environment = {**KEYS, "AWS_ENDPOINT_URL": self.url, "AWS_REGION": REGION}
        self.client = boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        )
        self.requests: list[str] = []
        """Every request as `GET /bucket/key?query`."""
        self.fault: Callable[[str], Answer | None] | None = None
        """Told a request as above; what it answers is sent instead."""

    def _serve(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        request = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        self.requests.append(request)
        answer = self.fault(request) if self.fault else None
        if answer is None:
            return self._app(environ, start)  # type: ignore[no-any-return]
        status, code = answer
        body = f"<Error><Code>{code}</Code><Message>told to</Message></Error>".encode()
        start(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
        return [body]

    def new_bucket(self) -> str:
        """Return the name of a new empty bucket."""
        name = f"bucket-{uuid4().hex[:12]}"
        self.client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        return name

    def files(self, url: str) -> dict[str, str]:
        """Return every object below an `s3://` address with the digest of its bytes, folder markers left out."""
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        return {
            key.removeprefix(prefix).lstrip("/"): hashlib.sha256(
                self.client.get_object(Bucket=bucket, Key=key)["Body"].read()
            ).hexdigest()
            for key in keys
            if not key.endswith("/")
        }

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def failing(status: str, code: str, *parts: str) -> Callable[[str], Answer | None]:
    """Return a fault that answers every request containing all these parts."""
    return lambda request: (status, code) if all(part in request for part in parts) else None
