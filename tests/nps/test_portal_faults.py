"""Every fault of a portal, over HTTP into a lake: its message, and that no file of the month remains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from country.portal.faults import Fault
from country.portal.server import PortalServer
from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.nps.portal.rate_limit import RequestLimits
from sogong_pipeline.periods import Month
from sogong_pipeline.steps.installation import Installation
from tests.nps.conftest import TITLE
from tests.nps.test_odcloud import FAULTS as FAULTS_OF_THE_API

pytestmark = pytest.mark.slow

PAGES = (
    "fileData.do",
    "selectHistAndCsvData.do",
    "selectFileDataDownload.do",
    "check-limit.json",
    "fileDownload.do",
)
LIMITS = {"retry_waits": (0.01, 0.01)}
"""Short waits, so that a test does not wait for a minute."""
SOON = {"page_seconds": 0.8, "file_seconds": 0.8}
"""For what never ends by itself; a busy machine may need longer for everything else."""
ATTEMPTS = 3


@dataclass(frozen=True)
class Case:
    """A fault and its expected message.

    Attributes:
        fault: The fault, played on every request of a page.
        says: What the one line has in it.
        later: Whether it is an outage that may pass, rather than a refusal or a change.
        attempts: How often the page is asked.
        times: How often the fault is played.
        limits: Other limits.
    """

    fault: Fault
    says: tuple[str, ...]
    later: bool
    attempts: int = 1
    times: int = 99
    limits: dict[str, Any] = field(default_factory=dict)


ANYWHERE = [
    Case(Fault.ERROR, ("portal unreachable", "keeps answering 500"), later=True, attempts=ATTEMPTS),
    Case(Fault.UNAVAILABLE, ("portal unreachable", "keeps answering 503"), later=True, attempts=ATTEMPTS),
    Case(
        Fault.RESET, ("portal unreachable", "gave no answer", "reset by peer"), later=True, attempts=ATTEMPTS
    ),
    Case(
        Fault.SILENT,
        ("portal unreachable", "gave no answer", "timed out"),
        later=True,
        attempts=ATTEMPTS,
        limits={"silence_seconds": 0.2},
    ),
    Case(Fault.SLOW_HEAD, ("the portal is too slow", "0.8 s"), later=True, limits=SOON),
    Case(Fault.SLOW, ("the portal is too slow", "0.8 s"), later=True, limits=SOON),
    Case(Fault.BUSY, ("asks to be left alone", "429", "will not ask again before"), later=True),
    Case(Fault.BUSY_FOR, ("asks to be left alone", "429", "will not ask again before"), later=True),
    Case(Fault.CLOSED, ("asks to be left alone", "503", "will not ask again before"), later=True),
    Case(Fault.MAINTENANCE, ("the portal is down for now", "시스템 점검 중입니다"), later=True),
    Case(Fault.FORBIDDEN, ("the portal refuses", "403", "was not asked again", "in a browser"), later=False),
    Case(Fault.REDIRECT, ("redirects", "https://portal.invalid, another host", "not followed"), later=False),
    Case(Fault.ROUND, ("portal changed its pages", "redirects without end"), later=False, attempts=6),
]
FILE_ONLY = [
    Case(Fault.TRUNCATED, ("the portal broke off", "expected {size} bytes, got {half}"), later=True),
    Case(Fault.RESET_MIDWAY, ("the portal broke off", "expected {size} bytes", "reset by peer"), later=True),
    Case(
        Fault.CUT, ("an incomplete file without notice", "stops in the middle of its last line"), later=True
    ),
    Case(Fault.ENDLESS, ("at most 1,048,576 bytes", "got more"), later=False, limits={"file_bytes": 1 << 20}),
    Case(Fault.ABSENT, ("portal changed its pages", "404"), later=False),
    Case(Fault.HTML, ("expected a CSV or ZIP file", "오류 안내"), later=False),
    Case(Fault.EMPTY, ("expected a CSV or ZIP file", "got 0 bytes"), later=False),
    Case(Fault.BOMB, ("would unpack to 67,108,864 bytes", "do not open it"), later=False),
    Case(Fault.PATHS, ("'../../../month.csv'", "leads out of a folder", "do not unpack it"), later=False),
    Case(
        Fault.OTHER,
        ("no upload of 2022-06 yet", "20220719 holds 2022-05; 20220618 holds 2022-05"),
        later=True,
        attempts=2,
        times=1,
    ),
]
PAGE_ONLY = [
    (page, case)
    for page in PAGES[:-1]
    for case in (
        Case(
            Fault.TRUNCATED,
            ("portal unreachable", "gave no answer", "IncompleteRead"),
            later=True,
            attempts=3,
        ),
        Case(
            Fault.ENDLESS,
            ("changed its pages", "at most 100,000"),
            later=False,
            limits={"page_bytes": 100_000},
        ),
    )
]
CHANGED = [
    (
        "selectFileDataDownload.do",
        Case(Fault.HTML, ("changed", "expected a JSON object", "오류 안내"), later=False),
    ),
    ("check-limit.json", Case(Fault.HTML, ("changed", "expected a JSON object", "오류 안내"), later=False)),
]
EVERYTHING = [
    *((page, case) for case in ANYWHERE for page in PAGES),
    *(("fileDownload.do", case) for case in FILE_ONLY),
    *PAGE_ONLY,
    *CHANGED,
]


@pytest.mark.parametrize(
    ("page", "case"), EVERYTHING, ids=[f"{case.fault}-{page}" for page, case in EVERYTHING]
)
def test_a_fault_is_reported_in_one_line_and_leaves_nothing(
    pipeline: Installation,
    portal: PortalServer,
    files: Path,
    month: Month,
    set_limits: Callable[..., RequestLimits],
    digest_tree: Callable[[Path], dict[str, str]],
    page: str,
    case: Case,
) -> None:
    set_limits(**{**LIMITS, **case.limits})
    portal.faults[page] = [case.fault] * case.times
    with pytest.raises(RefusedError) as refused:
        list(pipeline.months.fetch(month, portal.url))
    message = str(refused.value)
    size = (files / f"{TITLE}_20220719.csv").stat().st_size
    for part in case.says:
        assert part.format(size=size, half=size // 2) in message
    assert isinstance(refused.value, LaterError) is case.later
    assert "--from" in message or "download it again" in message
    assert "\n" not in message
    assert sum(request.page == page for request in portal.requests) == case.attempts
    assert digest_tree(pipeline.settings.home / "lake") == {}
    assert pipeline.passed() == []

    portal.faults.clear()
    set_limits(**LIMITS)
    time_passes(pipeline)
    assert [is_new for _, is_new in pipeline.months.fetch(month, portal.url)] == [True]
    raw = pipeline.lake.partitions("raw", str(month))[0].path("file")
    assert raw.read_bytes() == (files / f"{TITLE}_20220719.csv").read_bytes()


def time_passes(pipeline: Installation) -> None:
    """Expire the waiting time of the portal and the cached months of its uploads."""
    for remembered in (pipeline.settings.home / "portal").rglob("*.json"):
        remembered.unlink()


def test_every_fault_there_is_has_its_test() -> None:
    tried = {case.fault for _, case in EVERYTHING} | {case.fault for case in FAULTS_OF_THE_API}
    # These two have tests of their own: the first in the flow, the second below.
    assert set(Fault) - tried == {Fault.CAPTCHA, Fault.WRONG_TYPE}


@pytest.mark.parametrize("page", PAGES)
def test_the_right_bytes_under_a_wrong_content_type_are_taken(
    pipeline: Installation, portal: PortalServer, month: Month, page: str
) -> None:
    portal.faults[page] = [Fault.WRONG_TYPE]
    assert [is_new for _, is_new in pipeline.months.fetch(month, portal.url)] == [True]


def test_a_changed_data_set_page_and_catalogue_name_what_was_expected_and_what_came(
    pipeline: Installation, portal: PortalServer, month: Month
) -> None:
    portal.faults |= {"fileData.do": [Fault.HTML], "fileData.json": [Fault.HTML]}
    with pytest.raises(RefusedError) as refused:
        list(pipeline.months.fetch(month, portal.url))
    assert not isinstance(refused.value, LaterError)
    assert "portal changed its pages: expected a current file with its date at " in str(refused.value)
    assert "/data/15083277/fileData.do, got '오류 안내" in str(refused.value)


def test_a_portal_that_is_gone_is_unreachable(pipeline: Installation, files: Path, month: Month) -> None:
    with PortalServer(files.parent) as server:
        url = server.url
    with pytest.raises(LaterError, match=r"portal unreachable: .*Connection refused"):
        list(pipeline.months.fetch(month, url))


def test_a_disk_that_is_full_leaves_nothing(
    pipeline: Installation, portal: PortalServer, month: Month, digest_tree: Callable[[Path], dict[str, str]]
) -> None:
    """A limit on the size of files stands in for a full disk in a process without privileges."""
    import resource
    import signal

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, hard))
        with pytest.raises(OSError, match="File too large"):
            list(pipeline.months.fetch(month, portal.url))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert digest_tree(pipeline.settings.home / "lake") == {}
    assert [is_new for _, is_new in pipeline.months.fetch(month, portal.url)] == [True]


def test_two_runs_at_once_land_a_month_once(
    pipeline: Installation, portal: PortalServer, month: Month
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def run(_: int) -> list[str]:
        again = Installation(pipeline.settings)
        return [vintage for vintage, _ in again.months.fetch(month, portal.url)]

    with ThreadPoolExecutor(2) as both:
        first, second = both.map(run, range(2))
    assert first == second
    assert len(pipeline.lake.partitions("raw", str(month))) == 1
