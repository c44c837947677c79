"""Cost of the tasks of a quarter's councils: thirteen sheets return, are recorded, and final reports are sent."""

from __future__ import annotations

from pathlib import Path

import yaml

from benchmarks.cost import Cost, cost
from country.council import decide, fill
from sogong_pipeline.councils.final import publish_final
from sogong_pipeline.councils.inbox import Ask, Inbox
from sogong_pipeline.councils.issue import Issue, issue_sheets, write_sheets
from sogong_pipeline.councils.mail import Server, deliver_report
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.periods import Quarter
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.load import Warehouse

PERIOD = HalfYear.parse("2026-H2")
RUN = "run"


def inbox(home: Path) -> Inbox:
    """Return the inbox of an installation."""
    return Inbox(Warehouse(Installation(Settings(home=home))))


def received(home: Path) -> None:
    """`record_decisions.received`."""
    inbox(home).look(RUN)


def record(home: Path, ask: Ask) -> None:
    """`record_decisions.council.record` for one office."""
    inbox(home).conclude(ask, "시연")


def publish_decided(home: Path, quarter: Quarter) -> None:
    """`publish_reports.publish_decided` once all have decided."""
    publish_final(Installation(Settings(home=home)), quarter)


def deliver(home: Path, quarter: Quarter, office: str) -> None:
    """`publish_reports.deliver` for one office, up to the bytes handed to a mail server."""
    server = Server("reports@nation.example", lambda message: message.as_bytes())
    deliver_report(Installation(Settings(home=home)), quarter, office, server)


def send_back(home: Path) -> Issue:
    """Issue the sheets, and have each office's filled in and in the inbox."""
    installation = Installation(Settings(home=home))
    issue, _ = issue_sheets(installation, PERIOD)
    sheets, today = Path(write_sheets(installation, issue).folder), installation.settings.clock().date()
    for office, sheet in issue.sheets.items():
        target = home / "inbox" / str(PERIOD) / f"{office}.xlsx"
        fill(sheets / f"{office}.xlsx", target, decide(sheet), kind="의결", day=today, by="시연")
    person = {"confirmers": [{"id": "1", "name": "시연"}]}
    roster = {office: {**person, "email": f"{office}@nation.example"} for office in issue.sheets}
    (home / "councils.yaml").write_text(yaml.safe_dump(roster, allow_unicode=True), encoding="utf-8")
    return issue


def council_costs(home: Path, quarter: Quarter) -> list[Cost]:
    """The tasks from the sheets in the inbox to the final reports in the post, of a quarter that was proposed."""
    send_back(home)
    looked = cost("record_decisions.received", received, home)
    first, *others = sorted(inbox(home).look(RUN), key=lambda ask: -len(ask.body))
    recorded = cost("record_decisions.council.record", record, home, first)
    for ask in others:
        record(home, ask)
    return [
        looked,
        recorded,
        cost("publish_reports.publish_decided", publish_decided, home, quarter),
        cost("publish_reports.deliver", deliver, home, quarter, first.office),
    ]
