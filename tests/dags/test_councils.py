"""A round of the councils under the real scheduler, over REST: sheets back, refused, mended, confirmed, mailed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiosmtpd.controller import Controller
from sqlalchemy import text
from typer.testing import CliRunner

from country.portal.server import PortalServer
from sogong_pipeline.cli.main import app
from sogong_pipeline.decisions.decision import decisions, in_force
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.orchestration.joining import JOINED
from sogong_pipeline.orchestration.rest import Airflow, wait
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.load import Warehouse
from tests.conftest import NOW, QUARTER, copied
from tests.councils.officer import fill, place, rows
from tests.dags import doors
from tests.dags.servers import ROOT, environment, free_ports, running, until_healthy
from tests.renderers.browser import chromium
from tests.steps.test_steps import month_file

pytestmark = pytest.mark.slow

PERIOD, DEADLINE = "2026-H2", "2026-10-19"
OFFICES = {"busan": "council@busan.example", "gyeonggi": "council@gyeonggi.example"}
LOGINS = "simple_auth_manager_passwords.json.generated"


class Mailbox:
    """What a mail server was handed: envelope addresses and message."""

    def __init__(self) -> None:
        self.messages: list[tuple[list[str], EmailMessage]] = []

    async def handle_DATA(self, *handed: Any) -> str:  # noqa: N802 - aiosmtpd's name
        *_, envelope = handed
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append((envelope.rcpt_tos, message))
        return "250 OK"


@dataclass(frozen=True)
class Round:
    """An Airflow whose installation has a proposed quarter; `kim` confirms, `choi` has no role."""

    kim: Airflow
    park: Airflow
    choi: Airflow
    warehouse: Warehouse
    mailbox: Mailbox

    @property
    def home(self) -> Path:
        return self.warehouse.catalogue.settings.home

    @property
    def finals(self) -> Path:
        return self.home / "reports" / str(QUARTER) / "final"

    def look(self) -> str:
        return self.kim.trigger("record_decisions")

    def questions(self, count: int) -> list[dict[str, Any]]:
        """Wait until so many sheets wait for a person."""

        def asked() -> list[dict[str, Any]] | None:
            found = self.kim.questions("record_decisions")
            return found if len(found) == count else None

        return wait(asked, f"{count} questions")


@pytest.fixture(scope="module")
def going_round(proposed: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Round]:
    """Airflow as `make airflow` starts it, with two users and a mail server."""
    folder = tmp_path_factory.mktemp("round")
    warehouse = Warehouse(copied(proposed.settings.home, folder / "home"))
    warehouse.load_reference()
    warehouse.load_quarter(QUARTER)
    confirmers = [{"id": "kim", "name": "김확인"}]
    roster = {office: {"confirmers": confirmers, "email": email} for office, email in OFFICES.items()}
    (folder / "home" / "councils.yaml").write_text(yaml.safe_dump(roster), encoding="utf-8")
    mailbox = Mailbox()
    (port,) = free_ports(1)
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    mail = {
        "conn_type": "smtp",
        "host": "127.0.0.1",
        "port": port,
        "extra": {"disable_tls": True, "disable_ssl": True, "from_email": "sogong@nation.example"},
    }
    told = environment(
        folder,
        SOGONG_NOW=NOW,
        SOGONG_PORTAL_URL="http://127.0.0.1:9",
        AIRFLOW_CONN_SOGONG_SMTP=json.dumps(mail),
        AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS="False",
        AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS="kim:admin,park:admin,choi:",
    )
    output = folder / "standalone.log"
    with running([ROOT / "scripts" / "airflow.sh"], told, output) as process:
        address = told["AIRFLOW__API__BASE_URL"]
        until_healthy(address, {output: process})
        passwords = json.loads((folder / "airflow" / LOGINS).read_text(encoding="utf-8"))
        kim, park, choi = Airflow(address), Airflow(address), Airflow(address)
        for person, name in ((kim, "kim"), (park, "park"), (choi, "choi")):
            person.log_in(name, passwords[name])
        dags = {path.stem for path in (ROOT / "dags").glob("*.py")}
        wait(lambda: True if kim.dags() == dags else None, "all DAGs")
        yield Round(kim, park, choi, warehouse, mailbox)
    server.stop()


def test_the_door_to_reports_and_the_board_in_the_navigation(going_round: Round) -> None:
    doors.furnish(going_round.home)
    address = going_round.kim.address
    assert doors.answers(address) == doors.ANONYMOUS
    told = {
        person: str(person.session.headers["Authorization"])
        for person in (going_round.kim, going_round.park, going_round.choi)
    }
    for person, expected in (
        (going_round.kim, doors.NAMED),
        (going_round.park, doors.INSIDE),
        (going_round.choi, doors.FORBIDDEN),
    ):
        assert doors.answers(address, told[person]) == expected
        assert doors.answers(address, cookie=told[person].removeprefix("Bearer ")) == expected
    found = doors.headers(address, told[going_round.park])
    assert found["content-security-policy"] == "frame-ancestors 'self'"
    assert found["x-content-type-options"] == "nosniff"
    with chromium() as browser:
        token = told[going_round.park].removeprefix("Bearer ")
        assert doors.seen_in_navigation(browser, address, token) == doors.SHOWN


def test_a_round_of_the_councils(going_round: Round, tmp_path: Path) -> None:
    kim, home, pipeline = going_round.kim, going_round.home, going_round.warehouse.catalogue
    drafted = kim.trigger("publish_reports", str(QUARTER))
    assert kim.finished("publish_reports", drafted) == "success"
    assert kim.tasks("publish_reports", drafted)["publish_decided"] == "skipped"
    # Issued on the last day of the deadline, which is over by the day of the round.
    told = {"SOGONG_HOME": str(home), "SOGONG_NOW": f"{DEADLINE}T09:00:00+09:00"}
    issued = CliRunner().invoke(app, ["decide", "sheets", PERIOD, "--deadline", DEADLINE], env=told)
    assert issued.exit_code == 0, issued.output
    sheets, inbox = home / "reports" / PERIOD, home / "inbox" / PERIOD

    # One office's sheet is as it should be, the other's lacks a reason.
    fill(sheets / "busan.xlsx", inbox / "부산.xlsx")
    district = first_proposed(sheets / "gyeonggi.xlsx")
    fill(sheets / "gyeonggi.xlsx", inbox / "경기.xlsx", {district: ("심각", "")})
    going_round.look()
    (asked,) = going_round.questions(1)
    assert asked["assigned_users"] == [{"id": "kim", "name": "김확인"}]
    assert "부산지방중소벤처기업청 의결 확인" in asked["subject"]
    for words in ("| 판정보류 유지 |", "의결표: ", "초안: ", "제안과 다른 곳"):
        assert words in asked["body"]
    assert "](" not in asked["body"]  # nothing is linked to where nobody serves it
    answer = (inbox / "경기.xlsx.답변.txt").read_text(encoding="utf-8-sig")
    assert "고칠 곳 1가지" in answer
    assert district in answer
    with pytest.raises(RefusedError, match=r"403.*not a respondent"):
        going_round.park.answer(asked, "기록", note="")
    kim.answer(asked, "기록", note="")
    wait(lambda: True if (going_round.finals / "busan.html").exists() else None, "the final report")
    # The deadline is over: the nation's report names who is missing.
    nation = wait(lambda: read(going_round.finals / "index.html"), "the nation's report")
    assert "까지 의결하지 않은 지방청: " in nation
    assert not (going_round.finals / "gyeonggi.html").exists()

    # The other is sent back by the person, then mended and confirmed.
    reason = "주요 업체의 휴업 =HYPERLINK(1) <script>alert(1)</script>"
    fill(sheets / "gyeonggi.xlsx", inbox / "경기.xlsx", {district: ("심각", reason)})
    sent_back = going_round.look()
    (asked,) = going_round.questions(1)
    assert "<script>" not in asked["body"]
    kim.answer(asked, "되돌려 보내기", note="의결일을 다시 확인해 주십시오")
    assert kim.finished("record_decisions", sent_back) == "success"
    answer = (inbox / "경기.xlsx.답변.txt").read_text(encoding="utf-8-sig")
    assert "담당자의 말: 의결일을 다시 확인해 주십시오" in answer
    fill(sheets / "gyeonggi.xlsx", inbox / "경기 다시.xlsx", {district: ("심각", reason)}, by="최담당")
    going_round.look()
    (asked,) = going_round.questions(1)
    kim.answer(asked, "기록", note="")
    report = wait(lambda: read(going_round.finals / "gyeonggi.html"), "the second final report")
    assert "&lt;script&gt;alert(1)" in report
    assert "<script>alert(1)" not in report

    # A correction is a new row, and the report follows.
    fill(
        sheets / "gyeonggi.xlsx",
        inbox / "경기 정정.xlsx",
        {district: ("주의", "옮겨 적으며 틀림")},
        kind="정정",
    )
    corrected = going_round.look()
    (asked,) = going_round.questions(1)
    kim.answer(asked, "기록", note="")
    assert kim.finished("record_decisions", corrected) == "success"
    wait(
        lambda: True if "옮겨 적으며 틀림" in (read(going_round.finals / "gyeonggi.html") or "") else None,
        "it again",
    )

    in_lake = decisions(pipeline.lake, PERIOD)
    with going_round.warehouse.engine.connect() as connection:
        in_tables = connection.execute(
            text(
                "SELECT district_id, record_number, decided_stage, confirmed_by, replaces FROM stage_decision"
            )
        ).fetchall()
    assert sorted(map(tuple, in_tables), key=str) == sorted(
        [(row.district_id, row.number, row.stage, row.confirmed_by, row.replaces) for row in in_lake], key=str
    )
    standing = in_force(in_lake)[district]
    assert (standing.stage, standing.replaces, standing.kind) == ("caution", 1, "correction")
    assert {row.office_code for row in in_lake} == set(OFFICES)

    # Each report went to its own office alone: once, and again when it changed.
    wait(lambda: True if len(going_round.mailbox.messages) == 3 else None, "three messages")
    for envelope, message in going_round.mailbox.messages:
        (office,) = [name for name, email in OFFICES.items() if [email] == envelope]
        assert (message["To"], message["Cc"], message["From"]) == (
            OFFICES[office],
            None,
            "sogong@nation.example",
        )
        assert message["Subject"].startswith("[시연] ")
        names = [attached.get_filename() for attached in message.iter_attachments()]
        assert names == [f"{QUARTER}-{office}.hwpx", f"{QUARTER}-{office}.pdf"]
    assert [to for to, _ in going_round.mailbox.messages].count([OFFICES["gyeonggi"]]) == 2
    *_, (_, last) = going_round.mailbox.messages
    *_, attached = last.iter_attachments()
    assert attached.get_content() == (going_round.finals / "gyeonggi.pdf").read_bytes()


if os.environ.get("SOGONG_SOAK"):  # the joining itself is in test_joining.py; this waits for six more runs

    def test_decisions_that_wait_together_become_one_run_and_none_is_lost(going_round: Round) -> None:
        """Their runs wait behind one that is at work: the next stands for all of them."""
        kim, count = going_round.kim, 3
        pool = "pools/memory_gb?update_mask=slots&update_mask=include_deferred"
        size = {"pool": "memory_gb", "include_deferred": False}
        (asset,) = kim.ask("GET", "assets?name_pattern=decided_quarter")["assets"]

        def begun(dag_id: str) -> list[dict[str, Any]]:
            return [
                run
                for run in kim.runs(dag_id)
                if run["run_type"] == "asset_triggered" and run["dag_run_id"] not in before
            ]

        before = {run["dag_run_id"] for dag_id in JOINED for run in kim.runs(dag_id)}
        kim.ask("PATCH", pool, {**size, "slots": 0})  # whoever is at work stays at it
        try:
            blocking = {dag_id: kim.trigger(dag_id, str(QUARTER)) for dag_id in JOINED}
            for dag_id, run in blocking.items():
                path = f"dags/{dag_id}/dagRuns/{run}"
                wait(lambda path=path: True if kim.ask("GET", path)["state"] == "running" else None, dag_id)
            for number in range(1, count + 1):
                event = kim.ask(
                    "POST",
                    "assets/events",
                    {"asset_id": asset["id"], "partition_key": str(QUARTER), "extra": {}},
                )
                wait(
                    lambda number=number: (
                        True if {len(begun(dag_id)) for dag_id in JOINED} == {number} else None
                    ),
                    f"run {number} of each",
                )
        finally:
            kim.ask("PATCH", pool, {**size, "slots": 4})
        assert event["asset_id"] == asset["id"]
        for dag_id in sorted(JOINED):
            for run in (blocking[dag_id], *(each["dag_run_id"] for each in begun(dag_id))):
                assert kim.finished(dag_id, run) == "success"
            worked, *joined = sorted(begun(dag_id), key=lambda run: "joined" in (run["note"] or ""))
            assert len(joined) == count - 1
            assert set(kim.tasks(dag_id, worked["dag_run_id"]).values()) & {"success"}
            for run in joined:
                assert run["start_date"] == run["end_date"]
                assert f"joined {worked['dag_run_id']}" in run["note"]
                assert set(kim.tasks(dag_id, run["dag_run_id"]).values()) == {"skipped"}
            consumed = kim.ask("GET", f"dags/{dag_id}/dagRuns/{worked['dag_run_id']}/upstreamAssetEvents")
            assert len(consumed["asset_events"]) == count


def first_proposed(sheet: Path) -> str:
    """A district that was proposed as good."""
    from openpyxl import load_workbook

    page = load_workbook(sheet).worksheets[0]
    return next(name for name, row in rows(page).items() if page.cell(row, place("proposal")).value == "양호")


def read(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None


def test_a_portal_that_gives_no_answer_is_waited_out_and_no_try_is_lost(going_round: Round) -> None:
    """Nobody listens at the address of this installation's portal."""
    kim = going_round.kim
    kim.ask("PATCH", "dags/ingest_month", {"is_paused": False})
    early = kim.trigger("ingest_month", "2026-10")  # not over by the clock of the installation
    assert kim.finished("ingest_month", early) == "failed"
    assert kim.ask("GET", f"dags/ingest_month/dagRuns/{early}/taskInstances/published")["try_number"] == 1
    note = kim.ask("GET", f"dags/ingest_month/dagRuns/{early}")["note"]
    assert "2026-10 is not over yet, today is 2026-10-20 by SOGONG_NOW; " in note
    run = kim.trigger("ingest_month", "2026-09")
    path = f"dags/ingest_month/dagRuns/{run}/taskInstances/published"

    def waits() -> bool | None:
        state = kim.ask("GET", path)["state"]
        assert state not in {"failed", "up_for_retry"}
        return True if state == "up_for_reschedule" else None

    wait(waits, "the next look")
    assert kim.tasks("ingest_month", run)["land"] is None


def test_a_month_of_which_only_a_neighbour_is_published_keeps_waiting(
    going_round: Round, tmp_path: Path
) -> None:
    """The upload labelled 2022-05 may hold it, holds 2022-04, and is no reason to go on, to fail or to lose a try."""
    kim = going_round.kim
    kim.ask("PATCH", "dags/ingest_month", {"is_paused": False})
    month_file(tmp_path / "published", "2022-04")
    with PortalServer(tmp_path / "published") as portal:
        run = kim.trigger("ingest_month", "2022-05", source=portal.url)
        path = f"dags/ingest_month/dagRuns/{run}/taskInstances/published"

        def waits() -> bool | None:
            state = kim.ask("GET", path)["state"]
            assert state not in {"success", "failed", "up_for_retry"}
            return True if state == "up_for_reschedule" else None

        wait(waits, "the next look")
        assert any(request.page == "fileDownload.do" for request in portal.requests)
    assert kim.tasks("ingest_month", run)["land"] is None
    assert not (going_round.home / "lake" / "raw" / "2022-05").exists()
