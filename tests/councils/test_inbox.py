"""The inbox: one reply, one confirmation request, one sheet of an office at a time; confirmers; recipients of mail."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from sogong_pipeline.cli.main import app
from sogong_pipeline.councils.final import overdue_quarters, publish_final
from sogong_pipeline.councils.inbox import DecisionInbox
from sogong_pipeline.councils.issue import issue_sheets, write_sheets
from sogong_pipeline.councils.mail import Server, deliver_report, undelivered
from sogong_pipeline.councils.record import record
from sogong_pipeline.councils.roster import roster
from sogong_pipeline.decisions.decision import decisions, last_before
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.districts.loaded import registry_in_force
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.renderers.registry import Format
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.load import Warehouse
from tests.conftest import NOW, QUARTER
from tests.councils.conftest import PERIOD, Council
from tests.councils.officer import fill

pytestmark = pytest.mark.slow

SUFFIX = ".답변.txt"

PAGES: tuple[Format, ...] = ("html",)
"""One format shows the set of reports; tests/councils/test_names.py and the DAG write all."""


@pytest.fixture
def inbox(council: Council) -> DecisionInbox:
    entries = {
        office: {"confirmers": [{"id": "7", "name": "김"}], "email": f"{office}@example.kr"}
        for office in council.offices
    }
    home = council.pipeline.settings.home
    (home / "councils.yaml").write_text(yaml.safe_dump(entries), encoding="utf-8")
    return DecisionInbox(council.warehouse)


def at(council: Council, name: str) -> Path:
    return council.pipeline.settings.home / "inbox" / str(PERIOD) / name


def reply_text(file: Path) -> str:
    return file.with_name(file.name + SUFFIX).read_text(encoding="utf-8-sig")


def later(council: Council, now: str) -> Warehouse:
    """The same installation at another time."""
    return Warehouse(Installation(Settings(home=council.pipeline.settings.home, now=now)))


def test_a_sheet_is_asked_about_by_one_run_and_by_the_next_when_nobody_answered(
    council: Council, inbox: DecisionInbox
) -> None:
    fill(council.sheet("busan"), at(council, "부산.xlsx"))
    (ask,) = inbox.look("first")
    assert (ask.office, ask.users) == ("busan", [{"id": "7", "name": "김"}])
    assert inbox.look("first") == [ask]  # a killed task is retried
    assert inbox.look("second") == []
    assert "담당자가 확인하면 기록됩니다" in reply_text(at(council, "부산.xlsx"))
    assert DecisionInbox(later(council, "2026-10-23T08:59:00+09:00")).look("second") == []
    again = DecisionInbox(later(council, "2026-10-23T09:01:00+09:00")).look("second")
    assert [asked.sha256 for asked in again] == [ask.sha256]


def test_status_names_a_returned_sheet_that_waits_for_its_confirmation(
    council: Council, inbox: DecisionInbox
) -> None:
    def status(now: str, *options: str) -> str:
        environment = {"SOGONG_HOME": str(council.pipeline.settings.home), "SOGONG_NOW": now}
        return CliRunner().invoke(app, ["status", *options], env=environment).output

    assert "waiting" not in status(NOW)
    fill(council.sheet("busan"), at(council, "부산.xlsx"))
    (ask,) = inbox.look("first")
    sheet = {
        "period": str(PERIOD),
        "office": "busan",
        "file": "부산.xlsx",
        "until": "2026-10-23T09:00:00+09:00",
    }
    assert json.loads(status(NOW, "--json"))["waiting"] == [{**sheet, "lapsed": False}]
    line = f"waiting   {PERIOD} busan: 부산.xlsx, to be confirmed in Airflow by 2026-10-23 09:00"
    assert line in status(NOW).splitlines()
    lapsed = status("2026-10-23T09:01:00+09:00")
    assert "부산.xlsx, nobody answered by 2026-10-23 09:00; the next look asks again" in lapsed
    assert "\nlast      " in lapsed
    assert "sheets 2026-10-20 09:00, returned 2026-10-20 09:00" in lapsed
    inbox.conclude(ask, "김")
    assert json.loads(status(NOW, "--json"))["waiting"] == []


def test_the_person_who_confirms_sees_every_difference_first_and_what_stays_open_as_a_count(
    council: Council, inbox: DecisionInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = max(council.issue.sheets, key=lambda name: len(council.issue.sheets[name].lines))
    lines = council.issue.sheets[office].lines
    changed = [line.district_id for line in lines if line.stage == "good"]
    left_open = sum(line.stage == "undetermined" for line in lines)
    assert changed
    reason = "주요 업체의 휴업 " * 40
    fill(council.sheet(office), at(council, "회신.xlsx"), dict.fromkeys(changed, ("주의", reason)))
    (ask,) = inbox.look("first")
    head, _, rest = ask.body.partition("| 단계 |")
    assert f"**제안과 다른 곳 {len(changed)}곳**" in head
    assert [row.count("양호 → 주의") for row in head.splitlines() if row.startswith("- ")] == [1] * len(
        changed
    )
    assert head.count(reason.strip()) == len(changed)
    assert head.count("판정보류 유지") == (f"판정보류 유지 {left_open}곳(" in head) == (left_open > 0)
    assert "](" not in ask.body
    assert "의결표: " in rest

    monkeypatch.setenv("SOGONG_REPORTS_LINK", "https://reports.example.go.kr/")
    linked = DecisionInbox(later(council, "2026-10-24T09:00:00+09:00")).look("second")
    assert f"[의결표](https://reports.example.go.kr/{PERIOD}/{office}.xlsx)" in linked[0].body


def test_what_was_shown_is_recorded_whatever_lies_in_the_inbox_by_then(
    council: Council, inbox: DecisionInbox
) -> None:
    shown = fill(council.sheet("busan"), at(council, "부산.xlsx"), by="처음")
    (ask,) = inbox.look("run")
    fill(council.sheet("busan"), shown, by="나중")
    done = inbox.conclude(ask, "김")
    assert {row.decided_by for row in done.rows} == {"처음"}
    assert "기록했습니다" in reply_text(at(council, "부산.xlsx"))
    assert inbox.look("next") == []  # the later file is not a correction and gets a reply
    assert "이미 의결이 기록되어 있습니다" in reply_text(at(council, "부산.xlsx"))


def test_two_looks_at_once_ask_about_a_sheet_once(
    council: Council, inbox: DecisionInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(council.sheet("busan"), at(council, "부산.xlsx"))
    both, claim = threading.Barrier(2), DecisionInbox._claim

    def together(self: DecisionInbox, period: str, office: str) -> dict[str, str] | None:
        claimed = claim(self, period, office)
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(1)  # that nobody has claimed it, both know before either says so
        return claimed

    monkeypatch.setattr(DecisionInbox, "_claim", together)
    with ThreadPoolExecutor(2) as pool:
        looks = list(pool.map(lambda run: DecisionInbox(council.warehouse).look(run), ("one", "other")))
    assert sorted(map(len, looks)) == [0, 1]


def test_two_sheets_of_one_office_are_both_put_off_until_one_is_left(
    council: Council, inbox: DecisionInbox
) -> None:
    for name in ("하나", "둘"):
        fill(council.sheet("busan"), at(council, f"{name}.xlsx"), by=name)
    shutil.copy(
        at(council, "하나.xlsx"), at(council, "~$하나.xlsx")
    )  # lock file of a program that has it open
    assert inbox.look("run") == []
    for name in ("하나", "둘"):
        assert "같은 지방청의 의결표가 2개 왔습니다(둘.xlsx, 하나.xlsx)" in reply_text(
            at(council, f"{name}.xlsx")
        )
    assert decisions(council.pipeline.lake, str(PERIOD)) == []
    at(council, "하나.xlsx").unlink()
    (ask,) = inbox.look("run")
    fill(council.sheet("busan"), at(council, "셋.xlsx"), by="셋")
    assert inbox.look("other") == []
    assert "확인을 기다리는 의결표(‘둘.xlsx’)가 있습니다" in reply_text(at(council, "셋.xlsx"))
    assert ask.file == "둘.xlsx"


def test_a_refused_file_is_answered_once_and_a_rejected_one_not_asked_again(
    council: Council, inbox: DecisionInbox
) -> None:
    file = fill(council.sheet("busan"), at(council, "부산.xlsx"), by="")
    assert inbox.look("run") == []
    answer = file.with_name(file.name + SUFFIX)
    assert "‘작성자(소속·성명)’를 적어 주십시오." in reply_text(file)
    assert "기록된 내용은 없으며" in reply_text(file)
    answer.unlink()
    assert inbox.look("run") == []
    assert not answer.exists()
    fill(council.sheet("busan"), file)
    (ask,) = inbox.look("run")
    inbox.reject(ask, "다시 확인")
    assert "담당자의 말: 다시 확인" in reply_text(file)
    assert inbox.look("run") == []
    assert decisions(council.pipeline.lake, str(PERIOD)) == []


def test_nobody_is_asked_where_nobody_is_named(council: Council, inbox: DecisionInbox) -> None:
    path = council.pipeline.settings.home / "councils.yaml"
    fill(council.sheet("busan"), at(council, "부산.xlsx"))
    path.write_text("busan: {email: a@b.kr}\n", encoding="utf-8")
    with pytest.raises(RefusedError, match="no confirmer is named for the sheets of busan"):
        inbox.look("run")
    path.unlink()
    with pytest.raises(RefusedError, match=r"councils.yaml is not there"):
        inbox.look("run")


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("nowhere: {}", "'nowhere' is not an office"),
        ("busan: {email: 'a@b.kr, c@d.kr'}", "is not one mail address"),
        ('busan: {email: "a@b.kr\\nBcc: c@d.kr"}', "is not one mail address"),
        ("busan: {confirmers: [{name: kim}]}", "each of the confirmers has an id"),
        ("busan: {e-mail: a@b.kr}", "write confirmers"),
        ("busan: {centres: [{name: TP}]}", "TP: write from when it is charged"),
        (
            "busan: {centres: [{name: TP, from: soon}]}",
            "TP: from: 'soon' is not a day; write it as 2026-01-01",
        ),
        ("busan: {centres: [{name: TP, from: 2026-02-01, until: 2026-01-01}]}", "until 2026-01-01, before"),
        ("- busan", "one entry per office code"),
        ("busan: {", "councils.yaml"),
    ],
)
def test_a_roster_that_cannot_be_right_is_refused(tmp_path: Path, entry: str, why: str) -> None:
    (tmp_path / "councils.yaml").write_text(entry, encoding="utf-8")
    with pytest.raises(RefusedError, match=why):
        roster(Settings(home=tmp_path))


def test_reports_follow_decisions_and_the_nation_waits_for_all_or_the_deadline(
    council: Council, inbox: DecisionInbox, tmp_path: Path, digest_tree: Callable[[Path], dict[str, str]]
) -> None:
    with pytest.raises(
        RefusedError, match="no council has decided on 2026-Q3 yet; publish drafts with --draft"
    ):
        publish_final(council.pipeline, QUARTER, formats=PAGES)
    *early, late = council.offices
    for office in early:
        record(council.warehouse, fill(council.sheet(office), tmp_path / f"{office}.xlsx"), "김")
    finals = publish_final(council.pipeline, QUARTER, formats=PAGES)
    assert (finals.decided, finals.missing, finals.nation) == (early, [late], False)
    folder = Path(finals.folder)
    assert {path.stem for path in folder.glob("*.html")} == set(early)
    links = (folder / f"{early[0]}.html").read_text(encoding="utf-8")
    assert f'href="{late}.html"' not in links
    assert 'href="index.html' not in links
    assert list(overdue_quarters(council.pipeline)) == []

    after = later(council, "2027-01-01T09:00:00+09:00")
    assert list(overdue_quarters(after.catalogue)) == [QUARTER]
    assert publish_final(after.catalogue, QUARTER, formats=PAGES).nation
    assert list(overdue_quarters(after.catalogue)) == []
    nation = (folder / "index.html").read_text(encoding="utf-8")
    left_out = len(council.issue.sheets[late].lines)
    assert "까지 의결하지 않은 지방청: " in nation
    assert f"(밀집지역 {left_out}곳은 셈에서 뺐습니다)" in nation

    record(council.warehouse, fill(council.sheet(late), tmp_path / f"{late}.xlsx"), "김")
    assert publish_final(council.pipeline, QUARTER, formats=PAGES).missing == []
    whole = (folder / "index.html").read_text(encoding="utf-8")
    total = sum(len(sheet.lines) for sheet in council.issue.sheets.values())
    assert f"전국 밀집지역 {total}곳의 의결 단계는" in whole
    assert "의결하지 않은 지방청" not in whole
    before = digest_tree(folder)
    publish_final(council.pipeline, QUARTER, formats=PAGES)
    assert digest_tree(folder) == before
    in_extracts = {path.stem for path in (folder / "sigungu").glob("*.html")}
    registry = registry_in_force(council.pipeline)
    assert registry is not None
    districts = registry.on(QUARTER.last_day).districts
    assert in_extracts == {district.sigungu_code for district in districts if district.office_code}


def test_a_final_report_says_what_changed_since_the_last_decision(council: Council, tmp_path: Path) -> None:
    first = next(line for line in council.issue.sheets["busan"].lines if line.stage == "good")
    decided = {first.district_id: ("심각", "물류 중단")}
    record(council.warehouse, fill(council.sheet("busan"), tmp_path / "h2.xlsx", decided), "김")
    later_on = later(council, "2027-03-02T09:00:00+09:00")
    issue, _ = issue_sheets(later_on.catalogue, HalfYear.parse("2027-H1"), QUARTER)
    place = Path(write_sheets(later_on.catalogue, issue).folder)
    assert issue.sheets["busan"].by_district[first.district_id].shown["last"] == "심각 (2026-H2)"
    assert "직전 의결과 달라진 곳" in (place / "busan.html").read_text(encoding="utf-8")
    record(later_on, fill(place / "busan.xlsx", tmp_path / "h1.xlsx", day="2027-03-02"), "김")
    assert last_before(later_on.catalogue.lake, "2027-H1")[first.district_id].stage == "severe"
    publish_final(later_on.catalogue, QUARTER, formats=PAGES)
    report = (later_on.catalogue.settings.home / "reports/2026-Q3/final/busan.html").read_text(
        encoding="utf-8"
    )
    assert "2026년 하반기 의결과 비교하여 나빠진 곳 0곳, 나아진 곳 1곳입니다." in report
    assert "직전 심각" in report


def test_mail_goes_to_the_offices_own_address_once_per_content(
    council: Council, inbox: DecisionInbox, tmp_path: Path
) -> None:
    sent: list[Message] = []
    server = Server("sogong@example.kr", sent.append)
    del inbox
    record(council.warehouse, fill(council.sheet("busan"), tmp_path / "busan.xlsx"), "김")
    with pytest.raises(RefusedError, match="2026-Q3 has no final report of busan"):
        deliver_report(council.pipeline, QUARTER, "busan", server)
    publish_final(council.pipeline, QUARTER)
    done: list[Any] = [deliver_report(council.pipeline, QUARTER, "busan", server) for _ in range(2)]
    assert done == ["mailed to busan@example.kr", "busan has it already"]
    assert [(message["To"], message["From"]) for message in sent] == [
        ("busan@example.kr", "sogong@example.kr")
    ]
    assert deliver_report(council.pipeline, QUARTER, "busan", None).startswith("not mailed")


def test_crisis_centres_get_their_offices_report_while_they_are_charged(
    council: Council, inbox: DecisionInbox, tmp_path: Path
) -> None:
    sent: list[Message] = []
    server = Server("sogong@example.kr", sent.append)
    del inbox
    (council.pipeline.settings.home / "councils.yaml").write_text(
        """
busan:
  email: office@example.kr
  centres:
    - {name: 부산테크노파크, email: centre@example.kr, from: 2026-10-20, until: 2026-12-31,
       visitors: [{id: "9", name: 박조사}]}
    - {name: 지난 센터, email: former@example.kr, from: 2025-01-01, until: 2026-10-19}
    - {name: 다음 센터, email: next@example.kr, from: 2027-01-01, visitors: [{id: "10"}]}
""",
        encoding="utf-8",
    )
    record(council.warehouse, fill(council.sheet("busan"), tmp_path / "busan.xlsx"), "김")
    publish_final(council.pipeline, QUARTER)
    assert undelivered(council.pipeline, QUARTER, ["busan", "gyeonggi"]) == ["busan"]
    done = [deliver_report(council.pipeline, QUARTER, "busan", server) for _ in range(2)]
    assert done == ["mailed to office@example.kr, centre@example.kr", "busan has it already"]
    assert [message["To"] for message in sent] == ["office@example.kr", "centre@example.kr"]
    words = [str(message.get_payload(0).get_payload(decode=True), "utf-8") for message in sent]
    assert words[1].startswith("부산테크노파크 담당자께")
    assert "지방청에 알려" in words[1]
    assert undelivered(council.pipeline, QUARTER, ["busan", "gyeonggi"]) == []

    # From next year on another centre is in charge, and gets the report it has not received.
    later_on = later(council, "2027-01-02T09:00:00+09:00").catalogue
    assert undelivered(later_on, QUARTER, ["busan"]) == ["busan"]
    assert deliver_report(later_on, QUARTER, "busan", server) == "mailed to next@example.kr"

    member = roster(council.pipeline.settings)["busan"]
    days = [dt.date(2026, 10, 20), dt.date(2027, 1, 1)]
    assert [[member.may_see_visits(user, day) for day in days] for user in ("9", "10", "7")] == [
        [True, False],
        [False, True],
        [False, False],
    ]
