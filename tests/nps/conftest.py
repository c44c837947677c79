"""A portal on loopback with three months, and clients of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from country.portal.server import PortalServer
from sogong_pipeline.cli.main import app
from sogong_pipeline.nps.portal import http as portal_http
from sogong_pipeline.nps.portal.client import PortalClient
from sogong_pipeline.nps.portal.rate_limit import LOOPBACK_LIMITS, RequestLimits
from sogong_pipeline.periods import Month
from tests.rows import lines, row

TITLE = "국민연금공단_국민연금 가입 사업장 내역"
PUBLISHED = {"20220519": "2022-04", "20220618": "2022-05", "20220719": "2022-06"}
"""The data month by label."""
KEY = "simulated"
"""One that the local portal's APIs take."""


def monthly_file(month: str, count: int = 40) -> bytes:
    """Return a month as published, of invented workplaces."""
    return lines([row(data_month=month, workplace_name=f"가상상사{index}") for index in range(count)])


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The folder the portal serves."""
    folder = tmp_path / "portal" / "files"
    folder.mkdir(parents=True)
    for label, month in PUBLISHED.items():
        (folder / f"{TITLE}_{label}.csv").write_bytes(monthly_file(month))
    return folder


@pytest.fixture
def portal(files: Path) -> Iterator[PortalServer]:
    with PortalServer(files.parent) as server:
        yield server


@pytest.fixture
def client(portal: PortalServer, tmp_path: Path) -> PortalClient:
    return PortalClient(portal.url, tmp_path / "memory")


@pytest.fixture
def set_limits(monkeypatch: pytest.MonkeyPatch) -> Callable[..., RequestLimits]:
    """Change the limits of requests to portals on this machine."""

    def change(**changes: object) -> RequestLimits:
        limits = dataclasses.replace(LOOPBACK_LIMITS, **changes)  # type: ignore[arg-type]
        monkeypatch.setattr(portal_http, "LOOPBACK_LIMITS", limits)
        return limits

    return change


@pytest.fixture
def month() -> Month:
    """The newest month on the portal."""
    return Month(2022, 6)


@pytest.fixture
def typed(
    portal: PortalServer, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str]]:
    """Run the command line with that portal's APIs, with 2022-06 in the lake; return exit status and output."""
    for name, value in (
        ("SOGONG_HOME", str(tmp_path / "home")),
        ("SOGONG_ODCLOUD_URL", portal.url),
        ("SOGONG_LOOKUP_URL", portal.url),
        ("SOGONG_API_KEY", KEY),
    ):
        monkeypatch.setenv(name, value)

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, [*words])
        return result.exit_code, result.output

    assert run("ingest", "2022-06", "--from", str(files / f"{TITLE}_20220719.csv"))[0] == 0
    return run
