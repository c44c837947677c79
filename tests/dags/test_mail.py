"""A mail server that fails in every way, as `publish_reports` meets it: told what to do, and sent once in the end."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from sogong_pipeline.councils.mail import undelivered
from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.periods import Quarter
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from tests.conftest import NOW
from tests.dags.servers import free_ports
from tests.dags.test_tasks import tasks

pytestmark = [
    pytest.mark.slow,  # imports Airflow
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]

PASSWORD = "password-of-a-mailbox-3b7d"  # noqa: S105
QUARTER = "2026-Q3"


@dataclass
class Server:
    """Answers as told, one answer for each step that is named; takes everything else."""

    answers: dict[str, list[str]] = field(default_factory=dict)
    taken: list[list[str]] = field(default_factory=list)
    port: int = field(default_factory=lambda: free_ports(1)[0])

    def _answer(self, step: str) -> str:
        left = self.answers.get(step, [])
        return left.pop(0) if left else "250 OK"

    async def handle_RCPT(self, *handed: Any) -> str:  # noqa: N802 - aiosmtpd's name
        *_, envelope, address, _ = handed
        answer = self._answer("rcpt")
        if answer == "250 OK":
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, *handed: Any) -> str:  # noqa: N802
        if (answer := self._answer("data")) == "hang up":
            server.transport.close()
            return "451 too late"
        if answer == "250 OK":
            self.taken.append(handed[-1].rcpt_tos)
        return answer


@pytest.fixture
def server(pipeline: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A mail server with a password, and an installation with one final report that knows it."""
    home, server = pipeline.settings.home, Server()
    (home / "reports" / QUARTER / "final").mkdir(parents=True)
    (home / "reports" / QUARTER / "final" / "busan.html").write_text("<p>보고서</p>", encoding="utf-8")
    (home / "councils.yaml").write_text("busan: {email: council@busan.example}\n", encoding="utf-8")
    controller = Controller(
        server,
        hostname="127.0.0.1",
        port=server.port,
        auth_require_tls=False,
        auth_required=True,
        authenticator=lambda *told: AuthResult(success=told[-1].password == PASSWORD.encode(), handled=False),
    )
    controller.start()
    monkeypatch.setenv("SOGONG_HOME", str(home))
    monkeypatch.setenv("SOGONG_NOW", NOW)
    connect(monkeypatch, server.port)
    yield server
    controller.stop()


def connect(monkeypatch: pytest.MonkeyPatch, port: int, password: str = PASSWORD) -> None:
    """Tell Airflow the server as an operator would."""
    extra = {
        "disable_tls": True,
        "disable_ssl": True,
        "from_email": "sogong@nation.example",
        "retry_limit": 0,
    }
    told = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "login": "sogong", "password": password}
    monkeypatch.setenv("AIRFLOW_CONN_SOGONG_SMTP", json.dumps({**told, "extra": extra}))


def deliver() -> str:
    return str(tasks("publish_reports")["deliver"](office="busan", partition_key=QUARTER))


@pytest.mark.parametrize(
    ("step", "answer", "error", "said"),
    [
        ("rcpt", "550 no such user", RefusedError, "busan (550); compare its address in councils.yaml"),
        ("rcpt", "451 greylisted", LaterError, "busan now (451); it is tried again by itself"),
        ("data", "554 looks like spam", RefusedError, "busan (554); compare"),
        ("data", "452 disk full", LaterError, "busan now (452); it is tried"),
        ("data", "hang up", LaterError, "busan now (SMTPServerDisconnected); it is tried"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_server_that_fails_is_told_and_the_report_is_mailed_once_later(
    server: Server, step: str, answer: str, error: type[RefusedError], said: str
) -> None:
    server.answers[step] = [answer]
    with pytest.raises(RefusedError) as failed:
        deliver()
    assert type(failed.value) is error
    assert said in str(failed.value)
    assert server.taken == []
    assert undelivered(Installation(Settings()), Quarter.parse(QUARTER), ["busan", "gyeonggi"]) == ["busan"]
    assert deliver() == "mailed to council@busan.example"
    assert deliver() == "busan has it already"
    assert undelivered(Installation(Settings()), Quarter.parse(QUARTER), ["busan", "gyeonggi"]) == []
    assert server.taken == [["council@busan.example"]]


def test_a_wrong_password_and_nobody_listening_are_told_without_the_password(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "wrong-password-88c1"
    connect(monkeypatch, server.port, wrong)
    with pytest.raises(RefusedError, match=r"\(535\); compare login, password and TLS") as refused:
        deliver()
    connect(monkeypatch, free_ports(1)[0])
    with pytest.raises(LaterError, match=r"\(ConnectionRefusedError\); it is tried again") as nobody:
        deliver()
    told = f"{refused.value} {nobody.value} {caplog.text}"
    assert wrong not in told
    assert PASSWORD not in told
    assert not isinstance(refused.value, LaterError)
    assert server.taken == []
