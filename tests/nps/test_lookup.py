"""Look-up of one workplace over real HTTP, compared with the lake; the key, part of addresses, is never logged."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from pydantic import SecretStr

from country.portal.faults import Fault
from country.portal.server import PortalServer
from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.nps.api.lookup import SEARCH, SERVICE, LookupClient
from sogong_pipeline.nps.portal.rate_limit import RequestLimits
from tests.nps.conftest import KEY, TITLE


@pytest.fixture
def client(portal: PortalServer, tmp_path: Path) -> LookupClient:
    return LookupClient(portal.url, SecretStr(KEY), tmp_path / "memory")


def test_a_name_leads_to_its_months_and_each_to_its_figures(client: LookupClient) -> None:
    snapshots = client.find("가상상사7")
    assert [(str(one.month), one.workplace_name) for one in snapshots] == [
        ("2022-06", "가상상사7"),
        ("2022-05", "가상상사7"),
        ("2022-04", "가상상사7"),
    ]
    assert {one.business_number_prefix for one in snapshots} == {"123456"}
    assert len({one.seq for one in snapshots}) == 3  # a row's number belongs to one month
    figures = client.figures(snapshots[0])
    assert figures is not None
    assert (figures.subscribers, figures.billed_amount_krw, figures.joined, figures.departed) == (
        5,
        1211920,
        0,
        1,
    )
    assert len(client.find("가상상사1", "123456")) == 3 * 11  # 1 and 10 to 19
    assert len({one.seq for one in client.find("가상상사")}) == 3 * 40  # two pages
    assert client.find("가상상사1", "999999") == client.find("없는 곳") == []


def test_the_service_answers_as_the_real_one_is_described(portal: PortalServer) -> None:
    """SOURCE: `items` is an empty text when there is nothing, key errors are XML whatever was asked for."""
    url, asked = f"{portal.url}{SERVICE}/{SEARCH}", {"wkplNm": "없는 곳", "dataType": "json"}
    body = requests.get(url, {**asked, "serviceKey": KEY}, timeout=5).json()["response"]["body"]
    assert (body["items"], body["totalCount"]) == ("", 0)
    refused = requests.get(url, asked, timeout=5)
    assert (refused.status_code, refused.headers["Content-Type"]) == (200, "text/xml;charset=UTF-8")
    assert "<returnReasonCode>30</returnReasonCode>" in refused.text


@pytest.mark.parametrize(
    ("key", "fault", "says", "later"),
    [
        ("nobody-knows-this", None, "the key is not registered", False),
        ("simulated-elsewhere", None, "the key is not allowed to use this service", False),
        (KEY, Fault.FORBIDDEN, "the key is not allowed to use this service", False),
        (KEY, Fault.ERROR, "keeps answering 500", True),
        (KEY, Fault.RESET, "gave no answer", True),
        (KEY, Fault.SILENT, "gave no answer", True),
        (KEY, Fault.TRUNCATED, "gave no answer", True),
        (KEY, Fault.BUSY, "asks to be left alone", True),
        (KEY, Fault.HTML, "expected response, header and body as JSON", False),
        (KEY, Fault.REDIRECT, "another host, which is not followed", False),
        (KEY, Fault.ROUND, "redirects without end", False),
    ],
)
def test_no_error_and_no_log_has_the_key(
    portal: PortalServer,
    tmp_path: Path,
    set_limits: Callable[..., RequestLimits],
    caplog: pytest.LogCaptureFixture,
    key: str,
    fault: Fault | None,
    says: str,
    later: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    set_limits(retry_waits=(0.01,), silence_seconds=0.2)
    portal.faults[SEARCH] = [fault] * 9 if fault else []
    with pytest.raises(RefusedError) as refusal:
        LookupClient(portal.url, SecretStr(key), tmp_path / "memory").find("가상상사")
    assert says in str(refusal.value)
    assert isinstance(refusal.value, LaterError) is later
    shown = "".join(traceback.format_exception(refusal.value)).replace(f'"{key}"', "")
    assert f"serviceKey={key}" not in shown + caplog.text
    assert key not in caplog.text
    assert "serviceKey=…" in caplog.text or fault in {Fault.RESET, Fault.SILENT}
    for file in (tmp_path / "memory").rglob("*"):
        assert file.is_dir() or key not in file.read_text(encoding="utf-8")


def test_too_many_of_a_name_are_refused_not_cut(
    client: LookupClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sogong_pipeline.nps.api.lookup.MOST_PAGES", 1)
    with pytest.raises(RefusedError, match="120 rows have that name; give more of it, or --prefix"):
        client.find("가상상사")


def test_from_the_command_line_the_lake_is_held_against_it(
    typed: Callable[..., tuple[int, str]], files: Path
) -> None:
    file = files / f"{TITLE}_20220719.csv"
    status, output = typed("lookup", "가상상사7", "--prefix", "123456", "--months", "2")
    line = "가상상사7 123456  5 subscribers, 1,211,920 won, 0 joined, 1 left; "
    assert (status, output.splitlines()) == (
        0,
        [f"2022-06  {line}equal in the lake", f"2022-05  {line}2022-05 is not in the lake"],
    )
    file.write_bytes(file.read_bytes().replace(b",5,1211920,", b",7,1211920,"))
    status, output = typed("lookup", "가상상사7")
    assert status == 1
    assert "differs: in the lake subscribers 5" in output
    assert typed("lookup", "없는 곳") == (
        0,
        "no workplace of that name; corporations under 3 subscribers are not covered\n",
    )
    status, output = typed("lookup", "가상상사")
    assert "28 more were not asked for; narrow the name down, or give --prefix" in output
    status, output = typed("lookup", "가", "--prefix", "12")
    assert (status, "at least two characters" in output) == (1, True)
