"""Requests to the portal: one at a time, identified, with pauses and a daily limit, never after a refusal."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from country.portal.faults import Fault
from country.portal.server import PortalServer
from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.nps.portal.client import PortalClient
from sogong_pipeline.nps.portal.http import USER_AGENT
from sogong_pipeline.nps.portal.memory import Memory
from sogong_pipeline.nps.portal.rate_limit import LOOPBACK_LIMITS, REMOTE_LIMITS, RateLimiter, RequestLimits
from sogong_pipeline.periods import SEOUL, Month
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from tests.conftest import NOW

NOON = dt.datetime(2026, 10, 20, 12, tzinfo=SEOUL).timestamp()


class Time:
    """A clock that advances only by sleeping."""

    def __init__(self) -> None:
        self.now = NOON
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def limiter(folder: Path, time: Time, **limits: float) -> RateLimiter:
    return RateLimiter(
        "portal", Memory(folder), RequestLimits(**limits), clock=lambda: time.now, sleep=time.sleep
    )  # type: ignore[arg-type]


def asked(portal: PortalServer) -> list[str]:
    return [request.page for request in portal.requests]


def test_every_request_says_who_asks_and_leaves_no_connection_open(
    client: PortalClient, portal: PortalServer, tmp_path: Path
) -> None:
    client.download(client.list_uploads().uploads[0], tmp_path / "month.csv")
    assert len(portal.requests) == 5
    for request in portal.requests:
        assert request.headers["User-Agent"] == USER_AGENT
        assert request.headers["Connection"] == "close"
        assert request.headers["Referer"] == f"{portal.url}/data/15083277/fileData.do"
    assert "sogong-pipeline" in USER_AGENT


def test_runs_at_once_ask_one_at_a_time(portal: PortalServer, tmp_path: Path, files: Path) -> None:
    """Runs of one machine share the limiter; each answer has ended before the next request begins."""

    def run(number: int) -> None:
        client = PortalClient(portal.url, tmp_path / "memory")
        for upload in client.list_uploads().uploads:
            client.download(upload, tmp_path / f"month{number}.csv")

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(run, range(3)))
    requests = sorted(portal.requests, key=lambda request: request.began)
    assert len(requests) == 3 * (2 + 3 * 3)
    assert all(earlier.ended <= later.began for earlier, later in itertools.pairwise(requests))


def test_a_run_that_waits_too_long_for_the_lock_is_refused(tmp_path: Path) -> None:
    time = Time()
    with (
        limiter(tmp_path, time).slot(),
        pytest.raises(
            LaterError, match=r"another run on this machine has been asking portal for more than 0 s; try"
        ),
        limiter(tmp_path, time, lock_seconds=0.1).slot(),
    ):
        pass


def test_there_is_a_pause_between_an_answer_and_the_next_request_of_any_run(tmp_path: Path) -> None:
    time = Time()
    for _ in range(2):
        with limiter(tmp_path, time).slot():
            time.now += 5
    time.now += 0.25
    with limiter(tmp_path, time).slot():
        pass
    assert time.slept == [0, 1, 0.75]
    assert REMOTE_LIMITS.pause_seconds >= 1


def test_the_limit_of_a_day_holds_over_runs_until_midnight_in_seoul(tmp_path: Path) -> None:
    time = Time()
    for _ in range(3):
        with limiter(tmp_path, time, requests_a_day=3).slot():
            pass
    with (
        pytest.raises(
            LaterError,
            match=r"portal was asked 3 times today, which is the day's limit; .* try again tomorrow",
        ),
        limiter(tmp_path, time, requests_a_day=3).slot(),
    ):
        pass
    time.now = dt.datetime(2026, 10, 21, tzinfo=SEOUL).timestamp()
    with limiter(tmp_path, time, requests_a_day=3).slot():
        pass
    assert REMOTE_LIMITS.requests_a_day <= 1_000


def test_the_limit_is_kept_over_http_and_nothing_is_asked_beyond_it(
    portal: PortalServer, tmp_path: Path, set_limits: Callable[..., RequestLimits]
) -> None:
    set_limits(requests_a_day=3)
    PortalClient(portal.url, tmp_path / "memory").list_uploads()
    with pytest.raises(LaterError, match="which is the day's limit"):
        PortalClient(portal.url, tmp_path / "memory").list_uploads()
    assert len(portal.requests) == 3


def test_a_page_that_has_not_changed_is_not_sent_again(client: PortalClient, portal: PortalServer) -> None:
    first = client.list_uploads()
    assert client.list_uploads() == first
    pages = [request for request in portal.requests if request.page == "fileData.do"]
    assert "If-None-Match" not in pages[0].headers
    assert re.fullmatch(r'"[0-9a-f]{16}"', pages[1].headers["If-None-Match"])


def test_a_page_that_changed_is_read_anew(client: PortalClient, portal: PortalServer, files: Path) -> None:
    client.list_uploads()
    newest = next(file for file in files.iterdir() if "20220719" in file.name)
    newest.rename(newest.with_name(newest.name.replace("20220719", "20220720")))
    assert client.list_uploads().uploads[0].label == "20220720"


def test_a_file_that_is_in_the_lake_is_never_asked_for_again(portal: PortalServer, tmp_path: Path) -> None:
    pipeline = Installation(Settings(home=tmp_path / "home", now=NOW))
    list(pipeline.months.fetch(Month(2022, 6), portal.url))
    before = len(portal.requests)
    list(Installation(pipeline.settings).months.fetch(Month(2022, 6), portal.url))
    assert len(portal.requests) == before


@pytest.mark.parametrize("fault", [Fault.FORBIDDEN, Fault.ABSENT, Fault.BUSY, Fault.CAPTCHA, Fault.REDIRECT])
def test_a_refusal_is_never_asked_again(
    client: PortalClient, portal: PortalServer, tmp_path: Path, fault: Fault
) -> None:
    upload = client.list_uploads().uploads[0]
    page = "check-limit.json" if fault is Fault.CAPTCHA else "fileDownload.do"
    portal.faults[page] = [fault] * 9
    with pytest.raises(RefusedError):
        client.download(upload, tmp_path / "month.csv")
    assert asked(portal).count(page) == 1


@pytest.mark.parametrize(
    ("fault", "seconds"), [(Fault.BUSY, LOOPBACK_LIMITS.wait_seconds), (Fault.BUSY_FOR, 120)]
)
def test_a_rate_limit_of_the_portal_is_respected(
    portal: PortalServer, tmp_path: Path, fault: Fault, seconds: float
) -> None:
    """Every run on this machine waits until the time that it named, or ten minutes when it named none."""
    portal.faults["fileData.do"] = [fault]
    with pytest.raises(LaterError, match="asks to be left alone"):
        PortalClient(portal.url, tmp_path / "memory").list_uploads()
    with pytest.raises(
        LaterError, match=r"asked to be left alone until .*, so it was not asked; try again then"
    ):
        PortalClient(portal.url, tmp_path / "memory").list_uploads()
    assert len(portal.requests) == 1
    (folder,) = (tmp_path / "memory").iterdir()
    state = Memory(folder).recall("turns")
    assert abs(state["not_before"] - state["ended"] - seconds) < 5


@pytest.mark.parametrize(
    "address",
    [
        "http://www.data.go.kr",
        "http://192.0.2.1",
        "http://localhost.example",
        "http://127.0.0.1.example",
        "ftp://www.data.go.kr",
        "file:///etc/passwd",
        "https://user:hidden-key@www.data.go.kr",
        "https://www.data.go.kr/?serviceKey=hidden-key",
        "https://www.data.go.kr/data#hidden-key",
        "https://www.data.go.kr:hidden-key",
        "https://",
    ],
)
def test_plain_http_and_addresses_with_a_key_are_refused_and_not_repeated(
    address: str, tmp_path: Path
) -> None:
    with pytest.raises(
        RefusedError, match="the portal's address must be https://HOST and nothing more"
    ) as refused:
        PortalClient(address, tmp_path)
    assert "hidden-key" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_redirect_to_plain_http_or_another_port_of_the_same_host_is_not_followed(
    portal: PortalServer, tmp_path: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from country.portal import handler as portal_handler

    with PortalServer(files.parent) as other:
        status, page, _ = portal_handler.STATUS[Fault.REDIRECT]
        to_other = {Fault.REDIRECT: (status, page, {"Location": f"{other.url}/data/15083277/fileData.do"})}
        monkeypatch.setattr(portal_handler, "STATUS", {**portal_handler.STATUS, **to_other})
        portal.faults["fileData.do"] = [Fault.REDIRECT]
        with pytest.raises(RefusedError, match="another host, which is not followed"):
            PortalClient(portal.url, tmp_path / "memory").list_uploads()
        assert list(other.requests) == []
