"""What an answer other than the expected one means: an outage to wait for, a refusal, a change of the pages.

An outage is a `LaterError` and may be tried again; a refusal (4xx) never is; a change needs a person.
"""

from __future__ import annotations

import re
import ssl

import requests

from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.nps.portal.pages import glimpse, says_outage
from sogong_pipeline.nps.portal.rate_limit import BY_HAND

SERVER_ERROR = 500
GONE = {requests.codes.not_found, requests.codes.gone}


class AbsentError(RefusedError):
    """The portal answers, but has no such page."""


class UnreachableError(LaterError):
    """No answer, or one that says that the portal is broken: asked for once more after a pause."""


def unexpected(expected: str, url: str, came: str) -> RefusedError:
    """The refusal of a page that is not the one this program knows, or the wish to wait that it expresses."""
    if says_outage(came):
        return LaterError(f"the portal is down for now: {url} says {glimpse(came)}; try later, or {BY_HAND}")
    return changed(expected, url, glimpse(came))


def changed(expected: str, url: str, came: str) -> RefusedError:
    """The refusal of an answer that is not the one this program knows."""
    return RefusedError(f"portal changed its pages: expected {expected} at {url}, got {came}; {BY_HAND}")


def refusal_of(response: requests.Response, url: str, body: str) -> RefusedError | None:
    """What a status other than 200 means, or None for 200; being asked to wait is told from it elsewhere."""
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
    """What it means that no answer came: nothing a program repeats where the other side is not who it should be."""
    cause = root_cause(error)
    if _is_about_a_certificate(error):
        return RefusedError(
            f"{url} does not prove to be the portal ({cause}), so nothing was asked; check the clock of this machine, "
            f"or name the authority of a proxy in between in REQUESTS_CA_BUNDLE, or {BY_HAND}"
        )
    return UnreachableError(f"portal unreachable: {url} gave no answer ({cause}); try later, or {BY_HAND}")


def root_cause(error: BaseException) -> str:
    """The innermost reason: `[Errno 111] Connection refused` rather than the wrappers around it."""
    innermost = _chain(error)[-1]
    # The address of a proxy may hold a password.
    return re.sub(r"//[^/@\s]*@", "//…@", str(innermost)) or type(innermost).__name__


def _is_about_a_certificate(error: BaseException) -> bool:
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _chain(error))


def _chain(error: BaseException) -> list[BaseException]:
    """An error and what it came from, the innermost last."""
    chain = [error]
    while (below := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(below)
    return chain
