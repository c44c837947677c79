"""The mail server of the Airflow connection `sogong_smtp`."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager

from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException, AirflowNotFoundException

from sogong_pipeline.councils.mail import Server
from sogong_pipeline.errors import LaterError, RefusedError

CONNECTION = "sogong_smtp"


@contextmanager
def connected() -> Iterator[Server | None]:
    """A connected server, or None when there is no such connection.

    The connection's `from_email` is the sender; its host, port, login and password, and `disable_tls` and
    `disable_ssl` in its extra field, are those of Airflow's SMTP provider.

    Raises:
        LaterError: when the server gives no answer.
        RefusedError: when it refuses us, or the connection names no sender.
    """
    try:
        BaseHook.get_connection(CONNECTION)
    except AirflowNotFoundException:
        yield None
        return
    hook = SmtpHook(CONNECTION)
    try:
        hook.get_conn()
    except smtplib.SMTPResponseException as error:
        raise RefusedError(f"the mail server of {CONNECTION} refused us: {error.smtp_code}") from error
    except (AirflowException, OSError) as error:
        raise LaterError(
            f"the mail server of {CONNECTION} gives no answer: {type(error).__name__}"
        ) from error
    with hook:
        client = hook._smtp_client
        if not hook.from_email or not isinstance(client, smtplib.SMTP):
            raise RefusedError(f"the connection {CONNECTION} names no from_email")
        yield Server(hook.from_email, client.send_message)
