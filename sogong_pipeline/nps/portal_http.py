"""How the portal is asked: one host, a stated agent, bounded patience, and refusals that say what happened.

Three ways to fail are told apart: the portal is *unreachable* (try later), it *changed its pages* (this program
must learn), or it *redirects elsewhere* (never followed). Only the first is ever repeated.
"""

from __future__ import annotations

import ipaddress
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.nps.portal_pages import glimpse

BY_HAND = "download the file by hand and use --from FILE"
BUSY = (429, 500, 502, 503, 504)
USER_AGENT = "Mozilla/5.0 (compatible; sogong-pipeline; monthly download of one public data set)"


class AbsentError(RefusedError):
    """The portal answers, but has no such page."""


class PortalConnection:
    """Asks the pages of one portal.

    Args:
        base_url: The portal, `https://HOST`; plain http only on this machine.
        referer: Path of the page a browser would come from.
        timeout: Seconds to wait for a connection and between two pieces of an answer.
        session: A session to use instead of the own one, which repeats what may pass by itself.

    Raises:
        RefusedError: when `base_url` is not such an address.
    """

    def __init__(
        self, base_url: str, *, referer: str, timeout: float, session: requests.Session | None
    ) -> None:
        parts = urlsplit(base_url)
        here = _is_loopback(parts.hostname)
        if (
            not parts.hostname
            or parts.username
            or parts.scheme not in ({"http", "https"} if here else {"https"})
        ):
            raise RefusedError(
                "the portal's address must be https://HOST without a user name (http only on 127.0.0.1), "
                f"not {parts.scheme}://{parts.hostname}; correct SOGONG_PORTAL_URL or --from"
            )
        self.base = base_url.rstrip("/")
        self._timeout = timeout
        self._session = session if session is not None else _patient_session(through_proxy=not here)
        self._headers = {
            "User-Agent": USER_AGENT,
            "Referer": self.base + referer,
            "Accept-Encoding": "identity",  # the bytes as published, so that Content-Length counts them
        }

    def page(self, method: Literal["GET", "POST"], path: str, fields: dict[str, str]) -> str:
        """The text of a page; raises as `ask` does."""
        # UTF-8 whatever the header says: without a charset requests would read Korean as Latin-1.
        return self.ask(method, path, fields).content.decode("utf-8", "replace")

    def json(self, method: Literal["GET", "POST"], path: str, fields: dict[str, str]) -> dict[str, Any]:
        """A JSON object; raises as `ask` does, and when the answer is none."""
        response = self.ask(method, path, fields)
        try:
            answer = response.json()
        except requests.JSONDecodeError:
            answer = None
        if not isinstance(answer, dict):
            raise self.changed("a JSON object", path, glimpse(response.text))
        return answer

    def ask(
        self, method: Literal["GET", "POST"], path: str, fields: dict[str, str], *, stream: bool = False
    ) -> requests.Response:
        """An answer with status 200; with `stream` its body is left to be read.

        Raises:
            AbsentError: when there is no such page.
            LaterError: when the portal is unreachable.
            RefusedError: when the portal changed, or redirects to another host.
        """
        url = self.base + path
        try:
            response = self._session.request(
                method,
                url,
                params=fields if method == "GET" else None,
                data=fields if method == "POST" else None,
                headers=self._headers,
                timeout=self._timeout,
                stream=stream,
                hooks={"response": self._stay_on_host},
            )
        except requests.TooManyRedirects:
            raise self.changed("an answer", path, "redirects without end") from None
        except requests.RequestException as error:
            raise LaterError(
                f"portal unreachable: {url} gave no answer ({root_cause(error)}); try later, or {BY_HAND}"
            ) from error
        status = f"{response.status_code} {response.reason}"
        if response.status_code in BUSY:
            raise LaterError(f"portal unreachable: {url} keeps answering {status}; try later, or {BY_HAND}")
        if response.status_code == requests.codes.not_found:
            raise AbsentError(str(self.changed("an answer", path, status)))
        if response.status_code != requests.codes.ok:
            raise self.changed("an answer", path, status)
        return response

    def changed(self, expected: str, path: str, came: str) -> RefusedError:
        """The refusal for an answer that is not the one this program knows."""
        return RefusedError(
            f"portal changed its pages: expected {expected} at {self.base}{path}, got {came}; {BY_HAND}"
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


def root_cause(error: BaseException) -> str:
    """The innermost reason: `[Errno 111] Connection refused` rather than the wrappers around it."""
    while (below := error.__cause__ or error.__context__) is not None:
        error = below
    return str(error) or type(error).__name__


def _is_loopback(host: str | None) -> bool:
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def _patient_session(*, through_proxy: bool) -> requests.Session:
    """A session that repeats broken connections and busy answers; every request here, POST too, only reads."""
    session = requests.Session()
    session.trust_env = through_proxy
    patience = Retry(
        total=3,
        backoff_factor=0.3,
        status_forcelist=BUSY,
        allowed_methods=None,
        raise_on_status=False,
        retry_after_max=60,
    )
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=patience))
    return session
