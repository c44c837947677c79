"""Overdue items are reported in one line each; nothing is reported if everything is on time."""

from __future__ import annotations

import datetime as dt
import json
import logging
from pathlib import Path

import pytest
from typer.testing import CliRunner

from country.portal.faults import Fault
from country.portal.server import PortalServer
from sogong_pipeline.cli.main import app
from sogong_pipeline.councils.issue import issue_sheets
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.orchestration.notes import month_note
from sogong_pipeline.periods import SEOUL
from sogong_pipeline.reports.publish import publish_draft
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.upkeep.lateness import late
from tests.steps.test_steps import QUARTER, load_registry, month_file

pytestmark = pytest.mark.slow


def at(home: Path, day: str) -> Installation:
    """The installation at nine in the morning of a day."""
    return Installation(
        Settings(home=home, now=dt.datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=SEOUL))
    )


def test_a_proposal_drafts_councils_and_a_month_become_late_one_after_the_other(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = at(home, "2022-07-20")
    load_registry(first, tmp_path)
    for month in QUARTER.months:
        first.months.ingest(month, str(month_file(tmp_path, str(month))))
    assert list(late(at(home, "2022-07-21"))) == []
    (line,) = late(at(home, "2022-07-22"))
    assert line.startswith(
        "2022-Q2 waits to be proposed since 2022-07-20 09:00 (never proposed); run `sogong propose 2022-Q2`"
    )

    early = QUARTER.shift(-1).months[-1]  # of a quarter that is not requested
    at(home, "2022-07-20").months.ingest(early, str(month_file(tmp_path, str(early))))
    at(home, "2022-07-22").quarters.propose(QUARTER)
    assert QUARTER.shift(-1) in at(home, "2022-07-23").quarters.changed()
    assert list(late(at(home, "2022-07-23"))) == []
    edition = first.current_edition(QUARTER)
    (line,) = late(at(home, "2022-07-24"))
    assert line.startswith(
        f"2022-Q2 was proposed in edition {edition} on 2022-07-22 and has no draft of it; "
    )
    publish_draft(at(home, "2022-07-24"), QUARTER)
    assert list(late(at(home, "2022-07-24"))) == []

    deadline = dt.date(2022, 8, 10)
    issue, _ = issue_sheets(at(home, "2022-07-24"), HalfYear.parse("2022-H1"), QUARTER, deadline)
    (office,) = issue.sheets
    assert list(late(at(home, "2022-08-02"))) == []
    (line,) = late(at(home, "2022-08-09"))
    assert line == f"the decisions of 2022-H1 are due in 1 day: {office}; write to these offices"
    (line,) = late(at(home, "2022-08-11"))
    assert line == f"the decisions of 2022-H1 are late since 2022-08-10: {office}; write to these offices"
    month, council = late(at(home, "2022-08-29"))
    assert month.startswith("months up to 2022-07 are due and 2022-06 is the newest that is in; ")
    assert office in council


def test_a_month_that_is_not_over_is_not_waited_for_and_one_that_is_over_is_logged_once_a_day(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By the clock of the installation, also where that stands still."""
    home, april = tmp_path / "home", QUARTER.months[0]
    month_file(tmp_path / "published", "2022-03")
    caplog.set_level(logging.INFO, "sogong_pipeline.steps.months")
    with PortalServer(tmp_path / "published") as portal:
        with pytest.raises(RefusedError) as refusal:
            at(home, "2022-04-30").months.has_arrived(april, portal.url)
        assert str(refusal.value) == (
            "2022-04 is not over yet, today is 2022-04-30 by SOGONG_NOW; its file appears about the 17th of 2022-05, "
            "run it again then"
        )
        assert caplog.messages == []
        for day in ("2022-05-17", "2022-05-17", "2022-05-18"):
            assert not at(home, day).months.has_arrived(april, portal.url)
        assert len(caplog.messages) == 2
        portal.faults["fileData.do"] = [Fault.ERROR] * 9
        assert not at(home, "2022-05-18").months.has_arrived(april, portal.url)
        assert len(caplog.messages) == 3
        assert all(line.startswith("2022-04 is waited for, ") for line in caplog.messages)
        portal.faults.clear()
        month_file(tmp_path / "published", "2022-04")
        assert at(home, "2022-04-30").months.has_arrived(april, portal.url)  # what is there is taken


def test_the_note_of_a_stopped_file_names_the_one_that_counts(tmp_path: Path) -> None:
    installation = at(tmp_path / "home", "2022-08-20")
    load_registry(installation, tmp_path)
    april = QUARTER.months[0]
    installation.months.ingest(april, str(month_file(tmp_path / "good", str(april))))
    good = installation.vintage_of(april)
    note = month_note(installation, april, "quality")
    assert "40 workplaces in districts" in note
    assert "then: [the stages of 2022-Q2]" in note
    with pytest.raises(RefusedError, match="the gate stopped"):
        installation.months.ingest(
            april, str(month_file(tmp_path / "bad", str(april), subscribers="0", billed_amount_krw="0"))
        )
    note = month_note(installation, april, "quality")
    assert note.endswith(f"not measured; file {good} of before counts")
    assert "workplaces in districts" not in note


def test_status_tells_freshness_the_last_success_of_each_step_and_stopped_months(tmp_path: Path) -> None:
    home = tmp_path / "home"
    load_registry(at(home, "2022-05-18"), tmp_path)
    at(home, "2022-05-19").months.ingest(QUARTER.months[0], str(month_file(tmp_path, "2022-04")))
    at(home, "2022-05-20").quarters.propose(QUARTER)
    environment = {"SOGONG_HOME": str(home), "SOGONG_NOW": "2022-05-25T09:00:00+09:00"}
    status = json.loads(CliRunner().invoke(app, ["status", "--json"], env=environment).output)
    assert status["freshness_days"] == 25
    assert status["stopped"] == {}
    assert {name: moment[:10] for name, moment in status["last_success"].items()} == {
        "raw": "2022-05-19",
        "registry": "2022-05-18",
        **dict.fromkeys(("staged", "checked", "traced", "addresses", "matched", "measured"), "2022-05-19"),
        **dict.fromkeys(("editions", "histories", "norms", "proposals"), "2022-05-20"),
    }

    # Odd amounts everywhere stop a month; it is named with the checks that did it.
    stopped = month_file(tmp_path / "bad", "2022-05", billed_amount_krw="1211931")
    done = CliRunner().invoke(app, ["ingest", "2022-05", "--from", str(stopped)], env=environment)
    assert done.exit_code == 1, done.output
    done = CliRunner().invoke(app, ["status", "--json"], env=environment)
    assert list(json.loads(done.output)["stopped"]) == ["2022-05"]
    assert done.exit_code == 3
