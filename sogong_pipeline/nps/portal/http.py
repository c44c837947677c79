"""Asks one portal over HTTP: its host and no other, under a stated name, in turns, with limits of time and size."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urljoin, urlsplit

import requests

from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.nps.portal.deadline import Deadline, DeadlineAdapter
from sogong_pipeline.nps.portal.download import Progress, save_body
from sogong_pipeline.nps.portal.headers import read_retry_after
from sogong_pipeline.nps.portal.memory import Memory
from sogong_pipeline.nps.portal.rate_limit import BY_HAND, ELSEWHERE, ON_THIS_MACHINE, Manners, Turns
from sogong_pipeline.nps.portal.status import UnreachableError, changed, no_answer, refusal_of, unexpected

USER_AGENT = "Mozilla/5.0 (compatible; sogong-pipeline; monthly download of one public data set)"
MOST_REDIRECTS = 5
VALIDATORS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
"""What a page is remembered with, and how it is asked for again."""

Method = Literal["GET", "POST"]
Refusal = Callable[[requests.Response, str, str], RefusedError | None]
T = TypeVar("T")


@dataclass(frozen=True)
class _Request:
    """What is asked, and how long the whole answer may take."""

    method: Method
    path: str
    fields: dict[str, str]
    seconds: float
    headers: dict[str, str] = field(default_factory=dict)


class PortalConnection:
    """Asks the pages of one portal.

    Args:
        base_url: The portal, `https://HOST`; plain http only on this machine.
        referer: Path of the page a browser would come from.
        folder: Where this machine remembers its portals.
        manners: Rules other than those for the host.
        limits: Limits that replace those of the manners, by name.
        headers: Sent with every request, such as a key; they are in no message.
        secrets: Sent with every GET as fields, such as a key; no error leads to an address with them.
        refusal: Tells what an answer means that is none, and None of one that is to be read.

    Raises:
        RefusedError: when `base_url` is not such an address.
    """

    def __init__(
        self,
        base_url: str,
        *,
        referer: str,
        folder: Path,
        manners: Manners | None = None,
        limits: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        refusal: Refusal = refusal_of,
    ) -> None:
        host, is_here = _address(base_url)
        self.base = base_url.rstrip("/")
        self.memory = Memory(folder / "".join(letter if letter.isalnum() else "-" for letter in host))
        self.manners = replace(manners or (ON_THIS_MACHINE if is_here else ELSEWHERE), **(limits or {}))
        self.turns = Turns(host, self.memory, self.manners)
        self._headers = {
            "User-Agent": USER_AGENT,
            "Referer": self.base + referer,
            "Accept-Encoding": "identity",  # the bytes as published, so that Content-Length counts them
            "Connection": "close",  # none is left open while another run has its turn
            **(headers or {}),
        }
        self._refusal = refusal
        self._secrets = dict(secrets or {})
        self._adapter = DeadlineAdapter()
        self._session = requests.Session()
        self._session.max_redirects = MOST_REDIRECTS
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, self._adapter)
        if is_here:
            self._session.proxies["no_proxy"] = host

    def page(self, method: Method, path: str, fields: dict[str, str]) -> str:
        """The text of a page; one that has not changed since it was last seen is taken from memory.

        Raises:
            AbsentError: when there is no such page.
            LaterError: when the portal is unreachable, too slow, or asks to be left alone.
            RefusedError: when it refuses, changed, or redirects to another host.
        """
        seen = self.memory.recall("page", self.base + path) if method == "GET" and not fields else None
        again = {VALIDATORS[name]: value for name, value in seen["validators"].items()} if seen else {}

        def read(response: requests.Response, deadline: Deadline) -> str:
            if seen and response.status_code == requests.codes.not_modified:
                return str(seen["text"])
            text = self._text(response, deadline)
            self._refuse(response, text)
            validators = {name: response.headers[name] for name in VALIDATORS if name in response.headers}
            if validators and method == "GET" and not fields:
                self.memory.keep({"validators": validators, "text": text}, "page", self.base + path)
            return text

        return self._patiently(_Request(method, path, fields, self.manners.page_seconds, again), read)

    def json(self, method: Method, path: str, fields: dict[str, str]) -> dict[str, Any]:
        """A JSON object; raises as `page` does, and when the answer is none."""
        text = self.page(method, path, fields)
        try:
            answer = json.loads(text)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise self.unexpected("a JSON object", path, text)
        return answer

    def save(
        self, path: str, fields: dict[str, str], target: Path, progress: Progress | None = None
    ) -> requests.structures.CaseInsensitiveDict[str]:
        """Save a file into `target`, which appears only when it is whole; return the headers it came with.

        Raises:
            LaterError, RefusedError: as `page` does, and as `save_body`.
        """

        def read(
            response: requests.Response, deadline: Deadline
        ) -> requests.structures.CaseInsensitiveDict[str]:
            if response.status_code != requests.codes.ok:
                self._refuse(response, self._text(response, deadline))
            save_body(
                response, target, most_bytes=self.manners.file_bytes, deadline=deadline, progress=progress
            )
            return response.headers

        return self._patiently(_Request("GET", path, fields, self.manners.file_seconds), read)

    def unexpected(self, expected: str, path: str, came: str) -> RefusedError:
        """The error for a page that is not the one this program knows; see `portal_status`."""
        return unexpected(expected, self.base + path, came)

    def _patiently(self, request: _Request, read: Callable[[requests.Response, Deadline], T]) -> T:
        """Ask until there is an answer, a few times; every request here, POST too, only reads."""
        for wait in self.manners.retry_waits:
            try:
                return self._ask(request, read)
            except UnreachableError:
                self.turns.sleep(wait)
        return self._ask(request, read)

    def _ask(self, request: _Request, read: Callable[[requests.Response, Deadline], T]) -> T:
        """Ask once, and read the answer before the turn and the time are over."""
        url = self.base + request.path
        with self.turns.turn(), self._adapter.deadline(request.seconds) as deadline:
            try:
                response = self._session.request(
                    request.method,
                    url,
                    params={**request.fields, **self._secrets} if request.method == "GET" else None,
                    data=request.fields if request.method == "POST" else None,
                    headers={**self._headers, **request.headers},
                    timeout=self.manners.silence_seconds,
                    stream=True,
                    hooks={"response": self._stay_on_host},
                )
            except requests.TooManyRedirects:
                raise changed("an answer", url, "redirects without end") from None
            except requests.RequestException as error:
                told = self._too_slow(url, deadline) if deadline.passed else no_answer(error, url)
                raise told from (None if self._secrets else error)
            with response:
                self._leave_alone_if_asked(response, url)
                return read(response, deadline)

    def _text(self, response: requests.Response, deadline: Deadline) -> str:
        """The body of a page, which is short."""
        body = bytearray()
        try:
            for block in response.iter_content(1 << 16):
                body += block
                if len(body) > self.manners.page_bytes:
                    raise changed(
                        f"a page of at most {self.manners.page_bytes:,} bytes",
                        response.url.partition("?")[0],
                        "more",
                    )
        except requests.RequestException as error:
            if not deadline.passed:
                told = no_answer(error, response.url.partition("?")[0])
                raise told from (None if self._secrets else error)
        if deadline.passed:
            raise self._too_slow(response.url.partition("?")[0], deadline)
        # UTF-8 whatever the header says: without a charset requests would read Korean as Latin-1.
        return body.decode("utf-8", "replace")

    def _too_slow(self, url: str, deadline: Deadline) -> LaterError:
        return LaterError(
            f"the portal is too slow: {url} did not answer within {deadline.seconds:g} s; try later, or {BY_HAND}"
        )

    def _refuse(self, response: requests.Response, body: str) -> None:
        refusal = self._refusal(response, response.url.partition("?")[0], body)
        if refusal is not None:
            raise refusal

    def _leave_alone_if_asked(self, response: requests.Response, url: str) -> None:
        """Take 429, and 503 with a time, as the wish to be left alone."""
        asked = read_retry_after(response.headers.get("Retry-After", ""), self.turns.clock())
        code = response.status_code
        if code == requests.codes.too_many_requests or (
            code == requests.codes.service_unavailable and asked is not None
        ):
            until = self.turns.leave_alone(asked)
            raise LaterError(
                f"the portal asks to be left alone: {url} answers {code} {response.reason}; this machine will not ask "
                f"again before {until}, try then, or {BY_HAND}"
            )

    def _stay_on_host(self, response: requests.Response, **_: object) -> None:
        target = urlsplit(urljoin(response.url, response.headers.get("Location", "")))
        asked = urlsplit(self.base)
        if response.is_redirect and (target.scheme, target.netloc) != (asked.scheme, asked.netloc):
            response.close()
            raise RefusedError(
                f"the portal redirects from {self.base} to {target.scheme}://{target.hostname}, another host, "
                f"which is not followed; {BY_HAND}"
            )


def _address(base_url: str) -> tuple[str, bool]:
    """The host with its port, and whether it is this machine; nothing else may stand in a portal's address."""
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    is_here = _is_loopback(host)
    if (
        not host
        or parts.username is not None
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
        or parts.scheme not in ({"http", "https"} if is_here else {"https"})
    ):
        # The address itself is not repeated: it may hold a password or a key.
        raise RefusedError(
            "the portal's address must be https://HOST and nothing more, neither user name nor path nor key (http only "
            f"on 127.0.0.1), not one that begins {parts.scheme}://{host}; correct SOGONG_PORTAL_URL or --from"
        )
    return (f"{host}:{port}" if port else host), is_here


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
