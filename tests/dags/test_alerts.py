"""Failures told by mail and by webhook, to real servers on loopback; secrets stay where they are."""

from __future__ import annotations

import email.policy
import json
import warnings
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from sogong_pipeline.errors import RefusedError
from tests.dags.hooks import PATH, TOKEN, HookServer
from tests.dags.servers import free_ports

pytestmark = pytest.mark.slow  # imports Airflow

CONNECTION = "AIRFLOW_CONN_SOGONG_ALERTS"
LINK = "http://127.0.0.1:8080/dags/ingest_month/runs/2026-10/tasks/check"
USER, PASSWORD = "sogong", "mail-password-that-nobody-may-see"


def fail(error: BaseException) -> None:
    """What Airflow does when a task has failed."""
    from sogong_pipeline.orchestration.policy import tell_failure

    task = SimpleNamespace(dag_id="ingest_month", task_id="check", log_url=LINK, xcom_push=lambda *_: None)
    tell_failure({"ti": task, "partition_key": "2026-10", "exception": error})


class Mailbox:
    """Takes mails of one user, who must log in."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"

    def may_enter(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, login: Any
    ) -> AuthResult:
        known = LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=login == known, handled=login == known)


def logged(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> str:
    """All that was said so far, whichever way Airflow has its log go."""
    return caplog.text + "".join(capfd.readouterr())


def mail_connection(port: int, password: str = PASSWORD) -> str:
    told = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "login": USER, "password": password}
    extra = {"disable_ssl": True, "disable_tls": True, "from_email": "sogong@example.org", "retry_limit": 1}
    return json.dumps({**told, "extra": {**extra, "to": "team@example.org"}})


def test_a_failure_is_mailed_with_its_reason_and_the_link_to_its_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    box, (port,) = Mailbox(), free_ports(1)
    server = Controller(
        box, "127.0.0.1", port, authenticator=box.may_enter, auth_required=True, auth_require_tls=False
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Requiring AUTH while not requiring TLS")  # it is loopback
        server.start()
    try:
        monkeypatch.setenv(CONNECTION, mail_connection(port))
        fail(RefusedError("the gate stopped <b>2026-10</b>.csv: rows fell by half"))
        monkeypatch.setenv(CONNECTION, mail_connection(port, "a-wrong-one-that-nobody-may-see"))
        fail(RefusedError("again"))
    finally:
        server.stop()
    (mail,) = box.mails
    assert (mail["To"], mail["From"]) == ("team@example.org", "sogong@example.org")
    assert mail["Subject"].startswith("sogong: ingest_month 2026-10: check failed: the gate stopped")
    body = mail.get_body(("html",)).get_content()
    assert "&lt;b&gt;2026-10&lt;/b&gt;.csv: rows fell by half" in body
    assert f'<a href="{LINK}">' in body
    told = logged(caplog, capfd)
    assert "no alert was sent through sogong_alerts: SMTPAuthenticationError" in told
    assert "that-nobody-may-see" not in told


def test_a_failure_is_posted_and_a_hook_that_does_not_answer_is_told_without_its_address(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with HookServer() as hook:
        monkeypatch.setenv(CONNECTION, hook.connection)
        fail(RefusedError("the file is empty"))
        hook.status = 500
        fail(RefusedError("again"))
    fail(RefusedError("and again, when nobody listens"))
    assert hook.texts == [f"ingest_month 2026-10: check failed: the file is empty\n{LINK}"]
    told = logged(caplog, capfd)
    assert "no alert was sent through sogong_alerts: status 500" in told
    assert "no alert was sent through sogong_alerts: ConnectionError" in told
    assert TOKEN not in told
    assert PATH not in told


def test_without_a_connection_the_log_is_all(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(CONNECTION, raising=False)
    fail(RefusedError("the file is empty"))
    told = logged(caplog, capfd)
    assert "ingest_month 2026-10: check failed: the file is empty" in told
    assert "no alert was sent" not in told
