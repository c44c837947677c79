"""Mail final reports: each office gets its own, at its own address, once per content."""

from __future__ import annotations

import hashlib
import smtplib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.encoders import encode_base64
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formatdate, make_msgid
from pathlib import PurePosixPath

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.councils.final import is_demo
from sogong_pipeline.councils.roster import roster
from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.lake.partitions import SHORT, digest_of
from sogong_pipeline.lake.store import open_reports
from sogong_pipeline.pages.parts import Format
from sogong_pipeline.pages.wording import quarter_ko, texts
from sogong_pipeline.periods import Quarter
from sogong_pipeline.regions import reference
from sogong_pipeline.renderers.registry import BROWSER, RENDERERS, file_name

STEP = "delivered"
FILED: tuple[Format, ...] = ("hwpx", "pdf")
"""Formats that offices file and forward."""
Report = Mapping[Format, bytes]


@dataclass(frozen=True)
class Server:
    """A connected mail server: sender address, and the function that hands over a message."""

    sender: str
    send: Callable[[Message], object]


def deliver_report(catalogue: Catalogue, quarter: Quarter, office_code: str, server: Server | None) -> str:
    """Mail an office's final report to the office and its crisis centres, unless they got its current content.

    Each gets a message of its own, the office first.

    Args:
        catalogue: the installation.
        quarter: the quarter.
        office_code: office of the report.
        server: None if this installation sends no mail.

    Returns:
        The result, in one line.

    Raises:
        RefusedError: when the report does not exist, or the server refused the message permanently.
        LaterError: when the server deferred it or did not respond.
    """
    report = _report(catalogue, quarter, office_code)
    if not report:
        raise RefusedError(f"{quarter} has no final report of {office_code}; run `sogong publish {quarter}`")
    if server is None:
        return "not mailed: there is no connection sogong_smtp"
    recipients = _recipients(catalogue, office_code)
    if not recipients:
        return f"not mailed: {office_code} has no address in councils.yaml"
    pending = {
        to: name
        for to, name in recipients.items()
        if not _was_mailed(catalogue, quarter, office_code, report, to)
    }
    for to, name in pending.items():
        message = compose(
            report, quarter, office_code, to, server.sender, demo=is_demo(catalogue, quarter), reader=name
        )
        try:
            server.send(message)
        except OSError as error:
            raise failed(
                error,
                f"the report of {office_code}",
                "compare its address in councils.yaml with the office's",
            ) from error
        catalogue.lake.store.write(_note(catalogue, quarter, office_code, to), _digest(report, to))
    return f"mailed to {', '.join(pending)}" if pending else f"{office_code} has it already"


def _recipients(catalogue: Catalogue, office_code: str) -> Mapping[str, str]:
    """Return the current recipients of an office's report, by address."""
    member = roster(catalogue.settings).get(office_code)
    if member is None:
        return {}
    return member.recipients(_office(office_code).name, catalogue.settings.clock().date())


def _office(code: str) -> reference.Office:
    return next(office for office in reference.offices() if office.code == code)


def undelivered(catalogue: Catalogue, quarter: Quarter, offices: Iterable[str]) -> list[str]:
    """Return the offices that have not, or whose centres have not, been mailed the current final report."""
    return [
        office
        for office in offices
        if not all(
            _was_mailed(catalogue, quarter, office, _report(catalogue, quarter, office), to)
            for to in _recipients(catalogue, office)
        )
    ]


def _report(catalogue: Catalogue, quarter: Quarter, office_code: str) -> Report:
    """Return the attachments of a report: the formats that offices file, or else HTML."""
    place = open_reports(catalogue.settings, f"{quarter}/final")
    for formats in (FILED, (BROWSER,)):
        files = {
            suffix: place.read_bytes(PurePosixPath(file_name(office_code, suffix))) for suffix in formats
        }
        if report := {suffix: data for suffix, data in files.items() if data is not None}:
            return report
    return {}


def _was_mailed(catalogue: Catalogue, quarter: Quarter, office_code: str, report: Report, to: str) -> bool:
    return catalogue.lake.store.read(_note(catalogue, quarter, office_code, to)) == _digest(report, to)


def _digest(report: Report, to: str) -> str:
    return digest_of({suffix: hashlib.sha256(data).hexdigest() for suffix, data in report.items()}, to)


def _note(catalogue: Catalogue, quarter: Quarter, office_code: str, to: str) -> PurePosixPath:
    """Return the place in the lake that records the last mail to an office or one of its centres."""
    member = roster(catalogue.settings).get(office_code)
    is_own = member is not None and member.email == to
    name = office_code if is_own else f"{office_code}-{digest_of(to)[:SHORT]}"
    return PurePosixPath(STEP, str(quarter), f"{name}.txt")


def failed(error: OSError, what: str, remedy: str) -> RefusedError:
    """Convert a failure of a mail server by its codes alone: its texts may contain anything, including the password.

    Args:
        error: raised by the client.
        what: the request to the server.
        remedy: remedy of a refusal.

    Returns:
        A LaterError for 4xx, which a server may accept later (greylisting, a full mailbox), and for no response; a
        RefusedError for everything else.
    """
    codes: list[int] = []
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({code for code, _ in error.recipients.values()})
    elif isinstance(error, smtplib.SMTPResponseException):
        codes = [error.smtp_code]
    cause = ", ".join(map(str, codes)) or type(error).__name__
    if any(code >= 500 for code in codes) or isinstance(error, smtplib.SMTPNotSupportedError):
        return RefusedError(f"the mail server refused {what} ({cause}); {remedy}")
    return LaterError(f"the mail server does not take {what} now ({cause}); it is tried again by itself")


def compose(
    report: Report, quarter: Quarter, office_code: str, to: str, sender: str, *, demo: bool, reader: str
) -> Message:
    """Build the message: a short text to the reader, an office or a centre by name, and the files of the report."""
    office = _office(office_code)
    mark = f"[{texts().report['demo']}] " if demo else ""
    title = f"{quarter_ko(quarter)} {texts().report['final_title']}"
    # Not an EmailMessage: folding a long Korean subject, it loses the blanks between its parts.
    message = MIMEMultipart()
    message["Subject"] = Header(f"{mark}{office.name} {title}", "utf-8", header_name="Subject").encode()
    message["From"] = sender
    message["To"] = to
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(domain=to.rpartition("@")[2])
    words = (
        f"{reader} 담당자께\n\n"
        f"{office.name} 관할 지역중소기업 지원협의회의 의결을 담은 {title}를 붙여 보냅니다.\n"
        + (
            "잘못된 곳이 있으면 의결표의 구분을 ‘정정’으로 골라 다시 보내 주십시오.\n"
            if reader == office.name
            else "잘못된 곳이 있으면 지방청에 알려 주십시오.\n"
        )
    )
    message.attach(MIMEText(words, "plain", "utf-8"))
    for suffix, data in report.items():
        main, _, sub = RENDERERS[suffix].media_type.partition("/")
        attached = MIMEBase(main, sub)
        attached.set_payload(data)
        encode_base64(attached)
        name = file_name(f"{quarter}-{office_code}", suffix)
        attached.add_header("Content-Disposition", "attachment", filename=name)
        message.attach(attached)
    return message
