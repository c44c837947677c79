"""Who is told of a failure: by mail or by a webhook, as the Airflow connection `sogong_alerts` says.

Without that connection the task's log is all there is. Nothing here repeats the connection's address or password,
which may be secrets both: what went wrong with an alert is told by its kind.
"""

from __future__ import annotations

import html
import logging
import smtplib

import requests
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException

CONNECTION = "sogong_alerts"
TIMEOUT_SECONDS = 15
log = logging.getLogger(__name__)


def alert(line: str, link: str) -> None:
    """Send one line and the address of the log it is about; an alert that cannot be sent is told in the log.

    Connections of type `smtp` send a mail from `from_email` to `to`, both in the connection's extra. Types `http` and
    `https` post `{"text": …}` to the host, port and extra `path`, the password, if any, as bearer token.
    """
    try:
        connection = Connection.get(CONNECTION)
    except AirflowNotFoundException:
        return
    trouble = _send(connection, line, link)
    if trouble:  # told after the error was left behind, whose text and trace hold the address
        log.warning("no alert was sent through %s: %s", CONNECTION, trouble)


def _send(connection: Connection, line: str, link: str) -> str:
    """Send an alert; returns what kept it from being sent, or nothing."""
    try:
        if connection.conn_type == "smtp":
            _mail(connection, line, link)
        else:
            _post(connection, f"{line}\n{link}")
    except requests.HTTPError as error:
        return f"status {error.response.status_code}"
    except (OSError, smtplib.SMTPException, KeyError, ValueError) as error:
        return type(error).__name__
    return ""


def _mail(connection: Connection, line: str, link: str) -> None:
    from airflow.providers.smtp.hooks.smtp import SmtpHook  # noqa: PLC0415 - parsing a DAG must not import it

    with SmtpHook(smtp_conn_id=CONNECTION) as smtp:
        smtp.send_email_smtp(
            to=connection.extra_dejson["to"],
            subject=f"sogong: {line}"[:150],
            html_content=f'<p>{html.escape(line)}</p><p><a href="{html.escape(link)}">{html.escape(link)}</a></p>',
        )


def _post(connection: Connection, text: str) -> None:
    port = f":{connection.port}" if connection.port else ""
    path = str(connection.extra_dejson.get("path", "")).lstrip("/")
    token = {"Authorization": f"Bearer {connection.password}"} if connection.password else {}
    scheme = connection.schema or connection.conn_type
    with requests.Session() as session:
        session.trust_env = False
        url = f"{scheme}://{connection.host}{port}/{path}"
        answer = session.post(
            url, json={"text": text}, headers=token, timeout=TIMEOUT_SECONDS, allow_redirects=False
        )
    answer.raise_for_status()
