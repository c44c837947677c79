"""The mail server of the Airflow connection `sogong_smtp`."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager

from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException, AirflowNotFoundException

from sogong_pipeline.councils.mail import Server, failed
from sogong_pipeline.errors import LaterError, RefusedError

CONNECTION = "sogong_smtp"


@contextmanager
def connected() -> Iterator[Server | None]:
    """A connected server, or None when there is no such connection.

    The connection's `from_email` is the sender; its host, port, login and password, and `disable_tls` and
    `disable_ssl` in its extra field, are those of Airflow's SMTP provider.

    Raises:
        LaterError: when the server gives no answer.
        RefusedError: when it refuses us for good, or the connection names no sender.
    """
    try:
        BaseHook.get_connection(CONNECTION)
    except AirflowNotFoundException:
        yield None
        return
    hook = SmtpHook(CONNECTION)
    try:
        hook.get_conn()
    except AirflowException as error:  # what the provider makes of a server that hangs up again and again
        raise LaterError("the mail server hangs up on us; it is tried again by itself") from error
    except OSError as error:
        remedy = f"compare login, password and TLS of the Airflow connection {CONNECTION} with the server's"
        raise failed(error, "our connection", remedy) from error
    with hook:
        client = hook._smtp_client
        if not hook.from_email or not isinstance(client, smtplib.SMTP):
            raise RefusedError(f"the connection {CONNECTION} names no from_email; add it to its extra field")
        yield Server(hook.from_email, client.send_message)
