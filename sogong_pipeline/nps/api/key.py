"""Key of data.go.kr's APIs, and the meaning of refusals. The key itself never appears in a message."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote

import requests
from pydantic import SecretStr

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.portal.pages import DATA_SET
from sogong_pipeline.nps.portal.status import refusal_of

NO_KEY = (
    "the API wants a key: apply for one at https://www.data.go.kr (free), and put it into SOGONG_API_KEY, or under "
    "Airflow into the password of the connection sogong_api"
)
KEY_FIELD = "serviceKey"
"""Field of the address in which the older services expect the key."""
KEY = re.compile(r"[A-Za-z0-9+/=_-]{4,256}")
NOT_REGISTERED, NOT_SUBSCRIBED, NO_SERVICE = -4, -401, -3
REASONS = {
    NOT_REGISTERED: "the key is not registered: compare SOGONG_API_KEY with the one on your page of data.go.kr; a new "
    "one works after an hour or so",
    NOT_SUBSCRIBED: "the key is not allowed to use this service: apply for its use on data.go.kr (the months are data "
    f"set {DATA_SET})",
    NO_SERVICE: "there is no such service: its address has changed, look for a newer version of this program",
}
XML_REASONS = {
    "30": REASONS[NOT_REGISTERED],
    "20": REASONS[NOT_SUBSCRIBED],
    "12": REASONS[NO_SERVICE],
    "31": "the key has expired: prolong it on data.go.kr",
    "22": "the key was used as often as it may be today: try again tomorrow",
}
"""Meaning of the return codes in the XML of the older services."""

GATE = {401: REASONS[NOT_REGISTERED], 403: REASONS[NOT_SUBSCRIBED]}
"""Meaning of a bare status from the gateway before the services."""


def key_of(key: SecretStr) -> str:
    """Return the key in the form in which it is sent.

    A key that was pasted percent-encoded, once or twice, is decoded: no key contains a percent sign.

    Raises:
        RefusedError: when the key is missing or malformed.
    """
    text = key.get_secret_value().strip()
    if not text:
        raise RefusedError(NO_KEY)
    while (decoded := unquote(text)) != text:
        text = decoded
    if not KEY.fullmatch(text):
        raise RefusedError(
            "SOGONG_API_KEY has characters that no key has, so nothing was asked; copy it again from data.go.kr"
        )
    return text


def refusal_of_api(response: requests.Response, url: str, body: str) -> RefusedError | None:
    """Return the error for a refusal by the API; None for an answer to be read."""
    reason = REASONS.get(_code(body)) or XML_REASONS.get(_xml_code(body)) or GATE.get(response.status_code)
    if response.status_code == requests.codes.bad_request:
        reason = "most often the key was encoded twice: put the decoded one into SOGONG_API_KEY"
    if reason:
        return RefusedError(f"{url} refuses with {response.status_code}: {reason}")
    return refusal_of(response, url, body)


def _code(body: str) -> int:
    try:
        answer = json.loads(body)
    except ValueError:
        return 0
    code = answer.get("code") if isinstance(answer, dict) else None
    return code if isinstance(code, int) else 0


def _xml_code(body: str) -> str:
    match = re.search(r"<(?:returnReasonCode|resultCode)>\s*(\d{2})\s*<", body)
    return match[1] if match else ""
