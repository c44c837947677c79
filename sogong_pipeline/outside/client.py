"""HTTP client of all services: address, key, rate limiting, limits of time and size, errors without the key."""

from __future__ import annotations

import ipaddress
import logging
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from urllib.parse import quote, urlsplit

import requests
from pydantic import SecretStr

from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.nps.portal.deadline import DeadlineAdapter
from sogong_pipeline.nps.portal.pages import glimpse
from sogong_pipeline.outside.indicator import Service

USER_AGENT = "Mozilla/5.0 (compatible; sogong-pipeline; monthly indicators with the user's own key)"
SECONDS = 120.0
"""Timeout of a whole response; regional tables take up to twenty."""
SILENCE = 60.0
MOST_BYTES = 64 << 20
PAUSE = 0.7
"""Seconds between two calls; rate limits: ECOS about 300 in three minutes, KOSIS 200 in one."""
KEY = "{key}"
"""Placeholder of the key in a path."""
TEXT_MOST = 120
ERROR_FORM = re.compile(r"returnReasonCode|resultCode|\bCODE\b|\berr(Code)?\b")
"""Pattern of an error response in the format of a service, whatever its status."""


class EmptyError(RefusedError):
    """The service has no data for the request."""


class TooManyError(RefusedError):
    """The request exceeds the size that the service allows."""


class Client:
    """Client of one service.

    Args:
        service: the service.
        url: its address; plain http only on this machine.
        key: the user's key.

    Raises:
        RefusedError: when the key is missing, or the address is invalid.
    """

    def __init__(self, service: Service, url: str, key: SecretStr) -> None:
        self.service = service
        self.received: list[str] = []
        self._secret = key.get_secret_value().strip()
        if not self._secret:
            raise RefusedError(no_key(service))
        self._base, self.host, is_loopback = _address(url, service)
        self._pause = 0.0 if is_loopback else PAUSE
        self._adapter, self._session = DeadlineAdapter(), requests.Session()
        self._session.trust_env = not is_loopback
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, self._adapter)
        logging.getLogger("urllib3.connectionpool").addFilter(_hider(self._secret))

    def text(self, path: str, fields: Mapping[str, str]) -> str:
        """Return the text of any response, and append it to `received`.

        Args:
            path: the path; `KEY` in it is replaced by the key.
            fields: the query fields, without the key.

        Raises:
            LaterError: when the service does not respond, or its rate limit is reached.
            RefusedError: when it refuses by its status, or redirects.
        """
        if self.received:
            time.sleep(self._pause)
        url = self._base + path.replace(KEY, quote(self._secret, safe=""))
        params = {**fields, self.service.key_field: self._secret} if self.service.key_field else dict(fields)
        try:
            with self._adapter.deadline(SECONDS) as deadline:
                response = self._session.get(
                    url,
                    params=params,
                    headers={"User-Agent": USER_AGENT},
                    timeout=SILENCE,
                    allow_redirects=False,
                    stream=True,
                )
                with response:
                    text = self._body(response)
        except requests.RequestException as error:  # its text contains the address and thus the key
            reason = f"within {SECONDS:g} s" if deadline.passed else f"({type(error).__name__})"
            raise LaterError(f"{self.host} gave no answer {reason}; try again later") from None
        if deadline.passed:
            raise LaterError(f"{self.host} gave no answer within {SECONDS:g} s; try again later")
        self._refuse(response, text)
        self.received.append(text)
        return text

    def complaint(self, code: str, message: str) -> RefusedError:
        """Return the error for a service's error code.

        Args:
            code: as sent by the service.
            message: its text.
        """
        kind = self.service.errors.get(code)
        refusal = f"{self.host} refuses with {self.shown(code)}: {self.shown(message)}"
        if kind == "key":
            return RefusedError(
                f"{refusal}; compare {self.service.variable} with the key of {self.service.apply}"
            )
        if kind == "later":
            return LaterError(f"{refusal}; try again later")
        if kind == "empty":
            return EmptyError(f"{self.host} has no data for this: {self.shown(message)}")
        if kind == "too_many":
            return TooManyError(refusal)
        return RefusedError(f"{refusal}; the service may have changed, and nothing was stored")

    def unexpected(self, expected: str, answer: str) -> RefusedError:
        """Return the error for a response in an unexpected format."""
        return RefusedError(
            f"{self.host}: expected {expected}, got {self.shown(glimpse(answer))}; the service may have changed, and "
            "nothing was stored"
        )

    def shown(self, text: str) -> str:
        """Return external text as one short line of visible characters, without the key."""
        hidden = text.replace(self._secret, "…").replace(quote(self._secret, safe=""), "…")
        visible = "".join(char for char in hidden if char.isprintable() or char.isspace())
        return " ".join(visible.split())[:TEXT_MOST]

    def _body(self, response: requests.Response) -> str:
        body = bytearray()
        for block in response.iter_content(1 << 16):
            body += block
            if len(body) > MOST_BYTES:
                raise RefusedError(f"{self.host} sent more than {MOST_BYTES:,} bytes; nothing was stored")
        # UTF-8 whatever the header says: without a charset requests would read Korean as Latin-1.
        return body.decode("utf-8", "replace")

    def _refuse(self, response: requests.Response, text: str) -> None:
        """Raise the error of a status; a body in the format of the service is left to its parser."""
        status = response.status_code
        if status == requests.codes.too_many_requests:
            raise LaterError(f"{self.host} is over its rate limit (status {status}); try again later")
        if status >= requests.codes.server_error:
            raise LaterError(f"{self.host} answered with status {status}; try again later")
        if response.is_redirect:
            raise RefusedError(f"{self.host} redirects to another address, which is not followed")
        if status == requests.codes.ok or ERROR_FORM.search(text):
            return
        if status in {requests.codes.unauthorized, requests.codes.forbidden}:
            raise RefusedError(
                f"{self.host} refuses with status {status}: compare {self.service.variable} with the key of "
                f"{self.service.apply}, and apply there for the use of this service"
            )
        raise RefusedError(f"{self.host} answered with status {status}: {self.shown(glimpse(text))}")


def no_key(service: Service) -> str:
    """Return the line that names the missing key and its issuer."""
    connection = service.key.removesuffix("_key")
    return (
        f"there is no key for {service.name}; get one at {service.apply} and set {service.variable}, or under Airflow "
        f"the password of the connection sogong_{connection}"
    )


def _address(url: str, service: Service) -> tuple[str, str, bool]:
    """Return the address without its last slash, its host, and True if it is this machine; refuses any other form."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    is_loopback = host == "localhost"
    with suppress(ValueError):
        is_loopback = is_loopback or ipaddress.ip_address(host).is_loopback
    schemes = {"http", "https"} if is_loopback else {"https"}
    if (
        not host
        or parts.username is not None
        or parts.path.strip("/")
        or parts.query
        or parts.scheme not in schemes
    ):
        raise RefusedError(  # the address is not repeated: it may hold a key
            f"SOGONG_{service.url.upper()} must be https://HOST and nothing more (http only on 127.0.0.1); correct it"
        )
    return url.rstrip("/"), host, is_loopback


@cache
def _hider(secret: str) -> Callable[[logging.LogRecord], bool]:
    """Return a filter that removes a key from log records of the HTTP library."""
    forms = frozenset({secret, quote(secret, safe=""), quote(secret)})

    def hide(record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                _without(value, forms) if isinstance(value, str) else value for value in record.args
            )
        return True

    return hide


def _without(text: str, secrets: frozenset[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "…")
    return text
