"""Open calls of 기업마당, fetched with the user's key; an invalid response is an error, not an empty list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from pydantic import SecretStr

from sogong_pipeline.errors import LaterError, RefusedError

PATH = "/uss/rss/bizinfoApi.do"
SECONDS = 60
"""Timeout in seconds; the service takes more than ten for many calls."""
NEEDED = ("pblancId", "pblancNm", "jrsdInsttNm", "reqstBeginEndDe", "pblancUrl")


@dataclass(frozen=True, slots=True)
class Call:
    """An open call as the service returns it; all fields are external text."""

    id: str
    title: str
    agency: str
    dates: str
    link: str


def open_calls(url: str, key: SecretStr, hashtags: str, most: int) -> list[Call]:
    """Fetch open calls.

    Args:
        url: the service's host.
        key: the key issued by 기업마당.
        hashtags: search words joined by commas; empty for all.
        most: largest number of calls.

    Raises:
        LaterError: when the service does not respond.
        RefusedError: when the key is missing or refused, or the response is invalid. None of these means "no calls".
    """
    if not key.get_secret_value():
        raise RefusedError(
            "there is no key for 기업마당; get one at bizinfo.go.kr and set SOGONG_BIZINFO_KEY"
        )
    secret = key.get_secret_value()
    asked = {"crtfcKey": secret, "dataType": "json", "searchCnt": str(most), "hashtags": hashtags}
    host = urlsplit(url).netloc
    try:
        response = requests.get(url.rstrip("/") + PATH, params=asked, timeout=SECONDS, allow_redirects=False)
    except requests.RequestException as error:  # its text contains the address and thus the key
        raise LaterError(f"{host} gave no answer ({type(error).__name__}); try again later") from None
    if response.status_code >= requests.codes.server_error:
        raise LaterError(f"{host} answered with status {response.status_code}; try again later")
    return _calls(host, _body(host, response), most)


def _body(host: str, response: requests.Response) -> Mapping[str, Any]:
    """Parse the response as JSON."""
    try:
        body = response.json()
    except requests.JSONDecodeError:
        kind = "XML" if response.text.lstrip().startswith("<") else "text"
        raise RefusedError(
            f"{host} answered with {kind} instead of JSON (status {response.status_code}): "
            f"{_line(response.text)[:120]!r}; this is not the same as no calls"
        ) from None
    if not isinstance(body, dict):
        raise RefusedError(
            f"{host} answered with a JSON {type(body).__name__}; this is not the same as no calls"
        )
    if "reqErr" in body:
        raise RefusedError(f"{host} refused: {_line(str(body['reqErr']))[:200]}; compare SOGONG_BIZINFO_KEY")
    return body


def _calls(host: str, body: Mapping[str, Any], most: int) -> list[Call]:
    rows = body.get("jsonArray")
    if not isinstance(rows, list):
        raise RefusedError(f"{host}: the answer has no list jsonArray; this is not the same as no calls")
    for number, row in enumerate(rows, start=1):
        missing = [name for name in NEEDED if not isinstance(row, dict) or name not in row]
        if missing:
            raise RefusedError(
                f"{host}: entry {number} lacks {', '.join(missing)}; the service may have changed, and nothing is shown"
            )
    texts = [[_line(str(row[name] or "")) for name in NEEDED] for row in rows[:most]]
    return [Call(id_, title, agency, dates, link) for id_, title, agency, dates, link in texts]


def _line(text: str) -> str:
    """Return external text as one line of visible characters."""
    return " ".join("".join(char for char in text if char.isprintable() or char.isspace()).split())
