"""HTTP requests to one portal: a single host, an identifying user agent, rate limits, limits of time and size."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urljoin, urlsplit

import requests

from sogong_pipeline.errors import OutageError, RefusedError
from sogong_pipeline.nps.portal.deadline import Deadline, DeadlineAdapter
from sogong_pipeline.nps.portal.download import save_body
from sogong_pipeline.nps.portal.headers import read_retry_after
from sogong_pipeline.nps.portal.hints import BY_HAND
from sogong_pipeline.nps.portal.memory import Memory
from sogong_pipeline.nps.portal.rate_limit import LOOPBACK_LIMITS, REMOTE_LIMITS, RateLimiter, RequestLimits
from sogong_pipeline.nps.portal.status import UnreachableError, changed, no_answer, refusal_of, unexpected
from sogong_pipeline.nps.portal.uploads import BytesProgress

USER_AGENT = "Mozilla/5.0 (compatible; sogong-pipeline; monthly download of one public data set)"
MOST_REDIRECTS = 5
VALIDATORS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
"""Headers kept with a page, and the headers that make the next request for it conditional."""

Method = Literal["GET", "POST"]
Refusal = Callable[[requests.Response, str, str], RefusedError | None]
T = TypeVar("T")


@dataclass(frozen=True)
class _Request:
    """One request, and the time limit of its whole answer."""

    method: Method
    path: str
    fields: dict[str, str]
    seconds: float
    headers: dict[str, str] = field(default_factory=dict)


class PortalConnection:
    """Requests the pages of one portal.

    Args:
        base_url: The portal, `https://HOST`; plain http only on this machine.
        referer: Path sent as the referring page.
        folder: Folder of this machine's state for each portal.
        limits: Limits other than those for the host.
        overrides: Single limits that replace those, by name.
        headers: Sent with every request, such as a key; never in a message.
        secrets: Sent with every GET as fields, such as a key; addresses with them are kept out of errors.
        refusal: Function that returns the error for a refusal, None for an answer to be read.

    Raises:
        RefusedError: when `base_url` is invalid.
    """

    def __init__(
        self,
        base_url: str,
        *,
        referer: str,
        folder: Path,
        limits: RequestLimits | None = None,
        overrides: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        refusal: Refusal = refusal_of,
    ) -> None:
        host, is_loopback = _address(base_url)
        self.base = base_url.rstrip("/")
        self.memory = Memory(folder / "".join(letter if letter.isalnum() else "-" for letter in host))
        self.limits = replace(
            limits or (LOOPBACK_LIMITS if is_loopback else REMOTE_LIMITS), **(overrides or {})
        )
        self.rate_limiter = RateLimiter(host, self.memory, self.limits)
        self._headers = {
            "User-Agent": USER_AGENT,
            "Referer": self.base + referer,
            "Accept-Encoding": "identity",  # the bytes as published, so that Content-Length counts them
            "Connection": "close",  # none stays open while another run holds the lock
            **(headers or {}),
        }
        self._refusal = refusal
        self._secrets = dict(secrets or {})
        self._adapter = DeadlineAdapter()
        self._session = requests.Session()
        self._session.max_redirects = MOST_REDIRECTS
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, self._adapter)
        if is_loopback:
            self._session.proxies["no_proxy"] = host

    def page(self, method: Method, path: str, fields: dict[str, str]) -> str:
        """Return the text of a page; an unchanged page comes from the cache.

        Raises:
            AbsentError: when the page does not exist.
            LaterError: when the portal is unreachable, too slow, or limits the rate of requests.
            RefusedError: when it refuses, changed, or redirects to another host.
        """
        cached = self.memory.recall("page", self.base + path) if method == "GET" and not fields else None
        conditions = (
            {VALIDATORS[name]: value for name, value in cached["validators"].items()} if cached else {}
        )

        def read(response: requests.Response, deadline: Deadline) -> str:
            if cached and response.status_code == requests.codes.not_modified:
                return str(cached["text"])
            text = self._text(response, deadline)
            self._refuse(response, text)
            validators = {name: response.headers[name] for name in VALIDATORS if name in response.headers}
            if validators and method == "GET" and not fields:
                self.memory.keep({"validators": validators, "text": text}, "page", self.base + path)
            return text

        return self._with_retries(_Request(method, path, fields, self.limits.page_seconds, conditions), read)

    def json(self, method: Method, path: str, fields: dict[str, str]) -> dict[str, Any]:
        """Return a JSON object; raises as `page` does, and for any other answer."""
        text = self.page(method, path, fields)
        try:
            answer = json.loads(text)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise self.unexpected("a JSON object", path, text)
        return answer

    def save(
        self, path: str, fields: dict[str, str], target: Path, progress: BytesProgress | None = None
    ) -> requests.structures.CaseInsensitiveDict[str]:
        """Save a file into `target`, which appears only when complete; return its headers.

        Raises:
            LaterError, RefusedError: as `page` does, and as `save_body`.
        """

        def read(
            response: requests.Response, deadline: Deadline
        ) -> requests.structures.CaseInsensitiveDict[str]:
            if response.status_code != requests.codes.ok:
                self._refuse(response, self._text(response, deadline))
            save_body(
                response, target, most_bytes=self.limits.file_bytes, deadline=deadline, progress=progress
            )
            return response.headers

        return self._with_retries(_Request("GET", path, fields, self.limits.file_seconds), read)

    def unexpected(self, expected: str, path: str, answer: str) -> RefusedError:
        """Return the error for a page of unknown form; see `status.py`."""
        return unexpected(expected, self.base + path, answer)

    def _with_retries(self, request: _Request, read: Callable[[requests.Response, Deadline], T]) -> T:
        """Retry a request until it is answered, a few times; every request, POST too, only reads."""
        for wait in self.limits.retry_waits:
            try:
                return self._send(request, read)
            except UnreachableError:
                self.rate_limiter.sleep(wait)
        return self._send(request, read)

    def _send(self, request: _Request, read: Callable[[requests.Response, Deadline], T]) -> T:
        """Send a request once, and read the answer within its slot and its time limit."""
        url = self.base + request.path
        with self.rate_limiter.slot(), self._adapter.deadline(request.seconds) as deadline:
            try:
                response = self._session.request(
                    request.method,
                    url,
                    params={**request.fields, **self._secrets} if request.method == "GET" else None,
                    data=request.fields if request.method == "POST" else None,
                    headers={**self._headers, **request.headers},
                    timeout=self.limits.silence_seconds,
                    stream=True,
                    hooks={"response": self._stay_on_host},
                )
            except requests.TooManyRedirects:
                raise changed("an answer", url, "redirects without end") from None
            except requests.RequestException as error:
                failure = self._too_slow(url, deadline) if deadline.passed else no_answer(error, url)
                raise failure from (None if self._secrets else error)
            with response:
                self._back_off_if_requested(response, url)
                return read(response, deadline)

    def _text(self, response: requests.Response, deadline: Deadline) -> str:
        """Read the body of a page, up to the size limit of a page."""
        body = bytearray()
        try:
            for block in response.iter_content(1 << 16):
                body += block
                if len(body) > self.limits.page_bytes:
                    raise changed(
                        f"a page of at most {self.limits.page_bytes:,} bytes",
                        response.url.partition("?")[0],
                        "more",
                    )
        except requests.RequestException as error:
            if not deadline.passed:
                failure = no_answer(error, response.url.partition("?")[0])
                raise failure from (None if self._secrets else error)
        if deadline.passed:
            raise self._too_slow(response.url.partition("?")[0], deadline)
        # UTF-8 whatever the header says: without a charset requests would read Korean as Latin-1.
        return body.decode("utf-8", "replace")

    def _too_slow(self, url: str, deadline: Deadline) -> OutageError:
        return OutageError(
            f"the portal is too slow: {url} did not answer within {deadline.seconds:g} s; try later, or {BY_HAND}"
        )

    def _refuse(self, response: requests.Response, body: str) -> None:
        refusal = self._refusal(response, response.url.partition("?")[0], body)
        if refusal is not None:
            raise refusal

    def _back_off_if_requested(self, response: requests.Response, url: str) -> None:
        """Back off on 429, and on 503 with a Retry-After header."""
        seconds = read_retry_after(response.headers.get("Retry-After", ""), self.rate_limiter.clock())
        code = response.status_code
        if code == requests.codes.too_many_requests or (
            code == requests.codes.service_unavailable and seconds is not None
        ):
            until = self.rate_limiter.back_off(seconds)
            raise OutageError(
                f"the portal asks to be left alone: {url} answers {code} {response.reason}; this machine will not ask "
                f"again before {until}, try then, or {BY_HAND}"
            )

    def _stay_on_host(self, response: requests.Response, **_: object) -> None:
        target = urlsplit(urljoin(response.url, response.headers.get("Location", "")))
        own = urlsplit(self.base)
        if response.is_redirect and (target.scheme, target.netloc) != (own.scheme, own.netloc):
            response.close()
            raise RefusedError(
                f"the portal redirects from {self.base} to {target.scheme}://{target.hostname}, another host, "
                f"which is not followed; {BY_HAND}"
            )


def _address(base_url: str) -> tuple[str, bool]:
    """Split a portal's address into host with port and loopback flag; refuse any other part."""
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    is_loopback = _is_loopback(host)
    if (
        not host
        or parts.username is not None
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
        or parts.scheme not in ({"http", "https"} if is_loopback else {"https"})
    ):
        # The address itself is not repeated: it may hold a password or a key.
        raise RefusedError(
            "the portal's address must be https://HOST and nothing more, neither user name nor path nor key (http only "
            f"on 127.0.0.1), not one that begins {parts.scheme}://{host}; correct SOGONG_PORTAL_URL or --from"
        )
    return (f"{host}:{port}" if port else host), is_loopback


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
