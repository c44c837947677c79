"""Errors for unexpected answers: an outage, a refusal, or a change of the pages.

An outage is a `LaterError` and may be retried; a refusal (4xx) is never retried; a change needs a person.
"""

from __future__ import annotations

import re
import ssl

import requests

from sogong_pipeline.errors import OutageError, RefusedError
from sogong_pipeline.nps.portal.hints import BY_HAND
from sogong_pipeline.nps.portal.pages import glimpse, says_outage

SERVER_ERROR = 500
GONE = {requests.codes.not_found, requests.codes.gone}


class AbsentError(RefusedError):
    """The portal answers, but the page does not exist."""


class UnreachableError(OutageError):
    """No answer, or a server error: retried after a pause."""


def unexpected(expected: str, url: str, answer: str) -> RefusedError:
    """The error for a page in an unknown form: LaterError when it announces an outage."""
    if says_outage(answer):
        return OutageError(
            f"the portal is down for now: {url} says {glimpse(answer)}; try later, or {BY_HAND}"
        )
    return changed(expected, url, glimpse(answer))


def changed(expected: str, url: str, actual: str) -> RefusedError:
    """The error for an answer in an unknown form."""
    return RefusedError(f"portal changed its pages: expected {expected} at {url}, got {actual}; {BY_HAND}")


def refusal_of(response: requests.Response, url: str, body: str) -> RefusedError | None:
    """The error for a status other than 200, None for 200; `http.py` handles a request to wait before."""
    status = f"{response.status_code} {response.reason}"
    if response.status_code == requests.codes.ok:
        return None
    if response.status_code >= SERVER_ERROR or says_outage(body):
        return UnreachableError(
            f"portal unreachable: {url} keeps answering {status}; try later, or {BY_HAND}"
        )
    if response.status_code in GONE:
        return AbsentError(str(changed("an answer", url, status)))
    if response.status_code >= requests.codes.bad_request:
        return RefusedError(
            f"the portal refuses {url} with {status} {glimpse(body)}, and was not asked again; see in a browser "
            f"whether it wants something, or {BY_HAND}"
        )
    return changed("an answer", url, status)


def no_answer(error: requests.RequestException, url: str) -> RefusedError:
    """The error for a request without an answer: LaterError, but not for an invalid certificate."""
    cause = root_cause(error)
    if _is_about_a_certificate(error):
        return RefusedError(
            f"{url} does not prove to be the portal ({cause}), so nothing was asked; check the clock of this machine, "
            f"or name the authority of a proxy in between in REQUESTS_CA_BUNDLE, or {BY_HAND}"
        )
    return UnreachableError(f"portal unreachable: {url} gave no answer ({cause}); try later, or {BY_HAND}")


def root_cause(error: BaseException) -> str:
    """Return the innermost reason: `[Errno 111] Connection refused` rather than the wrappers around it."""
    innermost = _chain(error)[-1]
    # The address of a proxy may hold a password.
    return re.sub(r"//[^/@\s]*@", "//…@", str(innermost)) or type(innermost).__name__


def _is_about_a_certificate(error: BaseException) -> bool:
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _chain(error))


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error and its causes, the innermost last."""
    chain = [error]
    while (below := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(below)
    return chain
